"""Values as templates get them: plain text that the typeface can set, of bounded size, and no floats.

Templates receive data as JSON and print strings as strings, so markup in them is never read. What is left to
do is what text may do to a page: letters without a glyph, control characters, right-to-left overrides,
piled-up marks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from xactin.cases.papers.fonts import characters
from xactin.kernel.local import local_time

LONGEST: Final = 20_000
LARGEST: Final = 200_000
DEEPEST: Final = 12
MOST_MARKS: Final = 2
UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}"
# Set by the second face (Typst's own Libertinus Serif), because Tinos has no glyph for them.
BORROWED: Final = frozenset("≤≥≠≈→←↑↓☐☑✓ℓ∞√±×÷")
ALIKE: Final = {"№": "No", "‐": "-", "‑": "-", "\t": " ", "\r": "", "\u2028": "\n", "\u2029": "\n"}


class TooMuchTextError(ValueError):
    """The data of a document is larger or deeper than a document can need."""


class WrongValueError(TypeError):
    """A value that signed data cannot have, such as a float."""


def plain(value: Any) -> Any:
    """The value as a template may have it. Raises TooMuchTextError and WrongValueError."""
    budget = [LARGEST]
    return _plain(value, 0, budget)


def _plain(value: Any, depth: int, budget: list[int]) -> Any:
    if depth > DEEPEST:
        raise TooMuchTextError("too deep")
    budget[0] -= 1
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 53 else str(value)
    if isinstance(value, str):
        return _text(value, budget)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise WrongValueError("a time without its zone")
        return local_time(value).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_text(str(key), budget): _plain(item, depth + 1, budget) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_plain(item, depth + 1, budget) for item in value]
    raise WrongValueError(type(value).__name__)


def _text(value: str, budget: list[int]) -> str:
    budget[0] -= len(value)
    if len(value) > LONGEST or budget[0] < 0:
        raise TooMuchTextError("too long")
    return plain_text(value)


def plain_text(value: str) -> str:
    """The text in NFC, less what has no place on paper; letters that the typeface lacks become �."""
    out: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", value):
        letter = ALIKE.get(letter, letter)
        category = unicodedata.category(letter[:1]) if letter else "Cc"
        marks = marks + 1 if category[0] == "M" else 0
        if marks > MOST_MARKS or (category in ("Cc", "Cf", "Cs") and letter != "\n"):
            continue
        known = letter == "\n" or all(ord(one) in _known() or one in BORROWED for one in letter)
        out.append(letter if known else UNKNOWN)
    return "".join(out)


def missing_letter(value: str) -> str:
    """The first letter that the typeface lacks, with the letter that a lacking mark stands on (`ê̆`); "" where it has
    all. What `plain_text` leaves out without a trace is no letter."""
    before = ""
    for letter in unicodedata.normalize("NFC", value):
        marked = unicodedata.combining(letter) > 0
        if UNKNOWN in plain_text(before + letter if marked else letter):
            return before + letter if marked else letter
        before = before + letter if marked else letter
    return ""


@cache
def _known() -> frozenset[int]:
    return characters()
