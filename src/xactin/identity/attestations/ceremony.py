"""What a passkey is asked to sign, or has signed, while an act is done (`keys/ceremonies.py` sets it)."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from xactin.identity.errors import PasskeyNeeded, Refused
from xactin.identity.rights import Actor
from xactin.kernel.attestation import statement_bytes
from xactin.kernel.log import merkle
from xactin.vault import rehearsal


@dataclass
class Ceremony:
    """What a passkey is asked to sign, or has signed: signatures by the hash of their statement."""

    statements: list[dict[str, Any]] = field(default_factory=list)
    signed: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    by: Actor | None = None


ceremony: ContextVar[Ceremony | None] = ContextVar("ceremony", default=None)
"""None where no passkey signs."""


def passkey_signed(actor: Actor, statement: Mapping[str, Any]) -> dict[str, Any]:
    """The passkey's signature over a statement; while the act is rehearsed, a mark in its place."""
    if actor.custody == "server":
        raise PasskeyNeeded(
            "Chức vụ này phải ký bằng khóa truy cập (passkey), mà Ông/Bà chưa đăng ký khóa nào. "
            "Xin đăng ký ở trang “Khóa ký” trong mục Tài khoản.",
            "This post signs with a passkey, and you have not enrolled one. "
            "Please enrol it on the page “Signing keys” of your account.",
        )
    found = ceremony.get()
    if found is None:
        raise PasskeyNeeded(
            "Chức vụ này phải ký bằng khóa truy cập (passkey). Chưa có gì được ký.",
            "This post signs with a passkey. Nothing was signed.",
        )
    if rehearsal.on_trial():
        found.by = actor
        found.statements.append(dict(statement))
        return {"alg": "rehearsed"}
    signature = found.signed.get(leaf(statement))
    if signature is None:
        raise Refused(
            "Hồ sơ hoặc dữ liệu đã thay đổi từ lúc Ông/Bà xác nhận trên thiết bị. Chưa có gì được ghi; xin xem lại "
            "rồi ký lại.",
            "What this act would sign has changed since your device confirmed. Nothing was done; please look again, "
            "then sign again.",
        )
    return signature


def check_not_borrowed() -> None:
    """Raises Refused where a passkey's signature came with what a key kept here would sign.

    What was handed out for one person's device says when they asked: nobody else acts at that time.
    """
    found = ceremony.get()
    if found is not None and found.signed:
        raise Refused(
            "Chữ ký kèm theo không phải của người đang thực hiện. Chưa có gì được ghi.",
            "The signature that came with this is not by who acts. Nothing was done.",
        )


def leaf(statement: Mapping[str, Any]) -> bytes:
    """What stands for a statement among those that are signed together."""
    return merkle.leaf_hash(statement_bytes(statement))
