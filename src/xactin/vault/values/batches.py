"""The members of batches: opened by their places, streamed for the audit, counted for paths."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.db import connection

from xactin.vault.values.contents import Content, opened_value, value_content

_ROWS: Final = 2000  # taken at once
_PURPOSE: Final = 80

_OPEN_MEMBERS: Final = """
WITH logged AS (
  INSERT INTO vault_opening (who, purpose, subject, parts, at)
  VALUES (%(who)s, %(purpose)s, %(subject)s, %(logged)s::jsonb, clock_timestamp()))
SELECT index, part, commitment, sealed FROM vault_member
 WHERE subject = %(subject)s AND root = %(root)s AND index = ANY(%(indexes)s) AND sealed IS NOT NULL ORDER BY index
"""
_MEMBERS: Final = """
SELECT index, part, commitment, sealed FROM vault_member WHERE subject = %s AND root = %s ORDER BY index
"""


@dataclass(frozen=True, slots=True)
class OpenedMember:
    """A member of a batch: its place, and what it commits to."""

    index: int
    part: str
    commitment: str
    value: Any
    salt: bytes = field(repr=False)


def open_members(
    *, by: str, purpose: str, subject: str, root: str, indexes: Sequence[int]
) -> list[OpenedMember]:
    """Members of a batch by their places, logged as any opening. What was erased is left out.

    Raises Damaged for a member that is not what its commitment names, SecretsError.
    """
    given: dict[str, Any] = {
        "who": by,
        "purpose": purpose[:_PURPOSE],
        "subject": subject,
        "root": bytes.fromhex(root),
        "indexes": list(indexes),
        "logged": orjson.dumps([f"{root}/{index}" for index in indexes]).decode(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_MEMBERS, given)
        rows = cursor.fetchall()
    return [_opened_member(subject, *row) for row in rows]


def _opened_member(subject: str, index: int, part: str, commitment: bytes, sealed: bytes) -> OpenedMember:
    value, salt = opened_value(subject, part, commitment, sealed)
    return OpenedMember(index, part, bytes(commitment).hex(), value, salt)


def members(subject: str, root: str) -> Iterator[tuple[int, Content]]:
    """Every member of a batch with its index, in order, opened and compared: for the audit, which notes that once."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, (subject, bytes.fromhex(root)))
        while rows := cursor.fetchmany(_ROWS):
            for index, part, commitment, sealed in rows:
                yield index, value_content(subject, part, commitment, sealed)


def member_commitments(subject: str, root: str) -> list[str]:
    """The commitments of a batch in their order, erased ones too: what paths are worked out from."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT commitment FROM vault_member WHERE subject = %s AND root = %s ORDER BY index",
            (subject, bytes.fromhex(root)),
        )
        return [bytes(row[0]).hex() for row in cursor.fetchall()]


def batches_between(low: str, high: str | None) -> set[tuple[str, str]]:
    """(subject, root in hex) of every batch that stands for subjects from `low` to before `high`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT subject, root FROM vault_member"
            " WHERE subject >= %s AND (%s::text IS NULL OR subject < %s)",
            (low, high, high),
        )
        return {(subject, bytes(root).hex()) for subject, root in cursor.fetchall()}
