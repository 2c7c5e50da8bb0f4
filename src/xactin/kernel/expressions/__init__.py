"""CEL, the one language of conditions, fees, eligibility and access rules, with its traps taken out.

`compile_expression(text, names)` parses once (cached), refuses every name that `names` does not have and
every comparison of unlike kinds, and gives an Expression to evaluate many times. Seen and mended:

- `size("Đường")` counts bytes in CEL: `size` here counts characters (and items of lists and maps);
- an unknown name compiles: here it is refused, as far as the schema behind `names` tells;
- int with text compares as false, int with fraction fails: both are refused when the kinds are known;
- `bool("true")` compiles and always fails: what can be shown to fail is refused (`failing`, and kinds);
- `-x` turns the least number into itself: it is compiled as `0 - x`, which fails;
- dates are text in JSON: `date("2026-01-31")` and `date(form.birth.day)` convert, `days(a, b)` counts
  the days from one date text to another; of a date known in part (`1958`) `earliest(a)` and `latest(a)`
  are days. Fractions are refused: money is whole đồng, and decimals of a form,
  which are text, are compared as `hundredths(form.land.area)`.

Names are described by Shapes; `shape_of_schema` makes one from a JSON Schema. Any failure is an
ExpressionError: `code` is syntax, unknown_name, kinds or evaluation; `.vi` and `.en` say what to mend.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import cel

from xactin.kernel.expressions.syntax import parse_expression
from xactin.kernel.expressions.words import ExpressionError, Names, Parsed, Shape

__all__ = [
    "Expression",
    "ExpressionError",
    "Names",
    "Shape",
    "compile_expression",
    "failing",
    "shape_of_schema",
]

NO_NAMES: Final = Names({})
_DEPTH: Final = 12
"""How deep `$ref` is followed: beyond it anything goes."""


@dataclass(frozen=True, eq=False)
class Expression:
    """A compiled expression. `parsed` says which names it uses and which text it compares them with."""

    text: str
    parsed: Parsed
    program: Any

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value over `{"form": {...}, ...}`. Raises ExpressionError("evaluation"), for example when a
        field that may be left out is missing and was not asked for with `has()`."""
        used = {root: _only(values, root, members) for root, members in self.parsed.roots.items()}
        try:
            # A plain dict is converted faster than a Context with functions: most rules need none.
            return self.program.execute(_context(used) if self.parsed.calls else used)
        except Exception as error:
            reason = f"missing: {error.args[0]}" if isinstance(error, KeyError) else str(error)
            raise ExpressionError(
                "evaluation",
                self.text,
                vi=f"Không tính được biểu thức “{self.text}” ({reason})",
                en=f"The expression “{self.text}” cannot be evaluated ({reason})",
            ) from error


def failing(expression: Expression) -> ExpressionError | None:
    """The first part of an expression that asks no name and cannot be evaluated, whoever asks it when."""
    for text in sorted(expression.parsed.constants, key=len):
        try:
            compile_expression(text, NO_NAMES).evaluate({})
        except ExpressionError as error:
            return error
    return None


@lru_cache(maxsize=4096)
def compile_expression(text: str, names: Names) -> Expression:
    """The expression ready to evaluate. Raises ExpressionError (syntax, unknown_name, kinds)."""
    parsed = parse_expression(text, names)
    try:
        program = cel.compile(parsed.text)
    except Exception as error:
        raise ExpressionError(
            "syntax",
            text,
            vi=f"Biểu thức “{text}” sai cú pháp: {error}",
            en=f"The expression “{text}” does not parse: {error}",
        ) from error
    return Expression(text, parsed, program)


def shape_of_schema(schema: Mapping[str, Any]) -> Shape:
    """What a JSON Schema lets rules ask for. Members are known where `properties` says so."""
    return _shape(schema, schema, 0)


def _shape(schema: Any, whole: Mapping[str, Any], depth: int) -> Shape:
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return Shape("any")
    if isinstance(schema.get("$ref"), str):
        return _shape(_local_reference(schema["$ref"], whole), whole, depth + 1)
    kind = schema.get("type")
    members = _members(schema, whole, depth) if kind in (None, "object") else {}
    if kind == "object" or members:
        return Shape("map", members or None, required=frozenset(schema.get("required", ())))
    if kind == "array":
        return Shape("list", items=_shape(schema.get("items", {}), whole, depth + 1))
    kinds = {"string": "string", "integer": "int", "boolean": "bool"}
    return Shape(kinds.get(kind, "any") if isinstance(kind, str) else "any")


def _members(schema: Mapping[str, Any], whole: Mapping[str, Any], depth: int) -> dict[str, Shape]:
    """The properties of an object, those of its branches too."""
    found = {name: _shape(member, whole, depth + 1) for name, member in schema.get("properties", {}).items()}
    branches = [schema[word] for word in ("then", "else") if word in schema]
    for word in ("allOf", "anyOf", "oneOf"):
        branches += schema.get(word, ())
    for branch in branches:
        found = dict(_shape(branch, whole, depth + 1).members or {}) | found
    return found


def _local_reference(reference: str, whole: Mapping[str, Any]) -> Any:
    if not reference.startswith("#/"):
        return {}
    found: Any = whole
    for step in reference[2:].split("/"):
        found = (
            found.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, Mapping) else {}
        )
    return found


def _only(values: Mapping[str, Any], root: str, members: frozenset[str] | None) -> Any:
    """The part of a value that is asked for: converting the whole form would cost more than the rule."""
    value = values.get(root, {})
    if members is None or not isinstance(value, Mapping):
        return value
    return {name: value[name] for name in members if name in value}


def _context(values: dict[str, Any]) -> cel.Context:
    return cel.Context(variables=values, functions=FUNCTIONS)


def _size(value: Any) -> int:
    return len(value)


def _date(text: str) -> datetime:
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _earliest(text: str) -> str:
    """The first day that a date known in part may be: `1958` may be as early as 1958-01-01."""
    return date.fromisoformat(f"{text}-01-01"[:10]).isoformat()


def _latest(text: str) -> str:
    """The last day that a date known in part may be: `1958-02` may be as late as 1958-02-28."""
    day = date.fromisoformat(f"{text}-12-31"[:10] if len(text) < len("1958-05") else f"{text}-01"[:10])
    return str(day if len(text) != len("1958-05") else day.replace(day=monthrange(day.year, day.month)[1]))


def _hundredths(text: str) -> int:
    """A decimal of a form (`120.5`) as a whole number of hundredths, so that two can be compared: 12050."""
    if re.fullmatch(r"-?[0-9]{1,15}([.][0-9]{1,6})?", text) is None:
        raise ValueError(f"not a decimal: {text}")
    return int(Decimal(text) * 100)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "xt_size": _size,
    "date": _date,
    "days": _days,
    "earliest": _earliest,
    "latest": _latest,
    "hundredths": _hundredths,
}
"""`size` is built into CEL and cannot be replaced, so the text that is compiled calls `xt_size`."""
