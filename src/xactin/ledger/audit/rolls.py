"""The check of rolls: each entry's rows are those that were attested, and none stands between that nobody attested."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson
from django.db import connection

from xactin.ledger import clock, rolls
from xactin.ledger.audit.counts import count
from xactin.ledger.audit.findings import Finding
from xactin.ledger.audit.folds import Told, register_fold
from xactin.ledger.rolls import Roll, Row, Span

_LOWEST: Final = -(2**63)
_NAMED: Final = "SELECT effect, at FROM ledger_entry WHERE subject LIKE %s"


def register_roll(roll: Roll) -> None:
    """From now on what is added to a table is attested by batches, and audits compare it. Called from `apps.py`."""
    rolls.keep_roll(roll)
    register_fold(roll.name, _check)


def _check(told: Sequence[Told]) -> Iterator[Finding]:
    for one in told:
        roll, said = rolls.roll_named(one.kind), [(row.seq, row.effect) for row in one.entries]
        spans = [span for _seq, effect in said for span in effect["rows"]]
        rows = list(roll.read(min(first for first, _last in spans) - 1, max(last for _first, last in spans)))
        numbers = [row[0] for row in rows]
        for seq, effect in said:
            named = [row for span in effect["rows"] for row in rows[_part(numbers, span)]]
            yield from (
                Finding("table", one.subject, f"entry {seq}: {text}")
                for text in _compared(roll, effect, named)
            )
        count(f"{roll.name} attested", len(rows))


def _part(numbers: Sequence[int], span: Sequence[int]) -> slice:
    return slice(bisect_left(numbers, span[0]), bisect_right(numbers, span[1]))


def _compared(roll: Roll, effect: dict[str, Any], rows: Sequence[Row]) -> Iterator[str]:
    if len(rows) != effect["n"]:
        yield f"{effect['n']} rows were attested, {len(rows)} stand"
    elif rolls.digest_of(roll, rows) != effect["digest"]:
        yield "its rows are not those that were attested"
    elif roll.timed and any(float(row[-1]) < float(effect["after"]) - rolls.LATE.seconds for row in rows):
        yield "a row says a time before those that were attested earlier: it was put in afterwards"


def check_rolls() -> Iterator[Finding]:
    """Rows that stand among attested ones and that no entry names; what is still to be attested is counted."""
    for roll in rolls.all_rolls():
        named, settled = _named(roll)
        between = waiting = 0
        for row in roll.read(_LOWEST, None):
            if not rolls.is_within(row[0], named):
                between += row[0] <= settled
                waiting += row[0] > settled
        count(f"{roll.name} not yet attested", waiting)
        if between:
            text = (
                f"{between} rows stand among those attested that no entry names: they were put in afterwards"
            )
            yield Finding("table", roll.name, text)


def _named(roll: Roll) -> tuple[list[Span], int]:
    """The numbers that entries name, and up to which one nothing can come any more."""
    named: list[Span] = []
    settled, now = 0, clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, (f"{roll.name}:%",))
        rows = cursor.fetchall()
    for data, at in rows:
        try:
            effect = orjson.loads(bytes(data))
            named += [(first, last) for first, last in effect["rows"]]
            settled = max(settled, effect["last"] if at < now - rolls.LATE else 0)
        except (ValueError, KeyError, TypeError):
            continue  # the subject pass says what is wrong with this entry
    return _joined(sorted(named)), settled


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that follow or overlap each other as one."""
    found: list[Span] = []
    for first, last in spans:
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found
