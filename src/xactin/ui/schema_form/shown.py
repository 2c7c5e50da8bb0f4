"""How a value of the data is shown to people. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from xactin.ui.schema_form.fields import Field, words
from xactin.ui.schema_form.messages import NO, YES, pick
from xactin.ui.writing import money_text, number_text


def input_text(field: Field, value: Any) -> str:
    """The value as it stands in its input: dates day first, whatever the browser's language is."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.kind in ("date", "partial_date"):
        return date_text(str(value))
    return str(value)


def shown_value(field: Field, value: Any, language: str) -> str:
    """The value as a reader sees it, with its unit; empty when nothing was given."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return pick(YES if value else NO, language)
    if field.kind in ("radio", "select", "choices"):
        return _options(field, value if isinstance(value, list) else [value], language)
    text = _plain(field, value, language)
    unit = unit_text(field, language)
    return f"{text}\u00a0{unit}" if unit else text


def _plain(field: Field, value: Any, language: str) -> str:
    if field.kind == "money" and isinstance(value, int):
        return money_text(value)
    if field.kind in ("date", "partial_date"):
        return date_text(str(value))
    if isinstance(value, int):
        return number_text(value, language)
    if field.kind == "decimal":
        return str(value).replace(".", ",") if language == "vi" else str(value)
    if field.kind == "rows" and isinstance(value, list):
        return str(len(value))
    return input_text(field, value) if not isinstance(value, Mapping) else ""


def unit_text(field: Field, language: str) -> str:
    """`m²`, `tháng`; money brings its own."""
    return pick(words(field.ui["unit"]), language) if field.ui.get("unit") else ""


def date_text(value: str) -> str:
    """`23/11/2026`, and as much of it as is known: `11/2026`, `2026`. What is no ISO date stays as it was written."""
    if re.fullmatch(r"\d{4}-\d{2}", value):
        return f"{value[5:]}/{value[:4]}"
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def _options(field: Field, values: list[Any], language: str) -> str:
    known = {str(value): pick(text, language) for value, text in field.options}
    return "; ".join(known.get(str(value), str(value)) for value in values)
