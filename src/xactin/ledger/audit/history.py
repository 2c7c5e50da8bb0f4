"""Which mandates stood when, by the entries alone: at each place of the log, the keys and the root of their tree."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import orjson
from django.db import connection

from xactin.kernel.canonical import canonical
from xactin.kernel.log.checkpoint import NoteError, VerifierKey
from xactin.kernel.mandates import EMPTY, MandateError, check_mandate, update
from xactin.kernel.proof.verification import GENESIS_ACT
from xactin.kernel.signatures import PublicKey
from xactin.ledger.chains.signers import CLOCK_ACT
from xactin.ledger.log.sequencing import mandate_changes

Position = tuple[int, int]
"""(0, index in the log), or (1, number) for what waits: entries compare as they happened."""

_CHANGES: Final = """
SELECT e.subject, e.statement, e.effect, e.at, e.number, l.index FROM ledger_entry e
  LEFT JOIN ledger_leaf l ON l.entry = e.number
 WHERE e.subject LIKE 'mandate:%%' OR e.subject LIKE 'authority:%%'
 ORDER BY l.index, e.number
"""


_MANY: Final = 10_000
"""Nodes compared with the table at once, and rows taken at once."""


@dataclass(slots=True)
class Standing:
    """A mandate and the places between which it held: after `since`, up to and with `until`.

    Kept as canonical bytes, 900 in all: everybody who ever applied has one, and every worker knows them all.
    """

    document: bytes
    since: Position
    until: Position | None = None
    ended: str | None = None

    @property
    def mandate(self) -> dict[str, Any]:
        """The mandate itself."""
        return _opened(self.document)[0]

    @property
    def key(self) -> PublicKey:
        """The key that may sign by it."""
        return _opened(self.document)[1]

    def held_at(self, position: Position) -> bool:
        """Whether it held just before this place."""
        return self.since < position and (self.until is None or position <= self.until)


@lru_cache(maxsize=8192)
def _opened(document: bytes) -> tuple[dict[str, Any], PublicKey]:
    """A mandate and its key. Kept, because an official's mandate is met again with each act."""
    mandate = orjson.loads(document)
    return mandate, check_mandate(mandate)


@dataclass(slots=True)
class _Tree:
    """The tree of mandates as it stands; and of all nodes that ever stood, those the table has lost."""

    root: bytes = EMPTY
    standing: dict[bytes, bytes] = field(default_factory=dict)
    unseen: dict[bytes, bytes] = field(default_factory=dict)
    lost: list[bytes] = field(default_factory=list)

    def change(self, changes: Mapping[bytes, bytes | None]) -> bytes:
        """The root after changes; nodes that stand no more are forgotten."""
        read: set[bytes] = set()

        def get(digest: bytes) -> bytes:
            read.add(digest)
            return self.standing[digest]

        self.root, fresh = update(self.root, get, changes)
        below = {child for node in fresh.values() for child in (node[1:33], node[33:])}
        for digest in read - below:
            del self.standing[digest]
        self.standing |= fresh
        self.unseen |= fresh
        if len(self.unseen) >= _MANY:
            self.compare()
        return self.root

    def compare(self) -> None:
        """Looks whether the table has what was made since the last time."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT hash, node FROM ledger_mandatenode WHERE hash = ANY(%s)", (list(self.unseen),)
            )
            stored = {bytes(digest): bytes(node) for digest, node in cursor.fetchall()}
        self.lost += [digest for digest, node in self.unseen.items() if stored.get(digest) != node]
        self.unseen.clear()


@dataclass(slots=True)
class History:
    """All that workers need to judge an entry. `roots` are (first index, root that holds from it on)."""

    by_key: dict[str, list[Standing]] = field(default_factory=dict)
    by_id: dict[str, Standing] = field(default_factory=dict)
    roots: list[tuple[int, bytes]] = field(default_factory=lambda: [(0, EMPTY)])
    lost_nodes: list[bytes] = field(default_factory=list)
    log_keys: dict[str, VerifierKey] = field(default_factory=dict)
    shift: int = 0
    unreadable: list[str] = field(default_factory=list)

    def root_at(self, index: int) -> bytes:
        """The root of the mandates just before this index."""
        place = bisect_right(self.roots, index, key=lambda one: one[0]) - 1
        return self.roots[place][1]


def position(index: int | None, number: int) -> Position:
    """Where an entry stands among all."""
    return (1, number) if index is None else (0, index)


def read_history() -> History:
    """The history as the entries of mandates and authority tell it."""
    history, tree = History(), _Tree()
    for subject, statement, effect, at, number, index in _changes():
        try:
            done, act = orjson.loads(effect), orjson.loads(statement)["act"]
            _apply(history, act, done, position(index, number), at.isoformat())
            changes = mandate_changes(done)
        except (ValueError, KeyError, TypeError, AttributeError, MandateError, NoteError):
            # The subject pass says what is wrong with this entry.
            history.unreadable.append(subject)
            continue
        if changes and index is not None:
            history.roots.append((index + 1, tree.change(changes)))
    tree.compare()
    history.lost_nodes = tree.lost
    return history


def _changes() -> Iterator[tuple[Any, ...]]:
    """Entries of mandates and authority in the order of the log, a few at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_CHANGES)
        while rows := cursor.fetchmany(_MANY):
            yield from rows


def _apply(history: History, act: str, effect: dict[str, Any], place: Position, at: str) -> None:
    if act == GENESIS_ACT:
        key = VerifierKey.parse(effect["log"])
        history.log_keys[key.text] = key
        history.shift += effect.get("clock", {}).get("seconds", 0)
    for mandate in [*effect.get("mandates", ()), *([effect["mandate"]] if "mandate" in effect else ())]:
        check_mandate(mandate)
        # A copy, because the bytes as they were written keep four kilobytes around them.
        standing = Standing(bytes(memoryview(canonical(mandate))), place)
        history.by_id[mandate["id"]] = standing
        history.by_key.setdefault(mandate["key"]["id"], []).append(standing)
    if "ended" in effect and effect["ended"] in history.by_id:
        history.by_id[effect["ended"]].until = place
        history.by_id[effect["ended"]].ended = at
    if act == CLOCK_ACT:
        history.shift += effect["seconds"]
