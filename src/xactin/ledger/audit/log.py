"""The log pass: leaves against mandates' roots, tiles, checkpoints; in chunks, so that all cores have a part.

A chunk begins at the edge that the stored tiles tell, so that it needs no other chunk and hands on next to
nothing; that the tiles are those of the leaves, all chunks together say at the end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from xactin.kernel.log.checkpoint import Checkpoint as CheckpointText
from xactin.kernel.log.checkpoint import NoteError, open_note
from xactin.kernel.log.merkle import Frontier, leaf_hash
from xactin.kernel.log.tiles import HASH, WIDTH, TileReader
from xactin.ledger.audit.counts import count
from xactin.ledger.audit.findings import Finding
from xactin.ledger.audit.history import History
from xactin.ledger.log.authority import authority
from xactin.ledger.log.tree import read_tile

CHUNK: Final = 1 << 14
"""Leaves in a chunk: a whole subtree."""
SUBJECT: Final = "log"


@dataclass(slots=True)
class Chunk:
    """What a worker says of leaves [first, first + CHUNK). `roots` are those of its complete lowest tiles."""

    first: int
    count: int = 0
    roots: list[bytes] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, kind: str, text: str) -> None:
        """Adds a finding."""
        self.findings.append(Finding(kind, SUBJECT, text))


def check_leaves(history: History, first: int) -> Chunk:
    """Checks one chunk of leaves, the lowest tiles over it, and the checkpoints that end in it."""
    chunk = Chunk(first)
    notes = _notes(chunk)
    edge = _edge(chunk)
    hashes: list[bytes] = []
    for index, data, mandates in _leaves(first):
        if index != first + chunk.count:
            chunk.find("removed", f"leaf {first + chunk.count} is gone; the next is {index}")
            break
        if bytes(mandates) != history.root_at(index):
            chunk.find("log", f"leaf {index} names another root of mandates than the entries")
        hashes.append(leaf_hash(bytes(data)))
        chunk.count += 1
        if edge is not None:
            edge.extend(hashes[-1:])
            noted = notes.get(index + 1)
            if noted and noted != edge.root():
                chunk.find("fork", f"the checkpoint of size {index + 1} is over other entries")
    standing = first + chunk.count
    for size in notes:
        if size > standing:
            chunk.find("removed", f"a checkpoint of size {size} was published, {standing} stand")
    for start in range(0, len(hashes), WIDTH):
        tile = b"".join(hashes[start : start + WIDTH])
        chunk.findings += _tile_findings(0, (first + start) // WIDTH, tile)
        if len(tile) == WIDTH * HASH:
            chunk.roots.append(_root_of(tile))
    return chunk


def _leaves(first: int) -> list[tuple[int, bytes, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT index, data, mandates FROM ledger_leaf WHERE index >= %s AND index < %s ORDER BY index",
            (first, first + CHUNK),
        )
        return list(cursor.fetchall())


def _edge(chunk: Chunk) -> Frontier | None:
    """The tree before the chunk, as the stored tiles have it; None where they have lost it."""
    try:
        return Frontier.read(chunk.first, TileReader(read_tile, chunk.first))
    except (KeyError, ValueError):
        chunk.find("log", f"the tiles over the first {chunk.first} leaves are not whole")
        return None


def _notes(chunk: Chunk) -> dict[int, bytes]:
    """The roots of the notes that end in this chunk, by size; empty bytes for one that does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(size), 0) FROM ledger_checkpoint WHERE size <= %s", (chunk.first,)
        )
        (before,) = cursor.fetchone()
        cursor.execute(
            "SELECT size, previous, root, note FROM ledger_checkpoint WHERE size > %s AND size <= %s ORDER BY size",
            (chunk.first, chunk.first + CHUNK),
        )
        rows = cursor.fetchall()
    found: dict[int, bytes] = {}
    for size, previous, root, note in rows:
        if previous != before:
            chunk.find("log", f"the checkpoint before that of size {size} is gone")
        before = size
        found[size] = _noted(chunk, size, bytes(root), note)
    return found


def _noted(chunk: Chunk, size: int, root: bytes, note: str) -> bytes:
    """The root that a published note by the log's key states."""
    info = authority()
    try:
        opened = open_note(note, [info.log_key])
        said = CheckpointText.parse(opened.text)
    except NoteError as error:
        chunk.find("log", f"the note of size {size} does not hold ({error.code})")
        return b""
    if not opened.signatures or (said.origin, said.size, said.root) != (info.origin, size, root):
        chunk.find("log", f"the note of size {size} says something else")
        return b""
    return said.root


def _tile_findings(level: int, index: int, wanted: bytes) -> list[Finding]:
    try:
        stored = read_tile(level, index)
    except KeyError:
        return [Finding("log", SUBJECT, f"tile {level}/{index} is gone")]
    if stored != wanted:
        return [Finding("log", SUBJECT, f"tile {level}/{index} does not fit the leaves under it")]
    return []


def join_chunks(chunks: Iterable[Chunk], history: History, *, whole: bool = True) -> list[Finding]:
    """What the chunks, in their order, say together: upper tiles (where they are all), and the end of the log."""
    findings: list[Finding] = []
    size, roots = 0, list[bytes]()
    joined = whole
    for chunk in chunks:
        findings += chunk.findings
        count("leaves", chunk.count)
        joined = joined and chunk.first == size
        if joined or not whole:
            size = chunk.first + chunk.count
            roots += chunk.roots
    if whole:
        findings += _upper_tiles(roots)
    findings += _end(size)
    findings += _state(size, history)
    return findings


def _root_of(tile: bytes) -> bytes:
    edge = Frontier()
    edge.extend(tile[start : start + HASH] for start in range(0, len(tile), HASH))
    return edge.root()


def _upper_tiles(hashes: list[bytes]) -> list[Finding]:
    findings, level = [], 1
    while hashes:
        tiles = [b"".join(hashes[start : start + WIDTH]) for start in range(0, len(hashes), WIDTH)]
        for index, wanted in enumerate(tiles):
            findings += _tile_findings(level, index, wanted)
        hashes = [_root_of(tile) for tile in tiles if len(tile) == WIDTH * HASH]
        level += 1
    return findings


def _end(size: int) -> Iterator[Finding]:
    """Whether the last checkpoint is over the last leaf."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(size), 0) FROM ledger_checkpoint")
        (last,) = cursor.fetchone()
    if last < size:
        yield Finding("log", SUBJECT, f"leaves {last} to {size - 1} stand under no checkpoint")
    elif last > size:
        yield Finding("removed", SUBJECT, f"a checkpoint of size {last} was published, {size} stand")


def _state(size: int, history: History) -> list[Finding]:
    """The one row of the log, and the stored nodes of the mandates' trees."""
    findings = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT size, mandates, extract(epoch FROM clock_shift) FROM ledger_log")
        stored, mandates, shift = cursor.fetchone()
    if stored != size:
        findings.append(Finding("table", SUBJECT, f"the log says size {stored}, its leaves {size}"))
    if bytes(mandates) != history.roots[-1][1]:
        findings.append(Finding("table", SUBJECT, "the log says another root of mandates than the entries"))
    if int(shift) != history.shift:
        findings.append(Finding("table", SUBJECT, "the clock was moved without attestation"))
    for digest in history.lost_nodes:
        findings.append(Finding("log", SUBJECT, f"the node {digest.hex()} of the mandates is not as it was"))
    return findings
