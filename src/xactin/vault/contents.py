"""What the vault gives out: a value ready to be written, a file as its holder sees it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from xactin.vault import secrets

SALT: Final = 32

INSERT_VALUE: Final = "INSERT INTO vault_value (subject, part, commitment, sealed) VALUES (%s, %s, %s, %s)"
INSERT_VALUES: Final = """
INSERT INTO vault_value (subject, part, commitment, sealed)
SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::bytea[])
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


def value_context(subject: str, part: str) -> str:
    """What a sealed value is bound to."""
    return f"vault.value:{subject}:{part}"


def file_context(file: UUID) -> str:
    """What a file's sealed members are bound to."""
    return f"vault.file:{file}"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the vault. `sha256` and `commitment` are hex and of its plain bytes.

    `subject` and `part` are empty while it is an upload that no act has used.
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


def sealed_members(file: UUID, *, name: str, sha256: str, salt: bytes, key: bytes) -> bytes:
    """What of a file is itself secret, sealed."""
    plain = orjson.dumps({"name": name, "sha256": sha256, "salt": salt.hex(), "key": key.hex()})
    return secrets.seal(plain, file_context(file))


def opened_members(file: UUID, sealed: bytes) -> dict[str, Any]:
    """The same opened: name, sha256, salt, key. Raises SecretsError."""
    found = orjson.loads(secrets.unseal(sealed, file_context(file)))
    return {**found, "salt": bytes.fromhex(found["salt"]), "key": bytes.fromhex(found["key"])}


def path_of(address: str) -> str:
    """Where the bytes stand in the store."""
    return f"{address[:2]}/{address}"
