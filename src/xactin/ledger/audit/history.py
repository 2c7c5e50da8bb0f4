"""Which mandates stood when, by the entries alone: at each place of the log, the keys and the root of their tree."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.db import connection

from xactin.kernel.log.checkpoint import NoteError, VerifierKey
from xactin.kernel.mandates import EMPTY, MandateError, check_mandate, update
from xactin.kernel.signatures import PublicKey
from xactin.kernel.verification import GENESIS_ACT
from xactin.ledger.sequencing import mandate_changes
from xactin.ledger.signers import CLOCK_ACT

Position = tuple[int, int]
"""(0, index in the log), or (1, number) for what waits: entries compare as they happened."""

_CHANGES: Final = """
SELECT e.subject, e.statement, e.effect, e.at, e.number, l.index FROM ledger_entry e
  LEFT JOIN ledger_leaf l ON l.entry = e.number
 WHERE e.subject LIKE 'mandate:%%' OR e.subject LIKE 'authority:%%'
 ORDER BY l.index, e.number
"""


@dataclass(slots=True)
class Standing:
    """A mandate and the places between which it held: after `since`, up to and with `until`."""

    mandate: dict[str, Any]
    key: PublicKey
    since: Position
    until: Position | None = None
    ended: str | None = None

    def held_at(self, position: Position) -> bool:
        """Whether it held just before this place."""
        return self.since < position and (self.until is None or position <= self.until)


@dataclass(slots=True)
class History:
    """All that workers need to judge an entry. `roots` are (first index, root that holds from it on)."""

    by_key: dict[str, list[Standing]] = field(default_factory=dict)
    by_id: dict[str, Standing] = field(default_factory=dict)
    roots: list[tuple[int, bytes]] = field(default_factory=lambda: [(0, EMPTY)])
    nodes: dict[bytes, bytes] = field(default_factory=dict)
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
    history = History()
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES)
        rows = cursor.fetchall()
    for subject, statement, effect, at, number, index in rows:
        try:
            done, act = orjson.loads(effect), orjson.loads(statement)["act"]
            _apply(history, act, done, position(index, number), at.isoformat())
            changes = mandate_changes(done)
        except (ValueError, KeyError, TypeError, AttributeError, MandateError, NoteError):
            # The subject pass says what is wrong with this entry.
            history.unreadable.append(subject)
            continue
        if changes and index is not None:
            root, fresh = update(history.roots[-1][1], history.nodes.__getitem__, changes)
            history.nodes |= fresh
            history.roots.append((index + 1, root))
    return history


def _apply(history: History, act: str, effect: dict[str, Any], place: Position, at: str) -> None:
    if act == GENESIS_ACT:
        key = VerifierKey.parse(effect["log"])
        history.log_keys[key.text] = key
    for mandate in [*effect.get("mandates", ()), *([effect["mandate"]] if "mandate" in effect else ())]:
        standing = Standing(mandate, check_mandate(mandate), place)
        history.by_id[mandate["id"]] = standing
        history.by_key.setdefault(standing.key.id, []).append(standing)
    if "ended" in effect and effect["ended"] in history.by_id:
        history.by_id[effect["ended"]].until = place
        history.by_id[effect["ended"]].ended = at
    if act == CLOCK_ACT:
        history.shift += effect["seconds"]
