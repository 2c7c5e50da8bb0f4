"""What may be done with content: seal a value, put a file, bind it to an act, erase. The ledger attests it."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, transaction
from django.utils import timezone

from xactin.kernel.attestation import FileCommitment, commit_value
from xactin.kernel.canonical import canonical
from xactin.vault import secrets
from xactin.vault.errors import (
    Busy,
    Damaged,
    Empty,
    EncryptedPdf,
    FileRefused,
    NoRoom,
    NoSuchFile,
    TooLarge,
    TooManyToday,
    WrongType,
)
from xactin.vault.ids import earliest_id, new_id
from xactin.vault.rehearsal import course, drawn
from xactin.vault.uploads.opening import opened
from xactin.vault.uploads.sniffing import HEAD, PDF, accepted_type, clean_name, named_as
from xactin.vault.values.contents import (
    SealedValue,
    StoredFile,
    members_sql,
    path_of,
    sealed_members,
    value_context,
    values_sql,
)
from xactin.vault.values.sealing import sealed_chunks

__all__ = [
    "Busy",
    "Damaged",
    "Empty",
    "EncryptedPdf",
    "FileRefused",
    "NoRoom",
    "NoSuchFile",
    "SealedValue",
    "StoredFile",
    "TooLarge",
    "TooManyToday",
    "WrongType",
    "bind_file",
    "bind_sql",
    "erase",
    "members_sql",
    "note_audit",
    "put_file",
    "seal_value",
    "sweep",
    "values_sql",
]

LARGEST: Final = 50 * 1024 * 1024
_PIECE: Final = 256 * 1024
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_INSERT_FILE: Final = """
INSERT INTO vault_file (id, owner, address, size, media_type, commitment, sealed, created)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_SENT_TODAY: Final = """
SELECT count(*), sum(size), min(created) FROM vault_file
 WHERE owner = %s AND id >= %s
"""  # ids sort by when they were made, and an index is kept by owner and id
_DAY: Final = timedelta(days=1)
_BIND: Final = """
INSERT INTO vault_binding (file_id, subject, part, bound) VALUES (%s, %s, %s, clock_timestamp())
"""
_ERASE_VALUES: Final = """
UPDATE vault_value SET sealed = NULL, erased = clock_timestamp()
 WHERE subject = %s AND commitment = ANY(%s) AND sealed IS NOT NULL RETURNING part, commitment
"""
_ERASE_MEMBERS: Final = """
UPDATE vault_member SET sealed = NULL, erased = clock_timestamp()
 WHERE subject = %s AND commitment = ANY(%s) AND sealed IS NOT NULL RETURNING part, commitment
"""
_ERASE_FILES: Final = """
UPDATE vault_file f SET sealed = NULL, erased = clock_timestamp() FROM vault_binding b
 WHERE b.file_id = f.id AND b.subject = %s AND f.commitment = ANY(%s) AND f.sealed IS NOT NULL
 RETURNING b.part, f.commitment, f.address
"""


def seal_value(*, subject: str, part: str, value: Any, salt: bytes | None = None) -> SealedValue:
    """Seals a JSON value for a part of a subject; the act writes it by `.sql()`, several by `values_sql`.

    `salt` keeps the commitment of a value that a statement already names. Raises CanonicalError.
    """
    chosen = drawn() if salt is None else salt
    sealed = secrets.seal(chosen + canonical(value), value_context(subject, part))
    return SealedValue(subject, part, commit_value(chosen, value), chosen, sealed)


def put_file(
    *,
    stream: IO[bytes],
    name: str,
    accepts: Sequence[str],
    owner: str,
    subject: str = "",
    part: str = "",
    made_here: bool = False,
    tries: Callable[[IO[bytes]], str] | None = None,
) -> StoredFile:
    """Takes a file from a seekable stream and stores it encrypted; what strangers sent is opened first.

    Photos are written anew, upright and without what the camera noted; everything else stays byte for byte.
    `made_here`: we made it ourselves a moment ago. `tries` may refuse a PDF for what shall be done with it
    later, or answer what should be noted of it.

    Without `subject` it is an upload of `owner`'s, which an act binds later (`bind_sql`), or which is swept
    away after a week. Raises FileRefused (each kind says what is wrong) and Busy; each leaves nothing behind.
    """
    size = stream.seek(0, os.SEEK_END)
    if size > LARGEST:
        raise TooLarge(LARGEST)
    if not made_here:
        _within_quota(owner, size)
    if size == 0:
        raise Empty
    stream.seek(0)
    media_type = accepted_type(stream.read(HEAD), accepts)
    if not made_here:
        stream = opened(stream, media_type)
    noted = tries(stream) if tries is not None and media_type == PDF else ""
    stream.seek(0)
    identifier = new_id()
    salt, key = drawn(), os.urandom(32)
    taken = _Taken(salt)
    try:
        address = _store(sealed_chunks(taken.pieces(stream), key))
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom from error
        raise
    if (found := course()) is not None and found.trial:
        found.outside.append(lambda: default_storage.delete(path_of(address)))
    try:
        stored = StoredFile(
            id=identifier,
            owner=owner,
            name=named_as(clean_name(name), media_type),
            media_type=media_type,
            size=taken.size,
            sha256=taken.sha256.hexdigest(),
            commitment=taken.commitment.hexdigest(),
            created=timezone.now(),
            subject=subject,
            part=part,
            salt=salt,
            key=key,
            address=address,
            noted=noted,
        )
        _insert(stored)
    except BaseException:
        default_storage.delete(path_of(address))
        raise
    return stored


def _within_quota(owner: str, size: int) -> None:
    """Raises TooManyToday. Two uploads in one moment may both pass: it bounds a flood, it is no account."""
    if not settings.UPLOADS_A_DAY:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SENT_TODAY, [owner, earliest_id(timezone.now() - _DAY)])
        count, total, first = cursor.fetchone()
    if count >= settings.UPLOADS_A_DAY or (total or 0) + size > settings.UPLOADED_A_DAY:
        waits = (first + _DAY - timezone.now()).total_seconds() if first else _DAY.total_seconds()
        raise TooManyToday(max(60, int(waits)))


class _Taken:
    """What is learnt of a file's plain bytes while they pass by once."""

    def __init__(self, salt: bytes) -> None:
        self.size = 0
        self.sha256 = hashlib.sha256()
        self.commitment = FileCommitment(salt)

    def pieces(self, stream: IO[bytes]) -> Iterator[bytes]:
        while piece := stream.read(_PIECE):
            self.size += len(piece)
            if self.size > LARGEST:
                raise TooLarge(LARGEST)
            self.sha256.update(piece)
            self.commitment.update(piece)
            yield piece


def _store(ciphertext: Iterator[bytes]) -> str:
    """Writes ciphertext to the store under its own hash, which is known only at its end; returns the hash."""
    incoming = Path(settings.XACTIN_DATA) / "incoming"
    incoming.mkdir(mode=0o700, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=incoming, prefix="upload-") as held:
        for chunk in ciphertext:
            digest.update(chunk)
            held.write(chunk)
        held.flush()
        os.fsync(held.fileno())
        held.seek(0)
        address = digest.hexdigest()
        _save(path_of(address), held)
    return address


def _save(path: str, held: "tempfile._TemporaryFileWrapper[bytes]") -> None:
    try:
        default_storage.save(path, File(held))
        if isinstance(default_storage._wrapped, FileSystemStorage):  # type: ignore[attr-defined]
            _settle(Path(default_storage.path(path)))
    except BaseException:
        # What was half written is nobody's.
        with suppress(OSError):
            default_storage.delete(path)
        raise


def _settle(path: Path) -> None:
    """The bytes and their name are on the disk before anybody is told."""
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _insert(stored: StoredFile) -> None:
    members = sealed_members(stored)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _INSERT_FILE,
            (
                stored.id,
                stored.owner,
                stored.address,
                stored.size,
                stored.media_type,
                bytes.fromhex(stored.commitment),
                members,
                stored.created,
            ),
        )
        if stored.subject:
            cursor.execute(*bind_sql(stored, subject=stored.subject, part=stored.part))


def bind_sql(file: StoredFile, *, subject: str, part: str) -> tuple[str, Any]:
    """The statement by which an act makes an upload a part of its subject. It fails for one already bound."""
    return _BIND, (file.id, subject, part)


def bind_file(file: StoredFile, *, subject: str, part: str) -> None:
    """The same outside of a pipeline. Raises IntegrityError for one already bound."""
    with connection.cursor() as cursor:
        cursor.execute(*bind_sql(file, subject=subject, part=part))


def erase(*, subject: str, commitments: Sequence[str]) -> dict[str, list[str]]:
    """Removes content, salt and keys of just these contents (hex); returns the commitments gone, by part.

    Called by `ledger.commands.erase`, which attests it in the same transaction. A file's bytes go after the
    commit; without their key they are noise already.
    """
    gone: dict[str, set[str]] = {}
    named = [bytes.fromhex(one) for one in commitments]
    with transaction.atomic(), connection.cursor() as cursor:
        rows: list[tuple[Any, ...]] = []
        for sql in (_ERASE_VALUES, _ERASE_MEMBERS, _ERASE_FILES):
            cursor.execute(sql, (subject, named))
            rows += cursor.fetchall()
        for part, commitment, *address in rows:
            gone.setdefault(part, set()).add(bytes(commitment).hex())
            if address:
                transaction.on_commit(partial(default_storage.delete, path_of(address[0])))
    return {part: sorted(found) for part, found in gone.items()}


def note_audit() -> None:
    """Logs that the audit opens everything, to compare it and forget it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vault_opening (who, purpose, subject, parts, at)"
            " VALUES ('system', 'audit', '*', '[\"*\"]'::jsonb, clock_timestamp())"
        )


def sweep(*, unused_for: timedelta = timedelta(days=7)) -> Mapping[str, int]:
    """Removes uploads that no act has used, and bytes that nothing names (left by a crash, or erased).

    Returns how many of each.
    """
    limit = timezone.now() - unused_for
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM vault_file f WHERE created < %s"
            " AND NOT EXISTS (SELECT FROM vault_binding b WHERE b.file_id = f.id) RETURNING address",
            (limit,),
        )
        unused = [row[0] for row in cursor.fetchall()]
    for address in unused:
        default_storage.delete(path_of(address))
    return {"uploads": len(unused), "stray": _sweep_stray(limit - timedelta(days=1))}


def _sweep_stray(limit: Any) -> int:
    """Old bytes without a row: younger ones may belong to an upload whose row is being written."""
    count = 0
    for folder in default_storage.listdir("")[0]:
        names = [name for name in default_storage.listdir(folder)[1] if len(name) == 64]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT address FROM vault_file WHERE address = ANY(%s) AND sealed IS NOT NULL", (names,)
            )
            known = {row[0] for row in cursor.fetchall()}
        for name in set(names) - known:
            path = f"{folder}/{name}"
            if default_storage.get_modified_time(path) < limit:
                default_storage.delete(path)
                count += 1
    return count
