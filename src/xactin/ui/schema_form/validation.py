"""What is wrong with the data of a form, in the words of the person who filled it in. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from xactin.ui.schema_form.fields import Field, Schema, fields_of
from xactin.ui.schema_form.letters import missing_letter
from xactin.ui.schema_form.messages import pick, say

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"0[35789]\d{8}")
_CCCD = re.compile(r"\d{12}")
_PARTIAL = re.compile(r"\d{4}(-\d{2}){0,2}")
_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
# Of several faults of one field the first of these is told.
_WEIGHT = ["required", "minItems", "type", "format", "minLength", "enum", "const", "pattern"]
_SHAPED = ("decimal", "date", "partial_date", "email", "phone", "cccd")
_ENTERED = ("lines", "text", "textarea", "integer", "money", *_SHAPED)

checker = FormatChecker(formats=())


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or bool(pattern.fullmatch(value))


@checker.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return date.fromisoformat(value).isoformat() == value


@checker.checks("partial-date", raises=ValueError)
def _is_partial_date(value: object) -> bool:
    """A day, or as much of it as is known: `1958`, `1958-05`, `1958-05-12` (ISO 8601)."""
    if not isinstance(value, str):
        return True
    return _PARTIAL.fullmatch(value) is not None and _is_date(f"{value}-01-01"[:10])


checker.checks("email")(_matches(_EMAIL))
checker.checks("phone")(_matches(_PHONE))
checker.checks("cccd")(_matches(_CCCD))
checker.checks("decimal")(_matches(_DECIMAL))


def validate(schema: Schema, data: Any, language: str = "vi") -> dict[str, str]:
    """{JSON pointer: sentence} of all that is wrong, in the order of the form; empty when all is well."""
    faults: dict[str, list[tuple[int, str]]] = {}
    for error in _leaves(_validator(schema).iter_errors(data)):
        for path, code_weight, sentence in _told(schema, error, language):
            faults.setdefault(pointer(path), []).append((code_weight, sentence))
    for code, path, letter in _unreadable(data):
        field = field_at(schema, path)
        label = pick(field.label, language) if field else str([*path, ""][0])
        faults.setdefault(pointer(path), []).append((0, say(code, language, label=label, limit=letter)))
    if not faults:
        return {}
    order = {place: rank for rank, place in enumerate(_pointers(schema, data))}
    ranked = sorted(faults, key=lambda place: (order.get(place, len(order)), place))
    return {place: min(faults[place])[1] for place in ranked}


def _validator(schema: Schema) -> Draft202012Validator:
    """A schema's validator, made once. Schemas are those of packages, which live long and never change.

    Each is kept beside its validator, so that no other can come to stand under its `id`.
    """
    kept = _validators.get(id(schema))
    if kept is not None and kept[0] is schema:
        return kept[1]
    made = Draft202012Validator(schema, format_checker=checker)
    if len(_validators) >= _MOST_VALIDATORS:
        _validators.clear()
    _validators[id(schema)] = schema, made
    return made


_validators: dict[int, tuple[Schema, Draft202012Validator]] = {}
_MOST_VALIDATORS = 1024


def _unreadable(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterable[tuple[str, tuple[str | int, ...], str]]:
    """(code, path, letter) of text that is blank ("   " says nothing), or holds what no paper prints: control
    characters, marks that turn the direction of writing, letters that the typeface lacks."""
    if isinstance(value, str):
        if _CONTROL.search(value):
            yield "unprintable", path, ""
        elif value and not value.strip():
            yield "missing", path, ""
        elif letter := missing_letter(value):
            yield "letter", path, letter
    elif isinstance(value, Mapping | list):
        items: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in items:
            yield from _unreadable(inner, (*path, key))


def pointer(path: Iterable[str | int]) -> str:
    """RFC 6901: `/owner/full_name`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def field_at(schema: Schema, path: Iterable[str | int]) -> Field | None:
    """The field a path leads to; None for the root and for what the schema does not have."""
    fields = fields_of(schema)
    found: Field | None = None
    for part in path:
        if isinstance(part, int) or (found is not None and found.kind == "rows" and str(part).isdecimal()):
            continue
        found = next((one for one in fields if one.name == part), None)
        if found is None:
            return None
        fields = found.children
    return found


def _leaves(errors: Iterable[ValidationError]) -> Iterable[ValidationError]:
    """The faults inside `anyOf` and `oneOf` are guesses; the fault itself is told."""
    for error in errors:
        if error.validator == "allOf" and error.context:
            yield from _leaves(error.context)
        else:
            yield error


def _told(
    schema: Schema, error: ValidationError, language: str
) -> Iterable[tuple[tuple[str | int, ...], int, str]]:
    """(path, weight, sentence) of each field that a fault names."""
    path = tuple(error.absolute_path)
    keyword = str(error.validator)
    weight = _WEIGHT.index(keyword) if keyword in _WEIGHT else len(_WEIGHT)
    if keyword in ("required", "dependentRequired"):
        for name in _missing(error):
            yield from _absent(schema, (*path, name), error, language)
    elif keyword in ("additionalProperties", "unevaluatedProperties") and isinstance(error.instance, Mapping):
        known = {*error.schema.get("properties", ())} if isinstance(error.schema, Mapping) else set()
        for name in sorted(set(error.instance) - known):
            yield (*path, name), weight, say("unexpected", language, label=name)
    else:
        yield path, weight, _sentence(field_at(schema, path), error, language)


def _missing(error: ValidationError) -> list[str]:
    asked: Any = error.validator_value
    if error.validator == "required":
        # One error a name: jsonschema puts it, quoted, first in its message.
        return [name for name in asked if error.message.startswith(f"{name!r} ")]
    present: Any = error.instance
    return [
        name
        for trigger, names in asked.items()
        if trigger in present
        for name in names
        if name not in present
    ]


def _absent(
    schema: Schema, path: tuple[str | int, ...], error: ValidationError, language: str
) -> Iterable[tuple[tuple[str | int, ...], int, str]]:
    """A missing section is told by each input it must have."""
    field = field_at(schema, path)
    if field is not None and field.kind == "section":
        for child in field.children:
            if child.required:
                yield from _absent(schema, (*path, child.name), error, language)
    else:
        yield path, 0, _not_given(field, str(path[-1]), language)


def _not_given(field: Field | None, name: str, language: str) -> str:
    if field is None:
        return say("missing", language, label=name)
    label = pick(field.label, language)
    if field.kind == "agree":
        return say("not_agreed", language)
    if field.kind == "rows":
        return say("no_rows", language, label=label, limit=max(1, field.schema.get("minItems", 1)))
    return say("missing" if field.kind in _ENTERED else "not_chosen", language, label=label)


def _sentence(field: Field | None, error: ValidationError, language: str) -> str:
    label = pick(field.label, language) if field else str(([*error.absolute_path] or [""])[-1])
    keyword = str(error.validator)
    if field is not None and keyword in ("pattern", "format", "type"):
        return _wrong_form(field, label, language)
    if keyword in ("minLength", "minItems") and not error.instance:
        return _not_given(field, label, language)
    if field is not None and keyword == "const" and field.kind == "agree":
        return say("not_agreed", language)
    code = _CODES.get(keyword, "wrong")
    limit = error.validator_value if isinstance(error.validator_value, int) else ""
    return say(code, language, label=label, limit=limit)


def _wrong_form(field: Field, label: str, language: str) -> str:
    own = field.ui.get("error")
    if isinstance(own, Mapping):
        return pick(own, language)
    codes = {"integer": "integer", "money": "integer", "yes_no": "not_an_option", "agree": "not_agreed"}
    code = field.kind if field.kind in _SHAPED else codes.get(field.kind, "pattern")
    return say(code, language, label=label)


_CODES = {
    "minLength": "too_short",
    "maxLength": "too_long",
    "minimum": "too_small",
    "maximum": "too_large",
    "exclusiveMinimum": "too_small_or_equal",
    "exclusiveMaximum": "too_large_or_equal",
    "minItems": "no_rows",
    "maxItems": "too_many_rows",
    "uniqueItems": "repeated",
    "enum": "not_an_option",
}


def _pointers(schema: Schema, data: Any) -> Iterable[str]:
    """Every pointer of the form, from top to bottom."""
    yield from _inside(fields_of(schema), data, ())


def _inside(fields: Iterable[Field], data: Any, path: tuple[str | int, ...]) -> Iterable[str]:
    for field in fields:
        here = (*path, field.name)
        value = data.get(field.name) if isinstance(data, Mapping) else None
        yield pointer(here)
        if field.kind == "section":
            yield from _inside(field.children, value, here)
        elif field.kind == "rows" and isinstance(value, list):
            for index, row in enumerate(value):
                yield from _inside(field.children, row, (*here, index))
