"""What may be asked of the ledger: entries, mandates, the log, and the bundle that a person holds."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from xactin.kernel.attestation import parse_time, time_text
from xactin.kernel.log.checkpoint import Checkpoint as CheckpointText
from xactin.kernel.log.merkle import inclusion_proof
from xactin.kernel.log.tiles import HASH, TileReader, entry_bundle
from xactin.kernel.mandates import mandate_key, prove
from xactin.kernel.proof.bundle_parts import make_bundle
from xactin.ledger import clock
from xactin.ledger.chains.heads import signed_heads
from xactin.ledger.chains.pipeline import Statement, run
from xactin.ledger.chains.snapshot import snapshot
from xactin.ledger.errors import NotLogged
from xactin.ledger.log.authority import AuthorityInfo, authority
from xactin.ledger.log.signing_key import empty_note
from xactin.ledger.log.tree import mandate_node, read_tile
from xactin.ledger.models import Checkpoint, Cosignature, Head, Leaf, Mandate

__all__ = [
    "AuthorityInfo",
    "EntryRow",
    "authority",
    "bundle",
    "checkpoint_note",
    "clock_start",
    "entries_of",
    "entry",
    "entry_tile",
    "hash_tile",
    "log_size",
    "mandates_for",
    "read",
    "read_tile",
    "snapshot",
    "wait_until_logged",
    "waiting",
]

_ENTRIES: Final = """
SELECT e.statement, e.signature, e.effect, e.prev, e.seq, e.at, e.digest, l.index, l.mandates
  FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry = e.number WHERE """
_LOOK_AGAIN: Final = 0.05


def read(*statements: Statement) -> list[list[Any]]:
    """What other rooms read of their own tables by prepared statements, all in one round trip; for each its rows."""
    return run(statements)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry, and its place in the log once it has one. `mandates` is the root just before it."""

    entry: dict[str, Any]
    digest: bytes
    at: datetime
    index: int | None
    mandates: bytes | None

    @property
    def id(self) -> UUID:
        """The statement's id."""
        return UUID(self.statement["id"])

    @property
    def statement(self) -> dict[str, Any]:
        """What was signed."""
        said: dict[str, Any] = self.entry["statement"]
        return said

    @property
    def effect(self) -> dict[str, Any]:
        """What it did."""
        done: dict[str, Any] = self.entry["place"]["effect"]
        return done

    @property
    def seq(self) -> int:
        """Its number in its subject's chain."""
        return int(self.entry["place"]["seq"])

    @property
    def custody(self) -> str:
        """Who holds the key that signed: `passkey`, `device` or `server`."""
        if self.entry["signature"]["alg"] == "webauthn":
            return "passkey"
        return "device" if "device" in self.statement["by"] else "server"


def entry_row(
    statement: bytes,
    signature: bytes,
    effect: bytes,
    prev: bytes | None,
    seq: int,
    at: datetime,
    digest: bytes,
    index: int | None,
    mandates: bytes | None,
) -> EntryRow:
    """An entry from its columns."""
    place = {
        "seq": seq,
        "prev": None if prev is None else bytes(prev).hex(),
        "at": time_text(at),
        "effect": orjson.loads(effect),
    }
    made = {"statement": orjson.loads(statement), "signature": orjson.loads(signature), "place": place}
    return EntryRow(made, bytes(digest), at, index, None if mandates is None else bytes(mandates))


def _entries(where: str, params: Sequence[Any]) -> list[EntryRow]:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES + where + " ORDER BY e.subject, e.seq", params)
        return [entry_row(*row) for row in cursor.fetchall()]


def entries_of(subject: str) -> list[EntryRow]:
    """The chain of a subject from its beginning."""
    return _entries("e.subject = %s", (subject,))


def head_of(subject: str) -> int:
    """The place of the newest entry of a subject, by its key alone; -1 where there is none."""
    found = Head.objects.filter(pk=subject).values_list("seq", flat=True).first()
    return -1 if found is None else found


def entry(id: UUID) -> EntryRow | None:
    """The entry whose statement has this id."""
    return next(iter(_entries("e.id = %s", (id,))), None)


def mandates_for(*, key_id: str, person: str | None = None, post: str | None = None) -> list[UUID]:
    """The mandates that stand for a key, by which it signs as this person in this post (None: in no post)."""
    rows = Mandate.objects.filter(key=key_id, ended__isnull=True, post=post)
    if person is not None:
        rows = rows.filter(person=person)
    return list(rows.order_by("id").values_list("id", flat=True))


def clock_start() -> datetime | None:
    """When the clock of a demo began, if that was in the past: as its genesis entry attests."""
    # The first entry alone: each step of a demo's clock is another one of this chain.
    (genesis,) = _entries("e.subject = %s AND e.seq = 0", (f"authority:{authority().id}",))
    said = genesis.entry["place"]["effect"].get("clock")
    return parse_time(said["start"]) if said else None


def log_size() -> int:
    """How many entries the published log holds."""
    return Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0


def waiting() -> int:
    """How many entries wait for their place in the log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_unsequenced")
        return int(cursor.fetchone()[0])


_OLDEST: Final = """
SELECT e.at FROM ledger_entry e WHERE e.number = (SELECT min(number) FROM ledger_unsequenced)
"""


def waits_for() -> timedelta:
    """For how long the oldest entry has waited for its place in the log; zero where none waits."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        found = cursor.fetchone()
    return max(timedelta(0), clock.now() - found[0]) if found else timedelta(0)


def checkpoint_note(*, size: int | None = None, cosigned: bool = True) -> str:
    """The published note of this size (the latest, if None), with the lines of witnesses behind ours.

    Before the first entry is sequenced it is the note over nothing. Raises NotLogged for a size that was not
    published.
    """
    found = Checkpoint.objects.order_by("-size")
    row = (found if size is None else found.filter(pk=size)).first()
    if row is None:
        if size:
            raise NotLogged(facts={"size": size})
        return empty_note()
    if not cosigned:
        return row.note
    lines = Cosignature.objects.filter(checkpoint=row).order_by("id").values_list("line", flat=True)
    return row.note + "".join(lines)


def entry_tile(index: int, width: int) -> bytes:
    """The data of leaves from 256 * `index`, as tlog-tiles serves them; KeyError if there are fewer."""
    first = 256 * index
    rows = Leaf.objects.filter(index__gte=first, index__lt=first + width).order_by("index")
    found = [bytes(data) for data in rows.values_list("data", flat=True)]
    if len(found) != width:
        raise KeyError(index)
    return entry_bundle(found)


def hash_tile(level: int, index: int, width: int) -> bytes:
    """The first `width` hashes of a tile; KeyError if there are fewer."""
    found = read_tile(level, index)
    if len(found) < width * HASH:
        raise KeyError((level, index))
    return found[: width * HASH]


def wait_until_logged(entry_ids: Iterable[UUID], timeout: float = 10.0) -> int:
    """Waits until these entries stand under a published checkpoint; returns its size. Raises NotLogged."""
    wanted = list(dict.fromkeys(entry_ids))
    deadline = time.monotonic() + timeout
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), (SELECT max(size) FROM ledger_checkpoint) FROM ledger_entry e"
                " JOIN ledger_leaf l ON l.entry = e.number WHERE e.id = ANY(%s)",
                (wanted,),
            )
            count, size = cursor.fetchone()
        if count == len(wanted):
            return int(size or 0)
        if time.monotonic() >= deadline:
            raise NotLogged(facts={"waiting": len(wanted) - count})
        time.sleep(_LOOK_AGAIN)


def bundle(
    *,
    subject: str,
    entry_ids: Sequence[UUID] | None = None,
    opened: Iterable[Mapping[str, Any]] = (),
    at_size: int | None = None,
    cosigned: bool = False,
) -> bytes:
    """The proof of a subject (or of these entries of it): what `xactin verify` checks without us.

    `opened` as `kernel.proof.bundle_parts.make_bundle` takes it. Proofs are against the latest checkpoint, or the
    published one of `at_size`; entries that are not under it yet are left out, but raise NotLogged when
    named by `entry_ids`. `cosigned` adds the witnesses' lines, which a verifier must then know too. The head
    says how many entries the subject had then: who may hold a bundle may know that.
    """
    note = checkpoint_note(size=at_size, cosigned=cosigned)
    checkpoint = CheckpointText.parse(note.partition("\n\n")[0] + "\n")
    size = checkpoint.size
    chosen = [row for row in _chosen(subject, entry_ids) if row.index is not None and row.index < size]
    if entry_ids is not None and len(chosen) < len(set(entry_ids)):
        raise NotLogged(facts={"waiting": len(set(entry_ids)) - len(chosen)})
    genesis = _entries("l.index = 0", ())
    reader = TileReader(read_tile, size)
    shown = {row.index: row for row in [*genesis, *chosen] if row.index is not None}
    return make_bundle(
        authority=authority().id,
        entries=[
            {
                "entry": row.entry,
                "index": index,
                "mandates": row.mandates,
                "inclusion": inclusion_proof(index, size, reader),
            }
            for index, row in shown.items()
        ],
        mandates=_proven(shown.values()),
        opened=opened,
        checkpoint=note,
        heads=signed_heads(checkpoint, subject),
    )


def _chosen(subject: str, entry_ids: Sequence[UUID] | None) -> list[EntryRow]:
    if entry_ids is None:
        return entries_of(subject)
    return _entries("e.subject = %s AND e.id = ANY(%s)", (subject, list(entry_ids)))


def _proven(rows: Iterable[EntryRow]) -> list[dict[str, Any]]:
    """The mandates of the keys that signed, each with its path under the root of the entry it served."""
    rows = list(rows)
    keys = {row.statement["key"] for row in rows}
    documents = Mandate.objects.filter(key__in=keys).values_list("key", "mandate")
    found = []
    for root, key in {(row.mandates, row.statement["key"]) for row in rows if row.mandates is not None}:
        for mandate in (orjson.loads(document) for owner, document in documents if owner == key):
            try:
                path = prove(root, mandate_node, mandate_key(mandate["id"]))
            except KeyError:  # it did not stand then
                continue
            found.append({"mandate": mandate, "root": root, "path": path})
    return found
