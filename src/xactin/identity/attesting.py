"""How this room's own acts become entries: signed by the actor, or by the authority's system `identity`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import uuid_utils

from xactin.identity.errors import Forbidden
from xactin.identity.keys.signing import sign
from xactin.identity.rights import Actor, Facts, may
from xactin.kernel.attestation import make_statement
from xactin.ledger import commands as ledger
from xactin.ledger import queries as ledger_queries
from xactin.ledger.clock import now

SYSTEM = "identity"
"""Signs what nobody in a post does: the founding of an authority, the first key of a new person."""


@dataclass(frozen=True, slots=True)
class ActorSigner:
    """An actor as the ledger wants a signer: whose key, under which mandate."""

    actor: Actor

    @property
    def key_id(self) -> str:
        """The key that signs."""
        return self.actor.key_id

    @property
    def mandate(self) -> UUID:
        """The mandate it signs under."""
        return self.actor.mandate_id

    def by(self) -> dict[str, str | None]:
        """The `by` of its statements."""
        return self.actor.by()

    def sign(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """The signature of its server-held key."""
        return sign(self.actor, statement)


def new_id() -> UUID:
    """A time-ordered id (UUID version 7)."""
    return UUID(str(uuid_utils.uuid7()))


def signer_of(by: Actor | None) -> "ActorSigner | ledger.Signer":
    """Whose key signs an act of this room."""
    return ActorSigner(by) if by is not None else ledger.system_signer(SYSTEM)


def attest(by: Actor | None, *, subject: str, act: str, effect: Mapping[str, Any]) -> None:
    """Appends an entry about something of this room; `effect` holds no personal data."""
    signer = signer_of(by)
    statement = make_statement(
        id=str(new_id()),
        authority=ledger_queries.authority().id,
        subject=subject,
        act=act,
        by=by.by() if by is not None else {"system": SYSTEM},
        at=now(),
        key=signer.key_id,
    )
    with ledger.acting(subject=subject, mandates=[signer.mandate]) as chain:
        chain.append(statement, signer.sign(statement), dict(effect))


def require(by: Actor | None, act: str, facts: Facts) -> None:
    """Raises Forbidden unless the actor may; None is the authority itself, at its founding."""
    if by is not None and not (decision := may(by, act, facts)).allowed:
        raise Forbidden.because(decision)
