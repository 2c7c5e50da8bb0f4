"""Rolls: tables that only grow, such as the log of readings. A job attests what was added, many rows by one entry.

The entries of a roll stand in chains by the hour (`readings:2026-11-27T03`). An effect names its rows by their
numbers and holds a digest over all of them, so that none can be changed, taken away or put in between afterwards.
Rows are written by many transactions at once and become visible in any order: an entry names its own, and looks back
for what came late.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson
from django.db import connection

from xactin.ledger import clock
from xactin.ledger.chains.chain import acting
from xactin.ledger.chains.signers import LEDGER
from xactin.ledger.commands import system_signer

Row = tuple[Any, ...]
"""A row of a roll: its number, then its columns as the database writes them as text."""
Read = Callable[[int, int | None], Iterable[Row]]
"""(after, up to and with) -> the rows with these numbers in their order; all that follow, if None."""
Span = tuple[int, int]
"""From this number to that one, both with it."""

LATE: Final = timedelta(minutes=3)
"""How long a row may stay unseen after its number was drawn: a transaction that writes one ends long before."""
MOST: Final = 5000
"""Rows under one entry."""
_LOCK: Final = 7_240_613
_DOMAIN: Final = b"xactin/v1/roll\0"

_RECENT: Final = "SELECT effect, at FROM ledger_entry WHERE subject = ANY(%s) ORDER BY at DESC, number DESC"
_NEWEST: Final = """
SELECT e.effect FROM ledger_head h JOIN ledger_entry e ON e.subject = h.subject AND e.seq = h.seq
 WHERE h.subject LIKE %s AND h.seq >= 0 ORDER BY h.subject DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Roll:
    """A table that only grows. `name` is the kind of its subjects.

    `timed`: a row's last column is when it was written, in seconds since 1970. One that says a time long before
    those that were attested earlier was put in afterwards.
    """

    name: str
    read: Read
    timed: bool = False

    @property
    def act(self) -> str:
        """The act of its entries."""
        return f"{self.name}.attest"


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a roll is attested: everything up to `settled` for good, and of what follows these numbers."""

    settled: int
    last: int
    newest: str
    named: Sequence[Span]


_rolls: Final[dict[str, Roll]] = {}


def keep_roll(roll: Roll) -> None:
    """From now on what is added to this table is attested (rooms call `ledger.audit.register_roll`)."""
    _rolls[roll.name] = roll


def roll_named(name: str) -> Roll:
    """The roll whose subjects are of this kind. Raises KeyError."""
    return _rolls[name]


def all_rolls() -> Sequence[Roll]:
    """All rolls."""
    return list(_rolls.values())


def attest_rolls() -> Mapping[str, int]:
    """Attests what was added to each roll since the last time; returns how many rows, by roll."""
    return {roll.name: _attest(roll) for roll in all_rolls()}


def _attest(roll: Roll) -> int:
    attested = 0
    while _fresh(roll, _place(roll, clock.now())):
        attested += _attest_some(roll)
    return attested


def _attest_some(roll: Roll) -> int:
    """One entry over what is new; 0 where another process was faster."""
    signer = system_signer(LEDGER)
    with acting(subject=_chain_at(roll, clock.now()), mandates=[signer.mandate]) as chain:
        # Two chains meet at the hour, so the lock of one is not enough.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        place = _place(roll, chain.at)
        rows = _fresh(roll, place)
        if rows:
            chain.attest(signer, act=roll.act, effect=_effect(roll, place, rows))
    return len(rows)


def _effect(roll: Roll, place: _Place, rows: Sequence[Row]) -> dict[str, Any]:
    effect: dict[str, Any] = {
        "rows": [list(span) for span in spans_of(row[0] for row in rows)],
        "n": len(rows),
        "digest": digest_of(roll, rows),
        "before": place.last,
        "last": max(place.last, rows[-1][0]),
    }
    if roll.timed:
        # What the rows before said last, for whoever finds an older time among these.
        effect |= {
            "after": place.newest,
            "newest": max([place.newest, *(row[-1] for row in rows)], key=float),
        }
    return effect


def _fresh(roll: Roll, place: _Place) -> list[Row]:
    """Rows that no entry names yet, the first of them."""
    found: list[Row] = []
    for row in roll.read(place.settled, None):
        if not is_within(row[0], place.named):
            found.append(row)
        if len(found) == MOST:
            break
    return found


def _place(roll: Roll, at: datetime) -> _Place:
    """Where the last entries stand: those of the last minutes name rows one by one, all before are settled."""
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, ([_chain_at(roll, at), _chain_at(roll, at - timedelta(hours=1))],))
        recent = [(orjson.loads(bytes(effect)), then) for effect, then in cursor.fetchall()]
        if not recent:
            cursor.execute(_NEWEST, (f"{roll.name}:%",))
            recent = [(orjson.loads(bytes(effect)), at - 2 * LATE) for (effect,) in cursor.fetchall()]
    last, newest = (recent[0][0]["last"], recent[0][0].get("newest", "0")) if recent else (0, "0")
    # What was attested before these two hours is settled.
    before = recent[-1][0]["before"] if recent else 0
    settled = next((effect["last"] for effect, then in recent if then < at - LATE), before)
    spans = (span for effect, then in recent if then >= at - LATE for span in effect["rows"])
    return _Place(settled, last, newest, sorted((first, end) for first, end in spans))


def _chain_at(roll: Roll, at: datetime) -> str:
    return f"{roll.name}:{at.astimezone(UTC):%Y-%m-%dT%H}"


def digest_of(roll: Roll, rows: Iterable[Row]) -> str:
    """sha256 (hex) over rows in their order: each value with its length before it."""
    made = sha256(_DOMAIN + roll.name.encode() + b"\0")
    for row in rows:
        made.update(len(row).to_bytes(8, "big"))
        for value in row:
            text = str(value).encode()
            made.update(len(text).to_bytes(8, "big") + text)
    return made.hexdigest()


def spans_of(numbers: Iterable[int]) -> Iterator[Span]:
    """Numbers in their order as spans without a gap."""
    first = last = None
    for number in numbers:
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last


def is_within(number: int, spans: Sequence[Span]) -> bool:
    """Whether a number stands in one of these spans, which stand in order and do not overlap."""
    place = bisect_right(spans, number, key=lambda span: span[0])
    return place > 0 and number <= spans[place - 1][1]
