"""What may be asked of the vault. Opening content takes who opens it and for what, and is logged with it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson
from django.core.files.storage import default_storage
from django.db import connection

from xactin.kernel.attestation import commit_file
from xactin.vault import secrets
from xactin.vault.errors import Damaged, Missing, NoSuchFile
from xactin.vault.models import Opening
from xactin.vault.values.batches import (
    OpenedMember,
    batches_between,
    member_commitments,
    members,
    open_members,
)
from xactin.vault.values.contents import (
    SALT,
    Content,
    StoredFile,
    changed_columns,
    opened_members,
    opened_value,
    path_of,
    value_content,
    value_context,
)
from xactin.vault.values.sealing import opened_chunks

__all__ = [
    "Content",
    "OpenedMember",
    "StoredFile",
    "batches_between",
    "commitments_of",
    "contents_between",
    "file",
    "files",
    "member_commitments",
    "members",
    "naming_sql",
    "note_reading",
    "note_readings",
    "open_file",
    "open_members",
    "open_named",
    "open_values",
    "opened",
    "opened_named",
    "opening_sql",
    "openings_between",
    "openings_of",
    "own_upload",
]

_PIECE: Final = 256 * 1024
_PURPOSE: Final = 80

# One statement, so that nothing is given out whose opening is not logged.
_OPEN_VALUES: Final = """
WITH logged AS (
  INSERT INTO vault_opening (who, purpose, subject, parts, at)
  VALUES (%(who)s, %(purpose)s, %(subject)s, %(logged)s::jsonb, clock_timestamp()))
SELECT DISTINCT ON (part) part, sealed FROM vault_value
 WHERE subject = %(subject)s AND (%(parts)s::text[] IS NULL OR part = ANY(%(parts)s::text[]))
 ORDER BY part, id DESC
"""
_OPEN_NAMED: Final = """
WITH logged AS (
  INSERT INTO vault_opening (who, purpose, subject, parts, at)
  VALUES (%(who)s, %(purpose)s, %(subject)s, %(logged)s::jsonb, clock_timestamp()))
SELECT part, sealed, commitment FROM vault_value
 WHERE subject = %(subject)s AND commitment = ANY(%(named)s::bytea[])
"""
_COLUMNS: Final = """
SELECT f.id, f.owner, f.media_type, f.size, f.commitment, f.created, f.address, f.sealed, b.subject, b.part
"""
_FILES: Final = (
    _COLUMNS
    + """
  FROM vault_file f LEFT JOIN vault_binding b ON b.file_id = f.id
 WHERE f.sealed IS NOT NULL AND """
)
_STANDING: Final = """
SELECT part, commitment FROM (
  SELECT 0 AS kind, id, part, commitment FROM vault_value WHERE subject = %(subject)s AND sealed IS NOT NULL
  UNION ALL
  SELECT 1, id, part, commitment FROM vault_member WHERE subject = %(subject)s AND sealed IS NOT NULL
  UNION ALL
  SELECT 2, 0, b.part, f.commitment FROM vault_file f JOIN vault_binding b ON b.file_id = f.id
   WHERE b.subject = %(subject)s AND f.sealed IS NOT NULL) AS standing
 WHERE %(parts)s::text[] IS NULL OR part = ANY(%(parts)s::text[]) ORDER BY part, kind, id
"""
_VALUES_BETWEEN: Final = """
SELECT subject, part, commitment, sealed FROM vault_value
 WHERE subject >= %s AND (%s::text IS NULL OR subject < %s) ORDER BY id
"""
_FILES_BETWEEN: Final = (
    _COLUMNS
    + """
  FROM vault_file f JOIN vault_binding b ON b.file_id = f.id
 WHERE b.subject >= %s AND (%s::text IS NULL OR b.subject < %s) ORDER BY b.bound, f.id
"""
)


def open_values(
    *, by: str, purpose: str, subject: str, parts: Sequence[str] | None = None
) -> dict[str, tuple[Any, bytes]]:
    """The values now in force of these parts (all, if None) with their salts: {part: (value, salt)}.

    `by` is a person's id or a system's name. What was erased is left out. The opening is logged by the same
    statement: at once, or with the caller's transaction where there is one. Raises SecretsError for changed
    bytes.
    """
    with connection.cursor() as cursor:
        cursor.execute(*opening_sql(by=by, purpose=purpose, subject=subject, parts=parts))
        return opened(subject, cursor.fetchall())


def opening_sql(
    *, by: str, purpose: str, subject: str, parts: Sequence[str] | None = None
) -> tuple[str, dict[str, Any]]:
    """`open_values` as a statement, for the reads of an act; `opened` reads its rows."""
    return _OPEN_VALUES, {
        "who": by,
        "purpose": purpose[:_PURPOSE],
        "subject": subject,
        "parts": None if parts is None else list(parts),
        "logged": orjson.dumps(["*"] if parts is None else list(parts)).decode(),
    }


def opened(subject: str, rows: Iterable[tuple[str, bytes | None]]) -> dict[str, tuple[Any, bytes]]:
    """The values in the rows of `opening_sql`."""
    found: dict[str, tuple[Any, bytes]] = {}
    for part, sealed in rows:
        if sealed is not None:
            plain = secrets.unseal(bytes(sealed), value_context(subject, part))
            found[part] = orjson.loads(plain[SALT:]), plain[:SALT]
    return found


def open_named(
    *, by: str, purpose: str, subject: str, named: Mapping[str, str]
) -> dict[str, tuple[Any, bytes]]:
    """The very values that these commitments name, with their salts; `named` is {part: commitment in hex}.

    As `open_values`, for who knows which version is meant (a case's state does): another version of the part is
    not given out for it. What was erased is left out. Raises Damaged where a row does not hold what its
    commitment names, SecretsError for changed bytes.
    """
    with connection.cursor() as cursor:
        cursor.execute(*naming_sql(by=by, purpose=purpose, subject=subject, named=named))
        return opened_named(subject, named, cursor.fetchall())


def naming_sql(
    *, by: str, purpose: str, subject: str, named: Mapping[str, str]
) -> tuple[str, dict[str, Any]]:
    """`open_named` as a statement, for the reads of an act; `opened_named` reads its rows."""
    return _OPEN_NAMED, {
        "who": by,
        "purpose": purpose[:_PURPOSE],
        "subject": subject,
        "named": [bytes.fromhex(one) for one in named.values()],
        "logged": orjson.dumps(list(named)).decode(),
    }


def opened_named(
    subject: str, named: Mapping[str, str], rows: Iterable[tuple[str, bytes | None, bytes]]
) -> dict[str, tuple[Any, bytes]]:
    """The values in the rows of `naming_sql`, each compared with its commitment."""
    found: dict[str, tuple[Any, bytes]] = {}
    for part, sealed, commitment in rows:
        if sealed is not None and named.get(part) == bytes(commitment).hex():
            found[part] = opened_value(subject, part, commitment, sealed)
    return found


def commitments_of(subject: str, parts: Sequence[str] | None = None) -> dict[str, list[str]]:
    """What stands of a subject, not erased: {part: commitments, oldest first}; members of batches by their part.

    `parts` None means all. Nothing is opened.
    """
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"subject": subject, "parts": None if parts is None else list(parts)})
        for part, commitment in cursor.fetchall():
            found.setdefault(part, []).append(bytes(commitment).hex())
    return found


def openings_of(subject: str) -> list[Opening]:
    """Who opened content of this subject (or of a file: `file:<id>`), the latest first."""
    return list(Opening.objects.filter(subject=subject).order_by("-id"))


def openings(
    *,
    subjects: Sequence[str] | None = None,
    who: Sequence[str] | None = None,
    purpose: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int,
) -> list[Opening]:
    """What was opened, the latest first: of these subjects, by these, for this purpose, in this time; None: any.

    `before`: only what stands before this row, for the next page.
    """
    rows = Opening.objects.order_by("-id")
    if subjects is not None:
        rows = rows.filter(subject__in=subjects)
    if who is not None:
        rows = rows.filter(who__in=who)
    if purpose:
        rows = rows.filter(purpose=purpose)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:limit])


def files_bound_to(subjects: Sequence[str]) -> list[str]:
    """The files of these subjects as the log of openings names them (`file:<id>`)."""
    return [f"file:{found.id}" for found in _files("b.subject = ANY(%s::text[])", (list(subjects),))]


def file(id: UUID) -> StoredFile | None:
    """What is known of a file, its bytes aside; None if there is none, or it was erased."""
    return next(iter(_files("f.id = %s", (id,))), None)


def own_upload(id: UUID, *, owner: str) -> StoredFile | None:
    """An upload of this owner that no act has used yet."""
    return next(iter(_files("f.id = %s AND f.owner = %s AND b.file_id IS NULL", (id, owner))), None)


def files(*, subject: str, parts: Sequence[str] | None = None) -> list[StoredFile]:
    """The files of a subject, the latest of each part, ordered by part."""
    where = "b.subject = %s AND (%s::text[] IS NULL OR b.part = ANY(%s::text[]))"
    wanted = None if parts is None else list(parts)
    latest: dict[str, StoredFile] = {}
    for found in _files(where, (subject, wanted, wanted)):
        latest[found.part] = found
    return list(latest.values())


def open_file(*, by: str, purpose: str, id: UUID) -> tuple[StoredFile, Iterator[bytes]]:
    """A file and its plain bytes in pieces, each checked before it is given. The opening is logged.

    Raises NoSuchFile; while it is read Damaged, for bytes changed in the store.
    """
    found = file(id)
    if found is None:
        raise NoSuchFile
    note_reading(by=by, purpose=purpose, subject=f"file:{id}", parts=[found.subject, found.part])
    return found, plain_bytes(found)


_OPENINGS_BETWEEN: Final = """
SELECT id, who, purpose, subject, parts::text, extract(epoch FROM at)::text FROM vault_opening
 WHERE id > %s AND (%s::bigint IS NULL OR id <= %s) ORDER BY id
"""


def openings_between(after: int, until: int | None) -> Iterator[tuple[Any, ...]]:
    """The log of readings as it stands, one by one, for whoever attests or checks it: those behind `after`, up to and
    with `until` if there is one. Number, who, what for, of which subject, which parts, when (seconds since 1970)."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_OPENINGS_BETWEEN, (after, until, until))
        yield from cursor


def note_reading(*, by: str, purpose: str, subject: str, parts: Sequence[str]) -> None:
    """Logs that somebody reads personal data that a room keeps in its own tables, before it is given out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault_opening (who, purpose, subject, parts, at)"
            " VALUES (%s, %s, %s, %s::jsonb, clock_timestamp())",
            (by, purpose[:_PURPOSE], subject, orjson.dumps(list(parts)).decode()),
        )


def note_readings(*, by: str, purpose: str, subjects: Sequence[str]) -> None:
    """Logs that somebody reads of many subjects at once what a room keeps in its own tables: a list, a file of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault_opening (who, purpose, subject, parts, at)"
            " SELECT %s, %s, one, '[]'::jsonb, clock_timestamp() FROM unnest(%s::text[]) AS one",
            (by, purpose[:_PURPOSE], list(subjects)),
        )


def plain_bytes(found: StoredFile) -> Iterator[bytes]:
    """The bytes of a file without a log entry: for the audit, which compares and forgets. Raises Damaged."""
    try:
        stored = default_storage.open(path_of(found.address))
    except FileNotFoundError:
        raise Missing(f"the bytes of file {found.id} are gone") from None
    with stored:
        yield from opened_chunks(iter(partial(stored.read, _PIECE), b""), found.key)


def _files(where: str, params: Sequence[Any]) -> list[StoredFile]:
    with connection.cursor() as cursor:
        cursor.execute(_FILES + where + " ORDER BY b.part, b.bound, f.id", params)
        return [_stored(*row) for row in cursor.fetchall()]


def _stored(
    id: UUID,
    owner: str,
    media_type: str,
    size: int,
    commitment: bytes,
    created: datetime,
    address: str,
    sealed: bytes,
    subject: str | None,
    part: str | None,
) -> StoredFile:
    return StoredFile(
        id=id,
        owner=owner,
        media_type=media_type,
        size=size,
        commitment=bytes(commitment).hex(),
        created=created,
        address=address,
        subject=subject or "",
        part=part or "",
        **opened_members(id, bytes(sealed)),
    )


def contents_between(low: str, high: str | None) -> Iterator[Content]:
    """Every content of the subjects from `low` to before `high`, opened and compared with its commitment.

    For the audit, which notes once that it opens everything (`note_audit`).
    """
    with connection.cursor() as cursor:
        cursor.execute(_VALUES_BETWEEN, (low, high, high))
        for place, row in enumerate(cursor.fetchall()):
            yield replace(value_content(*row), place=place)
        cursor.execute(_FILES_BETWEEN, (low, high, high))
        for place, row in enumerate(cursor.fetchall()):
            state, found = _file_state(row)
            yield Content(row[8], row[9], bytes(row[4]).hex(), state, file=found, place=place)


def _file_state(row: tuple[Any, ...]) -> tuple[str, StoredFile | None]:
    if row[7] is None:
        return "erased", None
    found = None
    try:
        found = _stored(*row)
        made = commit_file(found.salt, plain_bytes(found))
        changed = changed_columns(found, bytes(row[7]))
    except Missing:
        return "gone", found
    except (secrets.SecretsError, Damaged, ValueError):
        return "changed", found
    if made == found.commitment and changed:
        return f"of another {', '.join(changed)} than it was stored with", found
    return "sound" if made == found.commitment else "changed", found
