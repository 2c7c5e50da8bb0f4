"""The log pass: leaves against mandates' roots, tiles, checkpoints; in chunks, so that all cores have a part."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from xactin.kernel.log.checkpoint import Checkpoint as CheckpointText
from xactin.kernel.log.checkpoint import NoteError, open_note
from xactin.kernel.log.merkle import Frontier, leaf_hash
from xactin.kernel.log.tiles import HASH, WIDTH
from xactin.ledger.audit.findings import Finding
from xactin.ledger.audit.history import History
from xactin.ledger.authority import authority
from xactin.ledger.tree import read_tile

CHUNK: Final = 1 << 14
"""Leaves in a chunk: a whole subtree, so that chunks are joined by their roots."""
SUBJECT: Final = "log"


@dataclass(slots=True)
class Chunk:
    """What a worker says of leaves [first, first + CHUNK).

    `edges` are, for each checkpoint in it, the roots of the complete subtrees of the chunk up to its size.
    """

    first: int
    count: int = 0
    edge: list[bytes] = field(default_factory=list)
    tiles: list[bytes] = field(default_factory=list)
    edges: dict[int, list[bytes]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def check_leaves(history: History, first: int) -> Chunk:
    """Checks one chunk of leaves and the lowest tiles over it."""
    chunk, frontier = Chunk(first), Frontier()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size FROM ledger_checkpoint WHERE size > %s AND size <= %s", (first, first + CHUNK)
        )
        sizes = {size for (size,) in cursor.fetchall()}
        cursor.execute(
            "SELECT index, data, mandates FROM ledger_leaf WHERE index >= %s AND index < %s ORDER BY index",
            (first, first + CHUNK),
        )
        hashes: list[bytes] = []
        for index, data, mandates in cursor.fetchall():
            if index != first + chunk.count:
                chunk.findings.append(
                    Finding("removed", SUBJECT, f"leaf {first + chunk.count} is gone; the next is {index}")
                )
                break
            if bytes(mandates) != history.root_at(index):
                chunk.findings.append(
                    Finding("log", SUBJECT, f"leaf {index} names another root of mandates than the entries")
                )
            hashes.append(leaf_hash(bytes(data)))
            frontier.extend(hashes[-1:])
            chunk.count += 1
            if index + 1 in sizes:
                chunk.edges[index + 1] = list(frontier.hashes)
    chunk.edge = list(frontier.hashes)
    chunk.tiles = [b"".join(hashes[start : start + WIDTH]) for start in range(0, len(hashes), WIDTH)]
    _compare_tiles(chunk)
    return chunk


def _compare_tiles(chunk: Chunk) -> None:
    for offset, wanted in enumerate(chunk.tiles):
        chunk.findings += _tile_findings(0, chunk.first // WIDTH + offset, wanted)


def _tile_findings(level: int, index: int, wanted: bytes) -> list[Finding]:
    try:
        stored = read_tile(level, index)
    except KeyError:
        return [Finding("log", SUBJECT, f"tile {level}/{index} is gone")]
    if stored != wanted:
        return [Finding("log", SUBJECT, f"tile {level}/{index} does not fit the leaves under it")]
    return []


def join_chunks(chunks: Iterable[Chunk], history: History) -> list[Finding]:
    """What the chunks say together: upper tiles, and every checkpoint against the tree at its size."""
    findings: list[Finding] = []
    size, edge, level_up, roots = 0, Frontier(), list[bytes](), dict[int, bytes]()
    for chunk in sorted(chunks, key=lambda one: one.first):
        findings += chunk.findings
        if chunk.first != size:
            break
        for at, inner in chunk.edges.items():
            roots[at] = _folded([*edge.hashes, *inner])
        level_up += [_root_of(tile) for tile in chunk.tiles if len(tile) == WIDTH * HASH]
        size += chunk.count
        if chunk.count == CHUNK:
            edge.extend(chunk.edge)
    findings += _upper_tiles(level_up)
    findings += _checkpoints(roots, size)
    findings += _state(size, history)
    return findings


def _folded(hashes: list[bytes]) -> bytes:
    """The root over subtrees that make up a tree, largest first."""
    edge = Frontier()
    edge.hashes = hashes
    return edge.root()


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


def _checkpoints(roots: dict[int, bytes], size: int) -> list[Finding]:
    """Each published note is by the log's key, over the root of the leaves as they stand."""
    info, findings, before = authority(), [], 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT size, previous, root, note FROM ledger_checkpoint ORDER BY size")
        rows = cursor.fetchall()
    for at, previous, root, note in rows:
        if previous != before:
            findings.append(Finding("log", SUBJECT, f"the checkpoint before that of size {at} is gone"))
        before = at
        try:
            opened = open_note(note, [info.log_key])
            said = CheckpointText.parse(opened.text)
        except NoteError as error:
            findings.append(Finding("log", SUBJECT, f"the note of size {at} does not hold ({error.code})"))
            continue
        if not opened.signatures or (said.origin, said.size, said.root) != (info.origin, at, bytes(root)):
            findings.append(Finding("log", SUBJECT, f"the note of size {at} says something else"))
        elif at > size:
            findings.append(
                Finding("removed", SUBJECT, f"a checkpoint of size {at} was published, {size} stand")
            )
        elif roots.get(at) != said.root:
            findings.append(Finding("fork", SUBJECT, f"the checkpoint of size {at} is over other entries"))
    if before < size:
        findings.append(Finding("log", SUBJECT, f"leaves {before} to {size - 1} stand under no checkpoint"))
    return findings


def _state(size: int, history: History) -> list[Finding]:
    """The one row of the log, and the stored nodes of the mandates' trees."""
    findings = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT size, mandates, extract(epoch FROM clock_shift) FROM ledger_log")
        stored, mandates, shift = cursor.fetchone()
        cursor.execute("SELECT hash, node FROM ledger_mandatenode")
        nodes = {bytes(digest): bytes(node) for digest, node in cursor.fetchall()}
    if stored != size:
        findings.append(Finding("table", SUBJECT, f"the log says size {stored}, its leaves {size}"))
    if bytes(mandates) != history.roots[-1][1]:
        findings.append(Finding("table", SUBJECT, "the log says another root of mandates than the entries"))
    if int(shift) != history.shift:
        findings.append(Finding("table", SUBJECT, "the clock was moved without attestation"))
    for digest, node in history.nodes.items():
        if nodes.get(digest) != node:
            findings.append(
                Finding("log", SUBJECT, f"the node {digest.hex()} of the mandates is not as it was")
            )
    return findings
