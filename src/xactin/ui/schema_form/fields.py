"""What a JSON Schema with an `x-ui` section asks a person for, as a tree of fields. Pure.

The `x-ui` vocabulary (all members optional):

    label, help, error      {vi, en}: name, hint, and the words for a value of the wrong form
    order                   a number on a property, or a list of names on an object
    options                 {value: {vi, en}}: the words of an enum
    unit                    text or {vi, en}, shown behind the input
    widget                  textarea | radio | select | money | hidden
    rows                    height of a text area
    fill                    "person.phone": what the account knows (also sets `autocomplete`)
    optional                true on an object: the whole section may stay empty
    visible_when            {"field": "method", "equals": "postal"}: a sibling decides
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from xactin.ui.schema_form.messages import NO, YES, Words

Schema = Mapping[str, Any]
Kind = Literal[
    "section", "rows", "lines", "choices", "radio", "select", "yes_no", "agree", "text", "textarea",
    "integer", "money", "decimal", "date", "partial_date", "email", "phone", "cccd", "hidden",
]  # fmt: skip
FORMAT_KINDS: Mapping[str, Kind] = {
    "date": "date",
    "partial-date": "partial_date",
    "email": "email",
    "phone": "phone",
    "cccd": "cccd",
    "decimal": "decimal",
}
FORMATS = frozenset({*FORMAT_KINDS, "money"})
"""What `format` may say: `parsing` and `validation` know each; any other would be let through unchecked."""
WORDS = frozenset(
    {
        "label",
        "help",
        "error",
        "order",
        "options",
        "unit",
        "widget",
        "rows",
        "fill",
        "optional",
        "visible_when",
    }
)
"""The members of `x-ui`, as told above."""
WIDGET_KINDS: tuple[Kind, ...] = ("textarea", "radio", "select", "money", "hidden")
FEW_OPTIONS = 6
LONG_TEXT = 400
LAST = 10_000


@dataclass(frozen=True)
class Condition:
    """A field counts only while a field beside it has one of these values."""

    field: str
    values: tuple[Any, ...]

    def holds(self, siblings: Mapping[str, Any]) -> bool:
        """Whether the data beside the field asks for it."""
        return siblings.get(self.field) in self.values


@dataclass(frozen=True)
class Field:
    """One thing asked for: an input, a section of inputs, or rows of them.

    `path` leads from the root of the data; in rows the index is left out of it and given later.
    """

    name: str
    path: tuple[str, ...]
    schema: Schema
    kind: Kind
    required: bool
    shown_when: Condition | None = None
    required_when: Condition | None = None
    shown_note: Words = field(default_factory=dict)
    children: tuple["Field", ...] = field(default=())

    @cached_property
    def ui(self) -> Mapping[str, Any]:
        """The field's `x-ui` section."""
        found = self.schema.get("x-ui", {})
        return found if isinstance(found, Mapping) else {}

    @cached_property
    def label(self) -> Words:
        """The name people know it by; the property's name when the schema gives none."""
        return words(self.ui.get("label") or self.schema.get("title") or self.name.replace("_", " "))

    @cached_property
    def options(self) -> tuple[tuple[Any, Words], ...]:
        """(value, words) of an enum, of the field or of the items of its list."""
        source = self.schema.get("items", {}) if self.kind == "choices" else self.schema
        texts = self.ui.get("options", {})
        values = [value for value in source.get("enum", ()) if value is not None]
        return tuple((value, words(texts.get(str(value), str(value)))) for value in values)

    @property
    def may_be_left_out(self) -> bool:
        """A section that counts as not given when nothing of it was entered."""
        return self.kind == "section" and not self.required


def words(text: object) -> Words:
    """Both languages of a text; one language stands for both."""
    if isinstance(text, Mapping):
        vi = str(text.get("vi") or text.get("en") or "")
        return {"vi": vi, "en": str(text.get("en") or vi)}
    return {"vi": str(text), "en": str(text)}


def fields_of(schema: Schema, path: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """The fields of an object schema, in the order people meet them."""
    conditions = _required_when(schema)
    required = schema.get("required", ())
    found = []
    for name, inner in schema.get("properties", {}).items():
        if not isinstance(inner, Mapping):
            continue
        asked = conditions.get(name)
        is_required = name in required
        found.append(
            _field(
                name,
                (*path, name),
                inner,
                required=is_required,
                # What only one answer makes necessary is shown only after that answer.
                shown_when=_visible_when(inner) or (None if is_required else asked),
                required_when=None if is_required else asked,
            )
        )
    by_name = {one.name: one for one in found}
    noted = [replace(one, shown_note=_note(one, by_name)) if one.shown_when else one for one in found]
    return tuple(sorted(noted, key=_rank(schema, noted)))


def walk(fields: tuple[Field, ...]) -> Iterator[Field]:
    """Every field of the tree, outer before inner."""
    for one in fields:
        yield one
        yield from walk(one.children)


def _note(one: Field, beside: Mapping[str, Field]) -> Words:
    """For a reader whose browser hides nothing: when the field is to be filled in."""
    rule = one.shown_when
    if rule is None or rule.field not in beside:
        return {}
    other = beside[rule.field]
    known = dict(other.options) or {True: YES, False: NO}
    texts = [words(known.get(value, str(value))) for value in rule.values]
    return {
        "vi": f"Chỉ nhập khi “{other.label['vi']}” là “{' / '.join(text['vi'] for text in texts)}”.",
        "en": f"Only when “{other.label['en']}” is “{' / '.join(text['en'] for text in texts)}”.",
    }


def _field(name: str, path: tuple[str, ...], schema: Schema, **more: Any) -> Field:
    kind = _kind(schema)
    children: tuple[Field, ...] = ()
    if kind == "section":
        children = fields_of(schema, path)
    elif kind == "rows":
        children = fields_of(schema["items"], path)
    return Field(name=name, path=path, schema=schema, kind=kind, children=children, **more)


def _kind(schema: Schema) -> Kind:
    ui = schema.get("x-ui", {})
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return "section"
    if kind == "array":
        return _array_kind(schema)
    if ui.get("widget") in WIDGET_KINDS:
        widget: Kind = ui["widget"]
        return widget
    if kind == "boolean":
        return "agree" if schema.get("const") is True else "yes_no"
    if "enum" in schema:
        return "radio" if len(schema["enum"]) <= FEW_OPTIONS else "select"
    if kind == "integer":
        return "money" if schema.get("format") == "money" else "integer"
    return _text_kind(schema, ui)


def _text_kind(schema: Schema, ui: Mapping[str, Any]) -> Kind:
    if schema.get("format") in FORMAT_KINDS:
        return FORMAT_KINDS[schema["format"]]
    long = "rows" in ui or schema.get("maxLength", 0) > LONG_TEXT
    return "textarea" if long else "text"


def _array_kind(schema: Schema) -> Kind:
    items = schema.get("items", {})
    if items.get("type") == "object" or "properties" in items:
        return "rows"
    return "choices" if "enum" in items else "lines"


def _rank(schema: Schema, fields: list[Field]) -> Any:
    names = schema.get("x-ui", {}).get("order", ())
    listed = {name: place for place, name in enumerate(names)} if isinstance(names, list) else {}
    written = {one.name: place for place, one in enumerate(fields)}

    def rank(one: Field) -> tuple[float, int]:
        own = one.ui.get("order")
        return listed.get(one.name, own if isinstance(own, int | float) else LAST), written[one.name]

    return rank


def _visible_when(schema: Schema) -> Condition | None:
    rule = schema.get("x-ui", {}).get("visible_when")
    if not isinstance(rule, Mapping) or "field" not in rule:
        return None
    value = rule.get("equals", True)
    return Condition(str(rule["field"]), tuple(value) if isinstance(value, list) else (value,))


def _required_when(schema: Schema) -> dict[str, Condition]:
    """Properties that a plain `if {const or enum} then {required}` makes necessary."""
    found: dict[str, Condition] = {}
    for rule in (schema, *schema.get("allOf", ())):
        tests = rule.get("if", {}).get("properties", {}) if isinstance(rule.get("if"), Mapping) else {}
        then = rule.get("then", {})
        if len(tests) != 1 or not isinstance(then, Mapping):
            continue
        ((name, test),) = tests.items()
        values = (test["const"],) if "const" in test else tuple(test.get("enum", ()))
        if values:
            found.update(dict.fromkeys(then.get("required", ()), Condition(name, values)))
    return found
