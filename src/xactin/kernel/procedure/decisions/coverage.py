"""Does exactly one rule fit, whatever the input? Overlaps of a table of which one rule must fit, and gaps.

Each input falls into regions that no entry tells apart; a rule is, in each column, the set of regions it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Any, Final

from xactin.kernel.expressions import ExpressionError, Names, compile_expression
from xactin.kernel.procedure.decisions.feel import Span
from xactin.kernel.procedure.decisions.tables import Input, Table
from xactin.kernel.procedure.problems import Problem

MOST_LOOKS: Final = 50_000
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "int": ("int", "any"),
    "string": ("string", "any"),
    "bool": ("bool", "any"),
    "date": ("string", "any"),
}


def table_problems(table: Table, names: Names) -> Iterator[Problem]:
    """Inputs that do not fit the form; rules that overlap; what no rule says."""
    where = f"{table.file}: {table.id}"
    wrong = list(_inputs(table, names, where))
    yield from wrong
    if wrong:
        return
    regions = [_regions(table, number) for number in range(len(table.inputs))]
    held = [
        [
            frozenset(at for at, value in enumerate(regions[n]) if entry.holds(value))
            for n, entry in enumerate(row.entries)
        ]
        for row in table.rows
    ]
    if table.policy == "U":
        yield from _overlaps(table, regions, held, where)
    if table.policy != "C+":
        yield from _gap(table, regions, held, where)


def _inputs(table: Table, names: Names, where: str) -> Iterator[Problem]:
    for column in table.inputs:
        try:
            parsed = compile_expression(column.text, names).parsed
        except ExpressionError as error:
            yield Problem("decision_input", where, error.vi, error.en)
            continue
        if parsed.shape.kind not in _KINDS[column.kind]:
            yield Problem(
                "decision_input",
                where,
                f"“{column.text}” là {parsed.shape.kind}, bảng cần {column.kind}",
                f"“{column.text}” is {parsed.shape.kind}, and the table asks for {column.kind}",
            )
        for path in sorted(parsed.unguarded):
            yield Problem(
                "decision_input",
                where,
                f"“{'.'.join(path)}” có thể để trống; hãy bắt buộc nhập trong biểu mẫu",
                f"“{'.'.join(path)}” may be missing; make it required in the form",
            )


def _regions(table: Table, number: int) -> list[Any]:
    """One value of each region of an input, of those it can have."""
    column = table.inputs[number]
    spans = [span for row in table.rows for span in row.entries[number].spans or ()]
    spans += column.allowed.spans or ()
    if column.kind == "bool":
        found: list[Any] = [False, True]
    elif column.kind == "string":
        found = [*sorted({span.low for span in spans}), _Other()]
    else:
        found = _ordered(column, spans)
    return [value for value in found if column.allowed.holds(value)]


def _ordered(column: Input, spans: Sequence[Span]) -> list[Any]:
    """Each end, and what lies just below and above it: numbers and dates are whole."""
    one: Any = timedelta(1) if column.kind == "date" else 1
    ends = {end for span in spans for end in (span.low, span.high) if end is not None}
    near = {
        end + step for end in ends for step in (-one, 0 * one, one) if end not in (date.min, date.max)
    } | ends
    return sorted(near) or [date(2000, 1, 1) if column.kind == "date" else 0]


class _Other:
    """Any text that the table does not name."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Other)

    def __hash__(self) -> int:
        return 0

    def __gt__(self, other: object) -> bool:
        return False

    __lt__ = __gt__

    def __repr__(self) -> str:
        return "…"


Held = Sequence[Sequence[frozenset[int]]]


def _overlaps(table: Table, regions: Sequence[Sequence[Any]], held: Held, where: str) -> Iterator[Problem]:
    for (one, first), (other, second) in combinations(enumerate(held), 2):
        both = [a & b for a, b in zip(first, second, strict=True)]
        if all(both):
            told = _told(table, [regions[n][min(common)] for n, common in enumerate(both)])
            rules = f"{table.rows[one].id}, {table.rows[other].id}"
            yield Problem(
                "decision_overlap",
                where,
                f"Các dòng {rules} cùng đúng khi {told}; bảng UNIQUE chỉ cho một dòng",
                f"The rules {rules} both fit when {told}; of a UNIQUE table only one may",
            )
            return


def _gap(table: Table, regions: Sequence[Sequence[Any]], held: Held, where: str) -> Iterator[Problem]:
    """The first combination no rule fits. Columns one by one; the same rules left give the same answer."""
    known: set[tuple[int, frozenset[int]]] = set()
    waiting: list[tuple[int, frozenset[int], tuple[Any, ...]]] = [(0, frozenset(range(len(held))), ())]
    looks = 0
    while waiting:
        column, left, way = waiting.pop()
        if not left or (column == len(regions) and not left):
            rest = [one[0] for one in regions[column:] if one]
            told = _told(table, [*way, *rest])
            yield Problem(
                "decision_gap",
                where,
                f"Không dòng nào nói về: {told}",
                f"No rule says anything about: {told}",
            )
            return
        if column == len(regions) or (column, left) in known:
            continue
        known.add((column, left))
        looks += 1
        if looks > MOST_LOOKS:
            yield Problem(
                "decision_too_large",
                where,
                "Bảng quá lớn, không kiểm tra hết được",
                "The table is too large to be checked",
            )
            return
        for at in reversed(range(len(regions[column]))):
            fits = frozenset(row for row in left if at in held[row][column])
            waiting.append((column + 1, fits, (*way, regions[column][at])))


def _told(table: Table, values: Sequence[Any]) -> str:
    return ", ".join(f"{column.text} = {value}" for column, value in zip(table.inputs, values, strict=False))
