"""A decision table, and what it decides: the same for everybody, in whole numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xactin.kernel.expressions import ExpressionError, Names, Shape, compile_expression
from xactin.kernel.procedure.decisions.feel import Entry, value_of


@dataclass(frozen=True, slots=True)
class Input:
    """A column that is asked: `text` is CEL, `kind` int, string, bool or date; `allowed` what it can be."""

    text: str
    kind: str
    allowed: Entry


@dataclass(frozen=True, slots=True)
class Row:
    """A rule of a table: one entry for each input, one value for each output."""

    id: str
    entries: tuple[Entry, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """`policy`: U (exactly one rule fits), F (the first that fits), C+ (the sum of all that fit).

    `outputs`: name -> kind. A table of one output gives its value, of several a map of them.
    """

    id: str
    file: str
    policy: str
    inputs: tuple[Input, ...]
    outputs: Mapping[str, str]
    rows: tuple[Row, ...]

    @property
    def shape(self) -> Shape:
        """What rules may expect of it."""
        shapes = {name: Shape(kind) for name, kind in self.outputs.items()}
        if len(shapes) == 1:
            return next(iter(shapes.values()))
        return Shape("map", shapes, required=frozenset(shapes))

    def decide(self, names: Names, values: Mapping[str, Any]) -> Any:
        """What follows from these values. Raises ExpressionError (evaluation) where no rule fits, or two of a
        table of which exactly one must."""
        asked = [self._asked(column, names, values) for column in self.inputs]
        fitting = [row for row in self.rows if all(map(Entry.holds, row.entries, asked))]
        if self.policy == "C+":
            return sum(row.values[0] for row in fitting)
        if not fitting or (self.policy == "U" and len(fitting) > 1):
            told = ", ".join(row.id for row in fitting) or "-"
            raise self._failed(f"không xác định được dòng ({told})", f"no one rule fits ({told})")
        found = fitting[0].values
        return found[0] if len(found) == 1 else dict(zip(self.outputs, found, strict=True))

    def _asked(self, column: Input, names: Names, values: Mapping[str, Any]) -> Any:
        try:
            return value_of(compile_expression(column.text, names).evaluate(values), column.kind)
        except ValueError as error:
            raise self._failed(f"{column.text}: {error}", f"{column.text}: {error}") from error

    def _failed(self, vi: str, en: str) -> ExpressionError:
        return ExpressionError(
            "evaluation", self.id, vi=f"Bảng quyết định “{self.id}”: {vi}", en=f"The table “{self.id}”: {en}"
        )


class Decided(Mapping[str, Any]):
    """`tables` of a rule: each table is evaluated when it is asked, and not before."""

    def __init__(self, tables: Mapping[str, Table], names: Names, values: Mapping[str, Any]) -> None:
        self.tables = tables
        self.names = names
        self.values_given = values

    def __getitem__(self, name: str) -> Any:
        return self.tables[name].decide(self.names, self.values_given)

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)
