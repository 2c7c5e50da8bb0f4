"""How a passkey signs any act, whichever door it comes by: rehearsed, signed by the device, then done.

The act is done once with all of it undone (`vault.rehearsal`): so it is known what has to be signed, one statement or
several. The device signs their hash, or the root over them. The same request comes again with that signature and what
was handed out (sealed, nothing is kept here); the act is done anew, draws the same ids, salts and time, and each of
its statements finds its signature. Where it would sign anything else by then, it is refused.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from os import urandom
from typing import Any, Final

import orjson

from xactin.identity.attestations.ceremony import Ceremony, ceremony, leaf
from xactin.identity.errors import Invalid, Refused
from xactin.identity.keys.passkeys import passkey_options, passkey_signature
from xactin.kernel.attestation import parse_time, time_text
from xactin.kernel.log import merkle
from xactin.kernel.signatures import b64u, batch, challenge, unb64u
from xactin.ledger.clock import now
from xactin.vault import rehearsal, secrets
from xactin.vault.secrets import SecretsError

CEREMONY_TIME: Final = timedelta(minutes=9)
"""Less than the ledger allows between what a statement claims and when it comes."""
MOST: Final = 64
"""Statements of one act."""
_CONTEXT: Final = "ceremony"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question for a device. `token` comes back with its answer."""

    token: str
    statements: list[dict[str, Any]]
    challenge: bytes
    options: dict[str, Any]


@dataclass
class Trial:
    """A rehearsed act; `asked` tells what its device has to sign once the rehearsal is over."""

    course: rehearsal.Course
    ceremony: Ceremony

    def asked(self, request: bytes) -> Asked | None:
        """The question, None where no passkey has to sign. `request` is the digest of what was asked to be done.

        Raises Refused for an act of too many entries.
        """
        statements, by = self.ceremony.statements, self.ceremony.by
        if by is None:
            return None
        if len(statements) > MOST:
            raise Refused(
                "Việc này gồm quá nhiều bước để ký một lần bằng khóa truy cập.",
                "This act has too many entries to be signed with a passkey at once.",
            )
        to_sign = challenge(statements[0]) if len(statements) == 1 else batch(statements)[0]
        carried = {
            "seed": b64u(self.course.seed),
            "at": time_text(self.course.at),
            "request": request.hex(),
            "leaves": [b64u(leaf(statement)) for statement in statements],
        }
        return Asked(
            token=b64u(secrets.seal(orjson.dumps(carried), _CONTEXT)),
            statements=statements,
            challenge=to_sign,
            options=passkey_options(by, to_sign),
        )


@contextmanager
def trial() -> Iterator[Trial]:
    """Rehearses what is done inside: nothing of it stays."""
    at = now()
    found = Trial(
        rehearsal.Course(
            urandom(rehearsal.SEED), at.replace(microsecond=at.microsecond // 1000 * 1000), True
        ),
        Ceremony(),
    )
    mark = ceremony.set(found.ceremony)
    try:
        with rehearsal.run(found.course):
            yield found
    finally:
        ceremony.reset(mark)


@contextmanager
def resumed(*, token: str, credential: Mapping[str, Any], request: bytes) -> Iterator[None]:
    """Does in earnest what was rehearsed, with the device's answer. The ledger verifies each signature.

    Raises Invalid for what was not handed out for this request, Refused for what is too old.
    """
    carried = _opened(token, request)
    at = parse_time(carried["at"])
    if now() - at > CEREMONY_TIME:
        raise Refused(
            "Đã quá thời gian ký. Chưa có gì được ký; xin làm lại.",
            "The time to sign is over. Nothing was signed; please do it again.",
        )
    signed = _signatures([unb64u(one) for one in carried["leaves"]], credential)
    mark = ceremony.set(Ceremony(signed=signed))
    try:
        with rehearsal.run(rehearsal.Course(unb64u(carried["seed"]), at, False)):
            yield
    finally:
        ceremony.reset(mark)


def _opened(token: str, request: bytes) -> dict[str, Any]:
    try:
        carried: dict[str, Any] = orjson.loads(secrets.unseal(unb64u(token), _CONTEXT))
    except (SecretsError, ValueError) as error:
        raise _unreadable() from error
    if carried["request"] != request.hex():
        raise _unreadable()
    return carried


def _unreadable() -> Invalid:
    return Invalid(
        "Chữ ký này không thuộc về yêu cầu này. Chưa có gì được ký.",
        "This signature does not belong to this request. Nothing was signed.",
        {"field": "signature"},
    )


def _signatures(leaves: list[bytes], credential: Mapping[str, Any]) -> dict[bytes, dict[str, Any]]:
    """The device's one answer, as it stands under each statement: a batch names its place."""
    if len(leaves) == 1:
        return {leaves[0]: passkey_signature(credential)}
    size, reader = len(leaves), merkle.list_reader(leaves)
    return {
        one: passkey_signature(
            credential,
            {
                "index": index,
                "size": size,
                "path": [node.hex() for node in merkle.inclusion_proof(index, size, reader)],
            },
        )
        for index, one in enumerate(leaves)
    }
