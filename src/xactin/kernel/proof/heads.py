"""The head of a subject: how many entries it had at a checkpoint, and which is the last, signed by the ledger.

    said = {"xt": 1, "authority", "log": origin, "size", "root": hex, "subject", "entries": n, "last": digest,
            "act": "subject.head", "by": {"system": "ledger"}, "for": null, "at": time, "key": key id}
    head = {"said", "signature", "mandate", "path": [hex],
            "leaf": {"index": size - 1, "entry": digest, "mandates": root hex, "inclusion": [hex]}}

Entries alone cannot show that nothing followed them. `leaf` is the last one under the checkpoint, by its digests
alone: it proves that the ledger's key stood at that moment. Who signs two heads that cannot both be true is
convicted by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xactin.kernel.attestation import VERSION, is_digest, is_key_id, is_opaque, is_subject, is_time, published
from xactin.kernel.log.checkpoint import Checkpoint
from xactin.kernel.log.merkle import leaf_hash, verify_inclusion
from xactin.kernel.mandates import (
    MandateError,
    check_cover,
    check_mandate,
    check_path,
    mandate_key,
    mandate_leaf,
)
from xactin.kernel.signatures import PublicKey, SignatureError, verify_signature

ACT: Final = "subject.head"
SYSTEM: Final = "ledger"
HEAD_FIELDS: Final = frozenset(("said", "signature", "mandate", "path", "leaf"))
LEAF_FIELDS: Final = frozenset(("index", "entry", "mandates", "inclusion"))
SAID_FIELDS: Final = frozenset(
    ("xt", "authority", "log", "size", "root", "subject", "entries", "last", "act", "by", "for", "at", "key")
)

Json = dict[str, Any]


class HeadError(ValueError):
    """A head that proves nothing; `code` says why: signature, other, leaf, mandate, or a SignatureError's code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def make_said(
    *, authority: str, checkpoint: Checkpoint, subject: str, entries: int, last: str, at: str, key: str
) -> Json:
    """What the ledger signs: at `checkpoint` the subject had `entries` entries, the last with this digest."""
    return {
        "xt": VERSION,
        "authority": authority,
        "log": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "subject": subject,
        "entries": entries,
        "last": last,
        "act": ACT,
        "by": {"system": SYSTEM},
        "for": None,
        "at": at,
        "key": key,
    }


def is_head(value: Any) -> bool:
    """Whether `value` is of the form of a head; whether it holds is `check_head`'s matter."""
    if type(value) is not dict or value.keys() != HEAD_FIELDS or not _is_said(value["said"]):
        return False
    leaf, paths = value["leaf"], [value["path"]]
    if type(leaf) is not dict or leaf.keys() != LEAF_FIELDS or not _is_count(leaf["index"]):
        return False
    try:
        check_mandate(value["mandate"])
    except MandateError:
        return False
    paths.append(leaf["inclusion"])
    digests = is_digest(leaf["entry"]) and is_digest(leaf["mandates"])
    return digests and all(type(path) is list and all(map(is_digest, path)) for path in paths)


def _is_said(value: Any) -> bool:
    if type(value) is not dict or value.keys() != SAID_FIELDS:
        return False
    return (
        type(value["xt"]) is int
        and value["xt"] == VERSION
        and is_opaque(value["authority"])
        and type(value["log"]) is str
        and all(_is_count(value[name]) and value[name] > 0 for name in ("size", "entries"))
        and is_digest(value["root"])
        and is_subject(value["subject"])
        and is_digest(value["last"])
        and value["act"] == ACT
        and value["by"] == {"system": SYSTEM}
        and value["for"] is None
        and is_time(value["at"])
        and is_key_id(value["key"])
    )


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def head_order(head: Mapping[str, Any]) -> str:
    """Heads stand by subject, one of each."""
    return str(head["said"]["subject"])


def check_head(head: Mapping[str, Any], authority: str, checkpoint: Checkpoint) -> None:
    """Raises HeadError unless the ledger of this authority said it at this checkpoint, with a key that stood then."""
    said, leaf, mandate = head["said"], head["leaf"], head["mandate"]
    told = (said["authority"], said["log"], said["size"], said["root"])
    if told != (authority, checkpoint.origin, checkpoint.size, checkpoint.root.hex()):
        raise HeadError("other")
    hashed = leaf_hash(published(leaf["entry"], leaf["mandates"]))
    path = [bytes.fromhex(node) for node in leaf["inclusion"]]
    if leaf["index"] != checkpoint.size - 1 or not verify_inclusion(
        hashed, leaf["index"], checkpoint.size, path, checkpoint.root
    ):
        raise HeadError("leaf")
    root, path = bytes.fromhex(leaf["mandates"]), [bytes.fromhex(node) for node in head["path"]]
    try:
        check_cover(mandate, said, said["at"])
    except MandateError as error:
        raise HeadError(error.code) from None
    if not check_path(root, mandate_key(mandate["id"]), mandate_leaf(mandate), path):
        raise HeadError("mandate")
    try:
        verify_signature(said, head["signature"], PublicKey.from_dict(mandate["key"]))
    except SignatureError as error:
        raise HeadError(error.code) from None


def ending(head: Mapping[str, Any], seq: int, digest: str) -> int | None:
    """How many entries followed the last one shown (`seq`, `digest`), or None where the head denies that one."""
    said = head["said"]
    more = int(said["entries"]) - 1 - seq
    if more < 0 or (more == 0 and said["last"] != digest):
        return None
    return more


def contradiction(one: Mapping[str, Any], two: Mapping[str, Any]) -> str:
    """ "" if two heads (each checked) can both be true, else the code of why they cannot.

    `roots`: one log had two histories of one size. `shrunk`: entries were taken away. `replaced`: one number of
    entries ends in two. Each convicts the holder of the key that signed both.
    """
    first, second = sorted((one["said"], two["said"]), key=lambda said: said["size"])
    if (first["authority"], first["log"]) != (second["authority"], second["log"]):
        return ""
    if first["size"] == second["size"] and first["root"] != second["root"]:
        return "roots"
    if first["subject"] != second["subject"]:
        return ""
    if first["entries"] > second["entries"] or (
        first["size"] == second["size"] and first["entries"] < second["entries"]
    ):
        return "shrunk"
    if first["entries"] == second["entries"] and first["last"] != second["last"]:
        return "replaced"
    return ""
