"""The sequencer: gives entries their places in the log, extends the trees, signs checkpoints.

Leaves, tiles and checkpoint come in one transaction, and what is published is what is committed. Just before
that commit the checkpoint is kept off this machine (`anchors`). A crash at any point leaves the log as it was;
what was kept and not committed is done again, entry by entry, by the next round. Two sequencers by mistake
both compute, and one commits: the size is compared and set, leaf numbers and the checkpoint's predecessor are
unique, and the queue's rows must still be there to take.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, connection, transaction

from xactin.kernel.attestation import published
from xactin.kernel.log.checkpoint import Checkpoint, sign_note
from xactin.kernel.log.merkle import Frontier, leaf_hash
from xactin.kernel.log.tiles import TileReader, new_tiles
from xactin.kernel.mandates import mandate_key, mandate_leaf, update
from xactin.ledger.errors import LogBehind
from xactin.ledger.log import anchors
from xactin.ledger.log.signing_key import opened_log_key
from xactin.ledger.log.tree import mandate_node, read_tile

log = logging.getLogger("xactin.ledger")

PAUSE: Final = 0.4
"""Seconds between looks at the queue: a checkpoint follows its entries by less than one second."""
BATCH: Final = 20_000

# The limit comes before the join: millions may wait, after a long stop of all workers or in a log that begins anew.
_TAKE: Final = """
SELECT e.number, e.digest,
       CASE WHEN e.subject LIKE 'mandate:%%' OR e.subject LIKE 'authority:%%' THEN e.effect END
  FROM (SELECT number FROM ledger_unsequenced ORDER BY {order} LIMIT %s) u JOIN ledger_entry e USING (number)
 ORDER BY {order}
"""
_TAKE_NEXT: Final = _TAKE.format(order="number")
# Genesis is first even where the log begins anew after older entries.
_TAKE_FIRST: Final = _TAKE.format(order="number <> (SELECT genesis FROM ledger_log), number")
_TAKE_THESE: Final = """
SELECT e.number, e.digest,
       CASE WHEN e.subject LIKE 'mandate:%%' OR e.subject LIKE 'authority:%%' THEN e.effect END
  FROM ledger_unsequenced u JOIN ledger_entry e USING (number)
 WHERE e.number = ANY(%(these)s) ORDER BY array_position(%(these)s, e.number)
"""
_DROP: Final = "DELETE FROM ledger_unsequenced WHERE number = ANY(%s)"
_TILE: Final = """
INSERT INTO ledger_tile (level, index, hashes) VALUES (%s, %s, %s)
ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes
"""
_NODE: Final = "INSERT INTO ledger_mandatenode (hash, node) VALUES (%s, %s) ON CONFLICT (hash) DO NOTHING"
_CHECKPOINT: Final = """
INSERT INTO ledger_checkpoint (size, previous, root, note, created) VALUES (%s, %s, %s, %s, clock_timestamp())
"""
_SET: Final = "UPDATE ledger_log SET size = %s, mandates = %s WHERE id = 1 AND size = %s AND origin = %s"


class _Overtaken(Exception):
    """The log has grown meanwhile."""


@dataclass
class _Batch:
    """What one round adds to the log."""

    size: int
    mandates: bytes
    leaves: list[tuple[int, int, bytes, bytes]] = field(default_factory=list)
    nodes: dict[bytes, bytes] = field(default_factory=dict)

    def add(self, number: int, digest: bytes, effect: bytes | None) -> None:
        """One more leaf; what the entry does to the mandates holds for the leaves after it."""
        data = published(digest.hex(), self.mandates.hex())
        self.leaves.append((self.size + len(self.leaves), number, data, self.mandates))
        changes = mandate_changes(orjson.loads(effect)) if effect is not None else {}
        if changes:
            self.mandates, fresh = update(self.mandates, self._node, changes)
            self.nodes |= fresh

    def _node(self, digest: bytes) -> bytes:
        return self.nodes.get(digest) or mandate_node(digest)


def mandate_changes(effect: Mapping[str, Any]) -> dict[bytes, bytes | None]:
    """What an entry's effect does to the tree of mandates: leaves set, or taken out where None."""
    granted = [*effect.get("mandates", ()), *([effect["mandate"]] if "mandate" in effect else ())]
    changes: dict[bytes, bytes | None] = {mandate_key(one["id"]): mandate_leaf(one) for one in granted}
    if "ended" in effect:
        changes[mandate_key(effect["ended"])] = None
    return changes


def run_sequencer(stop: threading.Event) -> None:
    """Sequences until `stop` is set. Raises what the database raises, and LogBehind."""
    while not stop.is_set():
        if sequence_once(BATCH) < BATCH:
            stop.wait(PAUSE)


def sequence_once(limit: int = BATCH) -> int:
    """One round: up to `limit` entries get their places; returns how many, 0 also when another was faster.

    Raises LogBehind when the log is behind the checkpoint kept off this machine, and AnchorAway when that
    cannot be read or written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM ledger_unsequenced LIMIT 1")
        if cursor.fetchone() is None:
            return 0
    try:
        return _round(limit)
    except (_Overtaken, anchors.AnchorMoved):
        return 0


def keep_promise() -> None:
    """Does what was kept off this machine and not committed, where that can be done; adds nothing else."""
    with suppress(LogBehind, _Overtaken):
        _round(BATCH, promised_only=True)


def promised_checkpoint(promise: anchors.Promise) -> Checkpoint | None:
    """What a promise comes to when it is done now; None where it cannot be. Nothing is written."""
    taken = _rows(_TAKE_THESE, {"these": promise.entries})
    origin, size, mandates = _rows("SELECT origin, size, mandates FROM ledger_log", ())[0]
    if (size, len(taken)) != (promise.before, len(promise.entries)):
        return None
    batch = _Batch(size, bytes(mandates))
    for number, digest, effect in taken:
        batch.add(number, bytes(digest), effect and bytes(effect))
    frontier = Frontier.read(size, TileReader(read_tile, size))
    frontier.extend([leaf_hash(data) for _, _, data, _ in batch.leaves])
    return Checkpoint(origin, frontier.size, frontier.root())


def _round(limit: int, *, promised_only: bool = False) -> int:
    kept = anchors.kept_note()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # What is published must survive the machine, whatever the database is set to.
                cursor.execute("SET LOCAL synchronous_commit = on")
                cursor.execute("SELECT origin, sealed, size, mandates FROM ledger_log WHERE id = 1")
                row = cursor.fetchone()
            if row is None:
                return 0
            origin, sealed, size, mandates = row
            promise = _open_promise(kept, origin, size)
            if promise is not None:
                taken = _taken_again(promise)
            else:
                taken = [] if promised_only else _rows(_TAKE_NEXT if size else _TAKE_FIRST, (limit,))
            if not taken:
                return 0
            batch = _Batch(size, bytes(mandates))
            for number, digest, effect in taken:
                batch.add(number, bytes(digest), effect and bytes(effect))
            note = _extend(batch, origin, opened_log_key(bytes(sealed), origin))
            # If we crash here: nothing was kept, nothing published.
            _keep(note, batch, promise, kept)
            # If we crash here: kept and not published, and the next round does this batch again.
        # If we crash here: kept and published.
        return len(taken)
    except IntegrityError as error:
        raise _Overtaken from error


def _keep(note: str, batch: _Batch, promise: anchors.Promise | None, kept: str | None) -> None:
    """Keeps the note off this machine before the commit, unless it is the one that is kept already."""
    if promise is None:
        numbers = [number for _, number, _, _ in batch.leaves]
        anchors.keep_checkpoint(anchors.Promise(note, batch.size, numbers), instead_of=kept)
    elif anchors.read_checkpoint(note) != anchors.read_checkpoint(promise.note):
        raise LogBehind(facts={"size": batch.size, "kept": batch.size + len(batch.leaves)})


def _taken_again(promise: anchors.Promise) -> list[Any]:
    """The very entries of a promise. Raises LogBehind where one of them is not here to be sequenced."""
    taken = _rows(_TAKE_THESE, {"these": promise.entries})
    if len(taken) != len(promise.entries):
        if _rows("SELECT size FROM ledger_log", ()) != [(promise.before,)]:
            raise _Overtaken  # another sequencer has just kept this promise
        raise LogBehind(facts={"size": promise.before, "kept": promise.before + len(promise.entries)})
    return taken


def _rows(sql: str, params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _open_promise(kept: str | None, origin: str, size: int) -> anchors.Promise | None:
    """The batch to be done again; None where the log stands at or above what was kept.

    Raises LogBehind where a longer log of this origin is known off this machine and we cannot make it: then a
    backup came back, and signing on could contradict what was published.
    """
    if kept is None:
        return None
    checkpoint = anchors.read_checkpoint(kept)
    if checkpoint.origin != origin or checkpoint.size <= size:
        return None
    promise = anchors.kept_promise()
    if promise is None or promise.note != kept or promise.before != size:
        raise LogBehind(facts={"size": size, "kept": checkpoint.size})
    return promise


def _extend(batch: _Batch, origin: str, key: Ed25519PrivateKey) -> str:
    """Writes the batch and returns the note over it, which counts once this transaction is committed."""
    hashes = [leaf_hash(data) for _, _, data, _ in batch.leaves]
    tiles = new_tiles(batch.size, hashes, read_tile)
    frontier = Frontier.read(batch.size, TileReader(read_tile, batch.size))
    frontier.extend(hashes)
    note = sign_note(Checkpoint(origin, frontier.size, frontier.root()).text, origin, key)
    with connection.cursor() as cursor:
        cursor.execute(_DROP, ([number for _, number, _, _ in batch.leaves],))
        if cursor.rowcount != len(batch.leaves):
            raise _Overtaken
        _copy_leaves(batch.leaves)
        cursor.executemany(_TILE, [(*place, data) for place, data in tiles.items()])
        if batch.nodes:
            cursor.executemany(_NODE, list(batch.nodes.items()))
        cursor.execute(_CHECKPOINT, (frontier.size, batch.size, frontier.root(), note))
        cursor.execute(_SET, (frontier.size, batch.mandates, batch.size, origin))
        if cursor.rowcount != 1:
            raise _Overtaken
    return note


def _copy_leaves(leaves: Sequence[tuple[int, int, bytes, bytes]]) -> None:
    # Django hands COPY through to the driver, whose faults are not Django's unless they are made so.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy("COPY ledger_leaf (index, entry, data, mandates) FROM STDIN") as copy,
    ):
        for leaf in leaves:
            copy.write_row(leaf)
