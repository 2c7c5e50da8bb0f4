"""From what a browser sends to the data of a schema. Pure: any mapping with `getlist` will do.

What cannot be read as its type stays as it was written, so that nothing is lost and `validate`
can say what is wrong with it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from xactin.ui.schema_form.fields import Field, Schema, fields_of

SEPARATOR = "."
MAX_ROWS = 200
_GROUPED = re.compile(r"-?\d{1,3}([. ]\d{3})+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
_VIETNAMESE = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+),\d+")
_MONTH_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{4})")
_EIGHT = re.compile(r"(\d{2})(\d{2})(\d{4})")


class Sent(Protocol):
    """A Django `QueryDict`, or anything like it."""

    def getlist(self, key: str) -> Sequence[Any]:
        """All values sent under a name."""

    def keys(self) -> Iterable[str]:
        """All names sent."""


def parse(schema: Schema, sent: Sent) -> dict[str, Any]:
    """The data that a form of this schema sent: typed, in NFC, without what was left empty."""
    return _object(fields_of(schema), sent, ())


def name_of(path: Sequence[str]) -> str:
    """The name of the input for a path: `owner.full_name`, `children.0.name`."""
    return SEPARATOR.join(path)


def clean(text: str) -> str:
    """Text as it is kept: NFC, no control characters, no space around."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", plain)).strip()


def cleaned(schema: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """Data that came as JSON, spelled as a browser's would be kept: `parse` for programs.

    Blank text is nothing; `120,5`, `+84 912 000 001` and grouped numbers get their one spelling. What is not of
    the schema, signs that cannot be printed included, stays, so that `validate` can say so.
    """
    return _cleaned_object(fields_of(schema), data)


def _cleaned_object(fields: Iterable[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    known = {field.name: field for field in fields}
    kept = {name: _cleaned(known[name], value) if name in known else value for name, value in data.items()}
    return {name: value for name, value in kept.items() if value != "" or name not in known}


def _cleaned(field: Field, value: Any) -> Any:
    if field.kind == "section" and isinstance(value, Mapping):
        return _cleaned_object(field.children, value)
    if field.kind == "rows" and isinstance(value, list):
        return [_cleaned_object(field.children, row) if isinstance(row, Mapping) else row for row in value]
    if field.kind == "lines" and isinstance(value, list):
        lines = [_spelled(line) if isinstance(line, str) else line for line in value]
        return [line for line in lines if line != ""]
    if not isinstance(value, str):
        return value
    text = _spelled(value)
    return READERS[field.kind](field, text) if field.kind in _SPELLED else text


def _spelled(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _object(fields: Iterable[Field], sent: Sent, path: tuple[str, ...]) -> dict[str, Any]:
    data = {}
    for field in fields:
        value = _value(field, sent, (*path, field.name))
        if value is not None:
            data[field.name] = value
    return data


def _value(field: Field, sent: Sent, path: tuple[str, ...]) -> Any:
    if field.kind == "section":
        inner = _object(field.children, sent, path)
        return None if field.may_be_left_out and not _entered(field, inner) else inner
    if field.kind == "rows":
        return _rows(field, sent, path)
    texts = [clean(str(value)) for value in sent.getlist(name_of(path))]
    if field.kind == "choices":
        values = [_option(field, text) for text in texts if text]
        return values or None
    text = texts[-1] if texts else ""
    if field.kind == "lines":
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return lines or None
    return READERS.get(field.kind, _text)(field, text) if text else None


def _rows(field: Field, sent: Sent, path: tuple[str, ...]) -> list[Any] | None:
    start = name_of(path) + SEPARATOR
    numbers = {name[len(start) :].split(SEPARATOR)[0] for name in sent.keys() if name.startswith(start)}  # noqa: SIM118 (a QueryDict iterates alike, a protocol need not)
    rows = []
    for number in sorted((int(text) for text in numbers if text.isdecimal()), key=int)[:MAX_ROWS]:
        row = _object(field.children, sent, (*path, str(number)))
        if any(_entered(child, row.get(child.name)) for child in field.children):
            rows.append(row)
    return rows or ([] if field.required else None)


def _entered(field: Field, value: Any) -> bool:
    """Whether a person put something there; a default alone is no entry."""
    if value is None or value == "":
        return False
    if field.kind == "section":
        return any(_entered(child, value.get(child.name)) for child in field.children)
    return bool(value != field.schema.get("default"))


def _text(field: Field, text: str) -> Any:
    return _option(field, text) if "enum" in field.schema else text


def _option(field: Field, text: str) -> Any:
    return next((value for value, _ in field.options if str(value) == text), text)


def _truth(field: Field, text: str) -> Any:
    return {"true": True, "on": True, "false": False}.get(text, text)


def _integer(field: Field, text: str) -> Any:
    digits = re.sub(r"[. \u00a0]", "", text) if _GROUPED.fullmatch(text) else text
    return int(digits) if re.fullmatch(r"-?\d{1,18}", digits) else text


def _money(field: Field, text: str) -> Any:
    return _integer(field, re.sub(r"\s*(đ|₫|VND|đồng)$", "", text, flags=re.IGNORECASE))


def _decimal(field: Field, text: str) -> str:
    """Vietnamese write `1.234,5`; kept is `1234.5`. `1,234.5` stays, and is refused: it is no number of theirs."""
    plain = text.replace("\u00a0", "").replace(" ", "")
    if _VIETNAMESE.fullmatch(plain):
        return plain.replace(".", "").replace(",", ".")
    return plain


def _date(field: Field, text: str) -> str:
    """Day first, as people write it; kept is ISO 8601. What is no date stays as written."""
    found = _DAY_FIRST.fullmatch(text) or _EIGHT.fullmatch(text)
    if not found:
        return text
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text


def _partial_date(field: Field, text: str) -> str:
    """A day, or a month of a year, as people write them (`05/1958`); a year stands for itself."""
    found = _MONTH_FIRST.fullmatch(text)
    return f"{found[2]}-{int(found[1]):02}" if found else _date(field, text)


def _digits(field: Field, text: str) -> str:
    """Numbers of cards and phones are often written in groups."""
    return re.sub(r"[ .\-]", "", text)


def _phone(field: Field, text: str) -> str:
    """A number as it is dialled at home: `+84 (0) 912 ...` and `84912...` begin with 0."""
    digits = re.sub(r"[\s.\-()]", "", text)
    return re.sub(r"^(\+84|0084|84(?=[1-9]\d{8}$))0?", "0", digits)


READERS: dict[str, Callable[[Field, str], Any]] = {
    "yes_no": _truth,
    "agree": _truth,
    "integer": _integer,
    "money": _money,
    "decimal": _decimal,
    "date": _date,
    "partial_date": _partial_date,
    "cccd": _digits,
    "phone": _phone,
}
_SPELLED = ("decimal", "date", "partial_date", "cccd", "phone")
