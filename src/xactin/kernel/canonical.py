"""The one byte form of a document, so that a digest or a signature has one meaning.

The form is RFC 8785 (JSON Canonicalization Scheme) over a subset on which `orjson` with sorted keys gives
the same bytes: no floats, integers that every JSON reader keeps exact, ASCII keys, text in NFC. Whatever
lies outside is refused by path and reason, never converted.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import orjson

MAX_INTEGER = 2**53 - 1
"""RFC 7493: beyond this, readers that keep numbers as doubles lose digits."""

MAX_DEPTH = 64
"""How far below the whole a value may stand; the browser's verifier has the same limit."""


class CanonicalError(ValueError):
    """A document has no canonical form. `path` is a JSON pointer, `reason` a stable code."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or '/'}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type[CanonicalError], tuple[str, str]]:
        return type(self), (self.path, self.reason)


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of `value`.

    Takes None, bool, int, str, list, tuple and dict of exactly these types. Raises CanonicalError with
    reason float, integer_range, key_type, key_not_ascii, not_nfc, lone_surrogate, too_deep or type.
    """
    try:
        # orjson goes first: it ends on cycles and on what is not JSON, so that the walk need not.
        data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, RecursionError):
        _explain(value, "", 0)
        raise CanonicalError("", "type") from None
    if not _inside_subset(value, data.isascii()):
        _explain(value, "", 0)
        raise CanonicalError("", "type")
    return data


def parse(data: bytes) -> Any:
    """The value whose canonical bytes are `data`.

    Refuses any other spelling of it: spaces, key order, duplicate keys, `1.0`, needless escapes. Raises
    CanonicalError with reason not_json or not_canonical, or what `canonical` raises.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise CanonicalError("", "not_json") from None
    if canonical(value) != data:
        raise CanonicalError("", "not_canonical")
    return value


def _inside_subset(value: Any, plain: bool) -> bool:
    """Level by level without building paths: this runs for every signed byte, `_explain` only on errors.

    `plain` says that the output is ASCII, and so is every text in it.
    """
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is str:
                if not (plain or item.isascii() or unicodedata.is_normalized("NFC", item)):
                    return False
            elif kind is dict:
                # That keys are of type str, orjson has seen to.
                if not (plain or all(map(str.isascii, item))):
                    return False
                below.extend(item.values())
            elif kind is list or kind is tuple:
                below.extend(item)
            elif kind is int:
                if not -MAX_INTEGER <= item <= MAX_INTEGER:
                    return False
            elif item is not None and kind is not bool:
                return False
        if not below:
            return True
        level = below
    return False


def _explain(value: Any, path: str, depth: int) -> None:
    """Raises for the first thing in `value` that is outside the subset."""
    if depth > MAX_DEPTH:
        raise CanonicalError(path, "too_deep")
    kind = type(value)
    if kind is str:
        _explain_text(value, path)
    elif kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise CanonicalError(path, "integer_range")
    elif kind in (dict, list, tuple):
        for name, item in value.items() if kind is dict else enumerate(value):
            if kind is dict:
                _explain_key(name, path)
            _explain(item, f"{path}/{name}", depth + 1)
    elif kind is float:
        raise CanonicalError(path, "float")
    elif value is not None and kind is not bool:
        raise CanonicalError(path, "type")


def _explain_key(key: Any, path: str) -> None:
    if type(key) is not str:
        raise CanonicalError(path, "key_type")
    if not key.isascii():
        raise CanonicalError(path, "key_not_ascii")


def _explain_text(text: str, path: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CanonicalError(path, "lone_surrogate") from None
    if not unicodedata.is_normalized("NFC", text):
        raise CanonicalError(path, "not_nfc")
