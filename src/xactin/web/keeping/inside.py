"""What stands in a backup: a manifest, keys, tables, files; and how each comes back.

Order matters on the way in: the manifest says which migrations make the tables, the keys must
stand before Django reads its settings, and the tables fill in one transaction.
"""

import json
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import psycopg
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection

from xactin.web.keeping import migrations, tables, unfinished
from xactin.web.keeping.archive import BLOCK, end_members, read_members, write_member
from xactin.web.keeping.sealed import SealedFileError, SealedReader, SealedWriter, Secret
from xactin.web.launcher.data_folder import DataFolder, write_private

KEYS = ("secret_key", "master.key")


@dataclass(frozen=True)
class Manifest:
    """The first member: what the rest is. `migrations` are (app, name), `sequences` their last values."""

    version: str
    made_at: str
    mode: str
    migrations: list[list[str]]
    tables: dict[str, list[str]]
    sequences: dict[str, int | None]


def write_backup(out: BinaryIO, secret: Secret) -> str:
    """Writes all of this authority, the database as of one moment; returns a line that says how much."""
    writer = SealedWriter(out, secret)
    with _snapshot() as raw:
        found = tables.tables(raw)
        manifest = Manifest(
            version=version("xactin"),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            mode="demo" if settings.XACTIN_MODE == "demo" else "real",
            migrations=[list(node) for node in migrations.applied()],
            tables={table.name: list(table.columns) for table in found},
            sequences=tables.sequences(raw),
        )
        write_member(writer, "manifest.json", [json.dumps(asdict(manifest)).encode()])
        for name, text in _keys().items():
            write_member(writer, f"keys/{name}", [text])
        rows = sum(write_member(writer, f"tables/{table.name}", table.read(raw)) for table in found)
    count = 0
    for name in _stored_names():
        # A file erased since the snapshot is gone by law: it is no part of the backup.
        with suppress(FileNotFoundError), default_storage.open(name) as source:
            write_member(writer, f"files/{name}", iter(partial(source.read, BLOCK), b""))
            count += 1
    end_members(writer)
    writer.close()
    return f"backup: {len(found)} tables ({rows:,} bytes), {count} files, keys"


def read_manifest(file: Path, secret: Secret) -> Manifest:
    """The manifest alone; refuses a wrong key before anything is touched."""
    with file.open("rb") as source:
        name, blocks = next(read_members(SealedReader(source, secret)))
        if name != "manifest.json":
            raise SealedFileError("this backup has no manifest")
        return Manifest(**json.loads(b"".join(blocks)))


def restore_keys(file: Path, secret: Secret, data: DataFolder) -> None:
    """Puts the keys into the data folder, for settings to read."""
    with file.open("rb") as source:
        for name, blocks in read_members(SealedReader(source, secret)):
            if name.startswith("tables/"):
                return
            if name.removeprefix("keys/") in KEYS:
                write_private(data.keys / name.removeprefix("keys/"), b"".join(blocks))


def restore_content(file: Path, secret: Secret, manifest: Manifest) -> Iterator[str]:
    """Tables, then files, then the migrations of this version; yields what was done."""
    yield refill(file, secret, manifest)
    for step in migrations.migrate():
        yield f"migrated {step}"


def end_restore() -> None:
    """The database is whole, and says no more that it is not."""
    connection.ensure_connection()
    unfinished.end(connection.connection)


def refill(file: Path, secret: Secret, manifest: Manifest) -> str:
    """Tables and files as they were in the version of the backup; returns a line that says how many.

    Everything read is authenticated to the last byte before the tables are committed.
    """
    connection.ensure_connection()
    raw = connection.connection
    begun = unfinished.begin(raw, manifest.made_at, empty=not migrations.applied())
    if begun.filled:
        return f"restored before: everything as of {manifest.made_at}"
    migrations.migrate_to((app, name) for app, name in manifest.migrations)
    counts: dict[str, int] = {}
    with raw.transaction(), file.open("rb") as source:
        tables.write_alike(raw)
        tables.empty(raw, manifest.tables)
        reader = SealedReader(source, secret)
        with tables.quiet(raw, manifest.tables):
            for name, blocks in read_members(reader):
                kind, _, rest = name.partition("/")
                if kind == "tables":
                    tables.Table(rest, tuple(manifest.tables[rest])).write(raw, blocks)
                elif kind == "files":
                    _put(rest, blocks, again=begun.again)
                counts[kind] = counts.get(kind, 0) + 1
        reader.finish()
        tables.set_sequences(raw, manifest.sequences)
        unfinished.note_filled(raw)
    return f"restored: {counts.get('tables', 0)} tables, {counts.get('files', 0)} files, as of {manifest.made_at}"


@contextmanager
def _snapshot() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Django's own connection in one read-only snapshot: every table as of the same moment."""
    connection.ensure_connection()
    raw = connection.connection
    with raw.transaction():
        raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tables.write_alike(raw)
        yield raw


def _keys() -> dict[str, bytes]:
    """The secrets in force, wherever they came from."""
    return {
        "secret_key": settings.SECRET_KEY.encode() + b"\n",
        "master.key": b64encode(settings.XACTIN_MASTER_KEY or b"") + b"\n",
    }


def _stored_names(folder: str = "") -> Iterator[str]:
    """Every file of the store, on disk or in S3."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in sorted(names))
    for inner in sorted(folders):
        yield from _stored_names(prefix + inner)


def _put(name: str, blocks: Iterable[bytes], *, again: bool) -> None:
    if again:  # what stands may be cut off: it is ours, of the try before
        default_storage.delete(name)
    with tempfile.TemporaryFile() as held:
        for block in blocks:
            held.write(block)
        held.seek(0)
        saved = default_storage.save(name, File(held))
    if saved != name:
        raise SealedFileError(f"the file store is not empty: {name} stands already")
