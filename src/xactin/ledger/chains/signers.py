"""Who signs an entry: an actor of a higher room, or a part of the platform with a key of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from xactin.kernel.attestation import make_statement
from xactin.kernel.signatures import PublicKey, sign_ed25519
from xactin.ledger.clock import claimed
from xactin.ledger.log.authority import authority
from xactin.ledger.models import SystemKey
from xactin.vault import secrets
from xactin.vault.ids import new_id

LEDGER: Final = "ledger"
"""The system whose mandate stands in genesis; it grants those of the other systems."""

GRANT_ACT: Final = "mandate.grant"
END_ACT: Final = "mandate.end"
CLOCK_ACT: Final = "authority.clock"


class Signer(Protocol):
    """Whose key signs, under which mandate, as whom."""

    @property
    def key_id(self) -> str:
        """The key that signs."""

    @property
    def mandate(self) -> UUID:
        """The mandate it signs under."""

    def by(self) -> dict[str, str | None]:
        """The `by` of its statements."""

    def on_behalf(self) -> dict[str, str] | None:
        """The `for` of its statements: on whose behalf its mandate is, None for its own."""

    def sign(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """The signature over a statement."""


@dataclass(frozen=True, slots=True)
class SystemSigner:
    """A part of the platform, which signs what no person does: timers, founding, drawn results."""

    name: str
    key_id: str
    mandate: UUID
    private: Ed25519PrivateKey = field(repr=False)

    def by(self) -> dict[str, str | None]:
        """The `by` of its statements."""
        return {"system": self.name}

    def on_behalf(self) -> None:
        """A system acts for itself."""

    def sign(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """The signature over a statement."""
        return sign_ed25519(self.private, statement)


# By the log's key too: an authority begun anew has other keys under the same names.
_opened: Final[dict[tuple[str, str], SystemSigner]] = {}


def standing_signer(name: str) -> SystemSigner | None:
    """The system's signer if it has a key. Kept in memory: timers sign all day."""
    place = (authority().verifier_key, name)
    found = _opened.get(place)
    if found is None:
        row = SystemKey.objects.filter(pk=name).first()
        if row is None:
            return None
        private = Ed25519PrivateKey.from_private_bytes(
            secrets.unseal(bytes(row.sealed), system_context(name))
        )
        found = SystemSigner(name, key_of(private).id, row.mandate, private)
        if not connection.in_atomic_block:  # else it may yet be rolled back
            _opened[place] = found
    return found


def forget() -> None:
    """Reads each key anew."""
    _opened.clear()


def key_of(private: Ed25519PrivateKey) -> PublicKey:
    """The public half."""
    return PublicKey.ed25519(private.public_key().public_bytes_raw())


def system_context(name: str) -> str:
    """What a system's sealed key is bound to."""
    return f"ledger.system:{name}"


def statement_of(
    signer: Signer,
    *,
    subject: str,
    act: str,
    content: str | None = None,
    saw: Mapping[str, str] | None = None,
    wrote: Mapping[str, str] | None = None,
    rule: Mapping[str, str] | None = None,
    for_: Mapping[str, str] | None = None,
    id: UUID | None = None,
) -> dict[str, Any]:
    """What a signer signs about a subject, claimed for now (or for when it was rehearsed). Raises the kernel's
    StatementError.

    For signatures that are made elsewhere and later (`Chain.append`); what signs here uses `Chain.attest`.
    """
    return make_statement(
        id=str(id or new_id()),
        authority=authority().id,
        subject=subject,
        act=act,
        by=signer.by(),
        for_=for_ or signer.on_behalf(),
        rule=rule,
        content=content,
        saw=saw or None,
        wrote=wrote or None,
        at=claimed(),
        key=signer.key_id,
    )
