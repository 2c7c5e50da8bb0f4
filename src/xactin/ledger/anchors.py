"""What is kept off this machine: the highest checkpoint, and what was erased.

`XACTIN_ANCHOR` names a file, on a share or a mounted bucket of another machine. A backup that comes back
knows nothing of what was published and erased after it was made; this file does. Erasures stand in
`<file>.erasures`.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xactin.kernel.log.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class Erasure:
    """Parts of a subject that were erased: opaque names, no content."""

    subject: str
    parts: list[str]
    basis: str


def anchor() -> Path | None:
    """The file, or None where nothing is kept off this machine."""
    named = os.environ.get("XACTIN_ANCHOR", "")
    return Path(named) if named else None


def keep_checkpoint(note: str) -> None:
    """Puts a note in the place of the one before; whole or not at all, and on the disk when it returns."""
    place = anchor()
    if place is None:
        return
    part = place.with_name(f".{place.name}.part")
    with part.open("w", encoding="utf-8") as out:
        out.write(note)
        out.flush()
        os.fsync(out.fileno())
    part.replace(place)


def kept_checkpoint() -> Checkpoint | None:
    """What the kept note says; None where none is kept. Raises NoteError for a file that is no note."""
    place = anchor()
    if place is None or not place.is_file():
        return None
    return read_checkpoint(place.read_text("utf-8"))


def read_checkpoint(note: str) -> Checkpoint:
    """The checkpoint of a note, its signatures aside. Raises NoteError."""
    return Checkpoint.parse(note.partition("\n\n")[0] + "\n")


def keep_erasure(subject: str, parts: list[str], basis: str) -> None:
    """Adds a line."""
    place = _erasures()
    if place is None:
        return
    line = json.dumps({"subject": subject, "parts": parts, "basis": basis}, ensure_ascii=False)
    with place.open("a", encoding="utf-8") as out:
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
