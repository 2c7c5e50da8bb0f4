"""How this room's own acts become entries: signed by the actor, or by the authority's system `identity`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xactin.identity.attestations.signing import sign
from xactin.identity.errors import Forbidden
from xactin.identity.rights import Actor, Facts, may
from xactin.ledger import commands as ledger

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

    def on_behalf(self) -> dict[str, str] | None:
        """The `for` of its statements: whom who stands in stands in for."""
        instead = self.actor.instead
        return {"person": str(instead.person_id)} if instead else None

    def sign(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """The signature of its server-held key."""
        return sign(self.actor, statement)


def signer_of(by: Actor | None) -> "ActorSigner | ledger.Signer":
    """Whose key signs: the actor's own, or for None the system's."""
    return ActorSigner(by) if by is not None else ledger.system_signer(SYSTEM)


def attest(by: Actor | None, *, subject: str, act: str, effect: Mapping[str, Any]) -> None:
    """Appends an entry about something of this room; `effect` holds no personal data."""
    entered(by, subject=subject, act=act, effect=effect)


def entered(by: Actor | None, *, subject: str, act: str, effect: Mapping[str, Any]) -> tuple[UUID, datetime]:
    """`attest`, telling the entry's id and time."""
    signer = signer_of(by)
    with ledger.acting(subject=subject, mandates=[signer.mandate]) as chain:
        return chain.attest(signer, act=act, effect=effect).id, chain.at


def require(by: Actor | None, act: str, facts: Facts) -> None:
    """Raises Forbidden unless the actor may; None is the authority itself, at its founding."""
    if by is not None and not (decision := may(by, act, facts)).allowed:
        raise Forbidden.because(decision)
