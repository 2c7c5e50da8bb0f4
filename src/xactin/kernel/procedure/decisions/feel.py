"""The unary tests of S-FEEL (DMN 1.3, 9): what an entry of a decision table asks of its input.

    -    75    "house"    true    date("2026-07-01")    < 3    >= 10    [1..3]    (0..5]    1, 2, [7..9]    not(3)

Whole numbers, texts, booleans and dates; text and booleans are only compared for being the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

KINDS: Final = {
    "integer": "int",
    "number": "int",
    "long": "int",
    "string": "string",
    "boolean": "bool",
    "date": "date",
}
"""DMN's names of types, and those of `kernel/expressions`."""

MOST_TEXT: Final = 2_000

_LITERAL: Final = r'-?\d+|"(?:[^"\\]|\\.)*"|true|false|date\(\s*"\d{4}-\d\d-\d\d"\s*\)'
_ONE: Final = re.compile(
    rf"\s*(?:(?P<open>[\[\](])\s*(?P<low>{_LITERAL})\s*\.\.\s*(?P<high>{_LITERAL})\s*(?P<close>[\])\[])"
    rf"|(?P<sign><=|>=|<|>)?\s*(?P<value>{_LITERAL}))\s*"
)
_NOT: Final = re.compile(r"\s*not\s*\((.*)\)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """Values between two ends; None is without end. `low_open`, `high_open`: the end itself is left out."""

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: Any) -> bool:
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return above and below


@dataclass(frozen=True, slots=True)
class Entry:
    """What one cell asks: nothing (`spans` is None), one of some spans, or none of them (`negated`)."""

    spans: tuple[Span, ...] | None = None
    negated: bool = False

    def holds(self, value: Any) -> bool:
        return self.spans is None or any(span.holds(value) for span in self.spans) is not self.negated


def entry_of(text: str, kind: str) -> Entry:
    """The cell of this text over an input of this kind (int, string, bool, date). Raises ValueError."""
    text = text.strip()
    if len(text) > MOST_TEXT:
        raise ValueError(f"{len(text)} characters")
    if text in ("-", ""):
        return Entry()
    inner = _NOT.fullmatch(text)
    return Entry(tuple(_spans(inner[1] if inner else text, kind)), inner is not None)


def literal_of(text: str, kind: str) -> Any:
    """A value as it is written. Raises ValueError for another kind."""
    text = text.strip()
    if kind == "int" and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if kind == "bool" and text in ("true", "false"):
        return text == "true"
    if kind == "string" and re.fullmatch(r'"(?:[^"\\]|\\.)*"', text):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if kind == "date" and (found := re.fullmatch(r'date\(\s*"(\d{4}-\d\d-\d\d)"\s*\)', text)):
        return date.fromisoformat(found[1])
    raise ValueError(f"{text} is no {kind}")


def value_of(value: Any, kind: str) -> Any:
    """An input as tests compare it. Raises ValueError for a value of another kind."""
    if kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    wanted = {"int": int, "string": str, "bool": bool}.get(kind)
    if wanted is None or type(value) is not wanted:
        raise ValueError(f"{value!r} is no {kind}")
    return value


def _spans(text: str, kind: str) -> Sequence[Span]:
    found, at = [], 0
    while True:
        match = _ONE.match(text, at)
        if match is None:
            raise ValueError(f"not a test: {text[at : at + 20]}")
        found.append(_span(match, kind))
        at = match.end()
        if at == len(text):
            return found
        if text[at] != ",":
            raise ValueError(f"not a test: {text[at : at + 20]}")
        at += 1


def _span(match: re.Match[str], kind: str) -> Span:
    if match["value"] is not None and not match["sign"]:
        value = literal_of(match["value"], kind)
        return Span(value, value)
    if kind not in ("int", "date"):
        raise ValueError(f"{kind} has no order")
    if match["sign"]:
        value = literal_of(match["value"], kind)
        is_open = len(match["sign"]) == 1
        if match["sign"][0] == "<":
            return Span(None, value, high_open=is_open)
        return Span(value, None, low_open=is_open)
    low, high = literal_of(match["low"], kind), literal_of(match["high"], kind)
    if low > high:
        raise ValueError(f"{low} is after {high}")
    return Span(low, high, match["open"] != "[", match["close"] != "]")
