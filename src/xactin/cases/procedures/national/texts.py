"""The texts of the national portal as they are: some HTML, stray breaks, invisible letters, numbers in words."""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_TAGS: Final = re.compile(r"<[^<>]{0,200}>")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_BREAKS: Final = re.compile(r"\s*\n\s*")
_BULLET: Final = re.compile(r"^[\s\-+*•.·–]+")
# "10 ngày làm việc", "7,5 ngày", "05 (năm) ngày", "24 giờ"
_LENGTH: Final = re.compile(
    r"(\d{1,4}(?:[.,]\d)?)\s*(?:\([^)]{0,20}\)\s*)?(ngày làm việc|ngày|giờ làm việc|giờ|tháng)", re.IGNORECASE
)


def clean(value: Any) -> str:
    """A text on one line or several, without markup, invisible letters and doubled blanks; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    text = unicodedata.normalize("NFC", html.unescape(_TAGS.sub(" ", value))).replace("\xa0", " ")
    text = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")
    return _BREAKS.sub("\n", _BLANKS.sub(" ", text)).strip()


def line(value: Any) -> str:
    """The same on one line, without the bullet before it and the stop behind it."""
    return _BULLET.sub("", clean(value).replace("\n", " ")).rstrip(" .;:")


def shortened(text: str, most: int) -> str:
    """At most so many letters, cut between words and marked where it is cut."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;") + "…"


def lengths(text: str) -> Iterator[tuple[str, str]]:
    """(number, unit) of every length of time that a text names: ("7.5", "ngày làm việc")."""
    for number, unit in _LENGTH.findall(text):
        yield number.replace(",", ".").lstrip("0") or "0", unit.lower()


def entries(value: Any) -> Sequence[Mapping[str, Any]]:
    """A list of maps; what is no map is left out, what is no list is empty."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """A number that is 0 or more; None for anything else, also for what says true or false."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e12 else None
