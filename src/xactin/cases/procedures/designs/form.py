"""From a design's sections to JSON Schema, and to an answer for each field where a worked example needs one."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from xactin.cases.procedures.designs.design import Design, FormField, Section

_PHONE: Final = "^0[35789][0-9]{8}$"
_DECIMAL: Final = "^[0-9]{1,9}([.][0-9]{1,2})?$"
_SHAPES: Final[dict[str, dict[str, Any]]] = {
    "text": {"type": "string"},
    "long_text": {"type": "string"},
    "number": {"type": "integer"},
    "decimal": {"type": "string", "format": "decimal", "pattern": _DECIMAL},
    "date": {"type": "string", "format": "date"},
    "birth_date": {"type": "string", "format": "partial-date"},
    "choice": {"type": "string"},
    "yes_no": {"type": "boolean"},
    "agree": {"type": "boolean", "const": True},
    "id_number": {"type": "string", "format": "cccd", "pattern": "^[0-9]{12}$"},
    "phone": {"type": "string", "format": "phone", "pattern": _PHONE},
    "email": {"type": "string", "format": "email", "maxLength": 254},
}
_LETTERS: Final = {"text": 300, "long_text": 4000}
_SAMPLES: Final[dict[str, Any]] = {
    "text": "Nội dung mẫu",
    "long_text": "Nội dung mẫu",
    "number": 1,
    "decimal": "1.0",
    "date": "2026-07-01",
    "birth_date": "1990-01-15",
    "yes_no": True,
    "agree": True,
    "id_number": "025190000123",
    "phone": "0912000001",
    "email": "mau@example.vn",
}


def form_schema(design: Design) -> dict[str, Any]:
    """`form.schema.json`: each section a property, in the order of the design."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:xactin:procedure:{design.code}:{design.version}:form",
        "type": "object",
        "additionalProperties": False,
        "required": [section.id for section in design.form if not section.optional],
        "properties": {section.id: _section(section, order) for order, section in enumerate(design.form, 1)},
    }


def _section(section: Section, order: int) -> dict[str, Any]:
    words: dict[str, Any] = {"label": section.name.both, "order": order}
    if section.optional:
        words["optional"] = True
    return fields_schema(section.fields) | {"x-ui": words}


def fields_schema(fields: Iterable[FormField]) -> dict[str, Any]:
    """An object of these fields: a section of the form, or what an act asks for."""
    asked = list(fields)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [one.id for one in asked if one.required and one.when is None],
        "properties": {one.id: _field(one, order) for order, one in enumerate(asked, 1)},
        **_where_shown(asked),
    }


def _where_shown(fields: list[FormField]) -> dict[str, Any]:
    """A field that is asked for only beside an answer is required only there."""
    rules = [
        {
            "if": {
                "properties": {one.when.field: {"const": one.when.equals}},
                "required": [one.when.field],
            },
            "then": {"required": [one.id]},
        }
        for one in fields
        if one.when is not None and one.required
    ]
    return {"allOf": rules} if rules else {}


def _field(one: FormField, order: int) -> dict[str, Any]:
    shape = dict(_SHAPES[one.kind])
    if one.kind == "choice":
        shape["enum"] = [option.id for option in one.options]
    if one.kind in _LETTERS:
        shape |= {"minLength": one.least or 1, "maxLength": one.most or _LETTERS[one.kind]}
    if one.kind == "number":
        shape |= {"minimum": one.least or 0, "maximum": one.most if one.most is not None else 1_000_000_000}
    return shape | {"x-ui": _words(one, order)}


def _words(one: FormField, order: int) -> dict[str, Any]:
    words: dict[str, Any] = {"label": one.label.both, "order": order}
    if one.help is not None:
        words["help"] = one.help.both
    if one.options:
        words["options"] = {option.id: option.label.both for option in one.options}
    if one.unit is not None:
        words["unit"] = one.unit.both
    if one.kind == "long_text":
        words["rows"] = 4
    if one.fill:
        words["fill"] = one.fill
    if one.when is not None:
        words["visible_when"] = {"field": one.when.field, "equals": one.when.equals}
    return words


def sample_of(fields: Iterable[FormField]) -> dict[str, Any]:
    """An answer to each field that is asked for then: well-formed, and about nobody."""
    found: dict[str, Any] = {}
    for one in fields:
        if one.required and (one.when is None or found.get(one.when.field) == one.when.equals):
            found[one.id] = _sample(one)
    return found


def _sample(one: FormField) -> Any:
    if one.kind == "choice":
        return one.options[0].id
    if one.kind == "number":
        return max(1, one.least or 0) if one.most is None else min(one.most, max(1, one.least or 0))
    if one.kind in _LETTERS:
        return str(_SAMPLES[one.kind]).ljust(one.least or 1, ".")[: one.most or _LETTERS[one.kind]]
    return _SAMPLES[one.kind]


def sample(design: Design) -> Mapping[str, Any]:
    """The whole form, filled in."""
    return {section.id: sample_of(section.fields) for section in design.form if not section.optional}
