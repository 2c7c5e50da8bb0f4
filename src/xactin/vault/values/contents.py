"""What the vault gives out: a value ready to be written, a file as its holder sees it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from xactin.kernel.attestation import VALUE_DOMAIN
from xactin.vault import secrets
from xactin.vault.errors import Damaged

SALT: Final = 32

INSERT_VALUE: Final = "INSERT INTO vault_value (subject, part, commitment, sealed) VALUES (%s, %s, %s, %s)"
INSERT_VALUES: Final = """
INSERT INTO vault_value (subject, part, commitment, sealed)
SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::bytea[])
"""
INSERT_MEMBERS: Final = """
INSERT INTO vault_member (subject, part, root, index, commitment, sealed)
SELECT subject, part, %s, place - 1, commitment, sealed
  FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::bytea[]) WITH ORDINALITY
       AS given (subject, part, commitment, sealed, place)
"""


@dataclass(frozen=True, slots=True)
class SealedValue:
    """A value sealed for a part of a subject, with what a statement says of it. Not yet written."""

    subject: str
    part: str
    commitment: str  # hex
    salt: bytes = field(repr=False)
    sealed: bytes = field(repr=False)

    def sql(self) -> tuple[str, Any]:
        """The statement that writes it in the pipeline of an act."""
        return INSERT_VALUE, self.row()

    def row(self) -> tuple[str, str, bytes, bytes]:
        """Its columns."""
        return self.subject, self.part, bytes.fromhex(self.commitment), self.sealed


def values_sql(values: "list[SealedValue]") -> tuple[str, Any]:
    """The one statement that writes any number of values."""
    columns: list[list[Any]] = [list(column) for column in zip(*(one.row() for one in values), strict=True)]
    return INSERT_VALUES, columns or [[], [], [], []]


def members_sql(root: str, values: "list[SealedValue]") -> tuple[str, Any]:
    """The one statement that writes the members of a batch, in their order; `root` is hex (kernel `batch_root`)."""
    columns: list[list[Any]] = [list(column) for column in zip(*(one.row() for one in values), strict=True)]
    return INSERT_MEMBERS, [bytes.fromhex(root), *(columns or [[], [], [], []])]


def value_context(subject: str, part: str) -> str:
    """What a sealed value is bound to."""
    return f"vault.value:{subject}:{part}"


def file_context(file: UUID) -> str:
    """What a file's sealed members are bound to."""
    return f"vault.file:{file}"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the vault. `sha256` and `commitment` are hex and of its plain bytes.

    `subject` and `part` are empty while it is an upload that no act has used. `noted` is what was found when it
    was tried for a later use: "" where nothing spoke against it.
    """

    id: UUID
    owner: str
    name: str
    media_type: str
    size: int
    sha256: str
    commitment: str
    created: datetime
    subject: str = ""
    part: str = ""
    salt: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)
    address: str = field(default="", repr=False)
    noted: str = ""


def sealed_members(stored: StoredFile) -> bytes:
    """What of a file is itself secret, sealed, with what its row says openly: so a row that was changed is seen."""
    plain: dict[str, Any] = {
        "name": stored.name,
        "sha256": stored.sha256,
        "salt": stored.salt.hex(),
        "key": stored.key.hex(),
        "row": _row_of(stored),
    }
    if stored.noted:
        plain["noted"] = stored.noted
    return secrets.seal(orjson.dumps(plain), file_context(stored.id))


def _row_of(stored: StoredFile) -> dict[str, Any]:
    return {
        "owner": stored.owner,
        "media_type": stored.media_type,
        "size": stored.size,
        "created": stored.created.astimezone(UTC).isoformat(),
    }


def changed_columns(stored: StoredFile, sealed: bytes) -> list[str]:
    """Open columns of a file's row that are not what was sealed with it. Raises SecretsError.

    Files stored before the columns were sealed say nothing; who cannot seal cannot make such a one.
    """
    found = orjson.loads(secrets.unseal(sealed, file_context(stored.id))).get("row", {})
    row = _row_of(stored)
    return sorted(name for name in found if found[name] != row.get(name))


def opened_members(file: UUID, sealed: bytes) -> dict[str, Any]:
    """The same opened: name, sha256, salt, key, and what was noted, if anything. Raises SecretsError."""
    found = orjson.loads(secrets.unseal(sealed, file_context(file)))
    found.pop("row", None)
    return {**found, "salt": bytes.fromhex(found["salt"]), "key": bytes.fromhex(found["key"])}


def path_of(address: str) -> str:
    """Where the bytes stand in the store."""
    return f"{address[:2]}/{address}"


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in the place of a commitment. `state`: sound, erased, changed, or gone (a file's bytes), or
    which open columns of a file's row were changed (`of another size`).

    `plain` (canonical JSON) is there if a value is sound, `file` if its row can be read; who audits forgets both
    with the piece of work.
    """

    subject: str
    part: str
    commitment: str
    state: str
    plain: bytes | None = field(default=None, repr=False)
    file: StoredFile | None = field(default=None, repr=False)
    place: int = 0  # among the versions of its part: what was stored later has a greater one

    @property
    def value(self) -> Any:
        """The value; None where there is none."""
        return None if self.plain is None else orjson.loads(self.plain)


def opened_value(subject: str, part: str, commitment: bytes, sealed: bytes) -> tuple[Any, bytes]:
    """The value and its salt, compared with the commitment that the row stands under.

    Raises Damaged where the row holds something else, SecretsError for changed bytes.
    """
    salted = secrets.unseal(bytes(sealed), value_context(subject, part))
    if sha256(VALUE_DOMAIN + salted).digest() != bytes(commitment):
        raise Damaged(f"{part} of {subject} is not what its commitment names")
    return orjson.loads(salted[SALT:]), salted[:SALT]


def value_content(subject: str, part: str, commitment: bytes, sealed: bytes | None) -> Content:
    """What stands in a row of a value, opened and compared."""
    said = bytes(commitment).hex()
    if sealed is None:
        return Content(subject, part, said, "erased")
    try:
        salted = secrets.unseal(bytes(sealed), value_context(subject, part))
    except secrets.SecretsError:
        return Content(subject, part, said, "changed")
    # What is sealed is salt and canonical JSON (`seal_value`): just the bytes that the commitment is over.
    if sha256(VALUE_DOMAIN + salted).hexdigest() != said:
        return Content(subject, part, said, "changed")
    return Content(subject, part, said, "sound", salted[SALT:])
