"""What is kept off this machine: the highest checkpoint, and what was erased.

`XACTIN_ANCHOR` names a file, on a share or a mounted bucket of another machine. A backup that comes back
knows nothing of what was published and erased after it was made; this file does. Erasures stand in
`<file>.erasures`.

The commit of a checkpoint to the database is what publishes it. So it is kept before: the file is never below
what was published. It may be above it, after a crash between the two; `<file>.batch` then says which entries
were meant, so that the same checkpoint is made again and not another of the same size.
"""

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from xactin.kernel.log.checkpoint import Checkpoint
from xactin.ledger.errors import AnchorAway


class AnchorMoved(Exception):
    """Another sequencer has kept a note meanwhile."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A note, and the batch that it adds: these entries, in this order, to the log of size `before`."""

    note: str
    before: int
    entries: list[int]


@dataclass(frozen=True, slots=True)
class Erasure:
    """Contents of a subject that were erased: opaque names, no content.

    Lines written before contents were named by commitments name parts, of which every version was erased.
    """

    subject: str
    basis: str
    commitments: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)


def anchor() -> Path | None:
    """The file, or None where nothing is kept off this machine."""
    named = os.environ.get("XACTIN_ANCHOR", "")
    return Path(named) if named else None


def kept_note() -> str | None:
    """The kept note; None where none is kept. Raises AnchorAway."""
    place = anchor()
    if place is None:
        return None
    with _reached(place):
        return place.read_text("utf-8") if place.is_file() else None


def keep_checkpoint(promise: Promise, *, instead_of: str | None) -> None:
    """Puts a note in the place of the one before; whole or not at all, and on the disk when it returns.

    `instead_of` is the note that was read when the round began: a sequencer that slept in between must not
    put an older note over a newer one. Raises AnchorMoved for it, and AnchorAway.
    """
    place = anchor()
    if place is None:
        return
    with _reached(place), _held(place):
        if kept_note() != instead_of:
            raise AnchorMoved
        # If we crash here: nothing has changed.
        _put(_batch(place), json.dumps(asdict(promise)))
        # If we crash here: the batch speaks of another note than the one that stands, and is passed over.
        _put(place, promise.note)
        # If we crash here: the note is above the log. The next round, of whichever sequencer, does this batch
        # again and comes to the same note (`kept_promise`).


def kept_promise() -> Promise | None:
    """The batch behind the kept note; None where it is not known. Raises AnchorAway."""
    place, note = anchor(), kept_note()
    if place is None or note is None:
        return None
    with _reached(place):
        text = _batch(place).read_text("utf-8") if _batch(place).is_file() else "null"
    try:
        found = Promise(**json.loads(text) or {})
    except (ValueError, TypeError):
        return None
    return found if found.note == note else None


def kept_checkpoint() -> Checkpoint | None:
    """What the kept note says; None where none is kept. Raises NoteError for a file that is no note."""
    note = kept_note()
    return None if note is None else read_checkpoint(note)


def read_checkpoint(note: str) -> Checkpoint:
    """The checkpoint of a note, its signatures aside. Raises NoteError."""
    return Checkpoint.parse(note.partition("\n\n")[0] + "\n")


def keep_erasure(subject: str, commitments: list[str], basis: str) -> None:
    """Adds a line, on the disk when it returns. Raises AnchorAway."""
    place = _erasures()
    if place is None:
        return
    line = json.dumps({"subject": subject, "commitments": commitments, "basis": basis}, ensure_ascii=False)
    with _reached(place), place.open("a", encoding="utf-8") as out:
        out.write(line + "\n")
        out.flush()
        os.fsync(out.fileno())


def kept_erasures() -> Iterator[Erasure]:
    """Every line; a last one that was cut off by a crash is passed over (its erasure stands in the log)."""
    place = _erasures()
    if place is None or not place.is_file():
        return
    for line in place.read_text("utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield Erasure(**json.loads(line))


def _erasures() -> Path | None:
    place = anchor()
    return place.with_name(place.name + ".erasures") if place else None


def _batch(place: Path) -> Path:
    return place.with_name(place.name + ".batch")


@contextmanager
def _reached(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AnchorAway(facts={"anchor": str(place), "reason": error.strerror}) from error


@contextmanager
def _held(place: Path) -> Iterator[None]:
    """One sequencer at a time; the kernel lets go when a process dies."""
    with place.with_name(f".{place.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            # A share without locks: then the database alone keeps two sequencers apart.
            if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
                raise
        yield


def _put(place: Path, text: str) -> None:
    """A file whole or not at all, with its name, on the disk."""
    part = place.with_name(f".{place.name}.part")
    with part.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some mounts do not know this of folders
            raise
    finally:
        os.close(folder)
