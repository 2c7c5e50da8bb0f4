"""A field together with its value, error and place in the page: what the templates draw."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from xactin.ui.schema_form.fields import Field, words
from xactin.ui.schema_form.messages import NO, YES, Words, pick, say
from xactin.ui.schema_form.parsing import name_of
from xactin.ui.schema_form.shown import input_text, unit_text
from xactin.ui.schema_form.validation import pointer as pointer_of

TEMPLATES = {
    "section": "section",
    "rows": "rows",
    "choices": "options",
    "radio": "options",
    "yes_no": "options",
    "agree": "agree",
    "select": "select",
    "textarea": "textarea",
    "lines": "textarea",
    "hidden": "hidden",
}
AUTOCOMPLETE = {
    "person.full_name": "name",
    "person.phone": "tel",
    "person.email": "email",
    "person.address": "street-address",
}
INPUT_MODES = {
    "integer": "numeric",
    "money": "numeric",
    "decimal": "decimal",
    "cccd": "numeric",
    "date": "numeric",
}
TYPES = {"email": "email", "phone": "tel"}
SHAPED = {
    **dict.fromkeys(("integer", "money"), "integer"),
    **{kind: kind for kind in ("decimal", "date", "partial_date", "email", "phone", "cccd")},
}
NARROW = ("integer", "decimal", "date", "partial_date", "phone", "cccd", "money")
SPARE_ROWS = 2
SMALL_LIMIT = 30


@dataclass(frozen=True)
class Surroundings:
    """What all fields of one form share."""

    errors: Mapping[str, str]
    prefilled: Mapping[str, str]
    language: str
    prefix: str
    fresh: bool  # nothing was entered yet: defaults may show


@dataclass(frozen=True)
class Option:
    """One radio button, tick box or line of a list."""

    value: str
    label: str
    id: str
    chosen: bool


class BoundField:
    """A field at a place. `data` is what its siblings hold; rows bind their fields once a row."""

    def __init__(
        self, field: Field, path: tuple[str, ...], data: object, around: Surroundings, required: bool = True
    ) -> None:
        self.field = field
        self.path = path
        self._around = around
        self._siblings = data if isinstance(data, Mapping) else {}
        # Inside a section that may stay empty nothing is required before something is entered.
        self._counts = required
        self.name = name_of(path)
        self.id = f"{around.prefix}-{'-'.join(path)}"
        self.pointer = pointer_of(path)
        self.error = around.errors.get(self.pointer, "")
        self.prefilled = around.prefilled.get(self.pointer, "")

    @property
    def template(self) -> str:
        """The template of its kind."""
        return f"ui/form/{TEMPLATES.get(self.field.kind, 'input')}.html"

    @property
    def kind(self) -> str:
        """The field's kind."""
        return self.field.kind

    @cached_property
    def value(self) -> Any:
        """Its data; the schema's default while nobody has entered anything."""
        if self.field.name in self._siblings:
            return self._siblings[self.field.name]
        return self.field.schema.get("default") if self._around.fresh or not self._siblings else None

    @property
    def text(self) -> str:
        """The value as the input holds it."""
        return input_text(self.field, self.value)

    @property
    def label(self) -> str:
        """In the form's language."""
        return self._say(self.field.label)

    @property
    def help(self) -> str:
        """The hint under the label."""
        return self._say(words(self.field.ui["help"])) if self.field.ui.get("help") else ""

    @property
    def unit(self) -> str:
        """Shown behind the input."""
        return "đ" if self.field.kind == "money" else unit_text(self.field, self._around.language)

    @property
    def optional(self) -> bool:
        """Marked as such: most fields are required, so the others carry the mark."""
        return not self.field.required and self.field.required_when is None

    @property
    def anchor(self) -> str:
        """Where the error summary leads: the first thing that can take the focus."""
        return self.options[0].id if self.options and self.kind != "select" else self.id

    @property
    def described_by(self) -> str:
        """Ids of hint, source and error."""
        parts = (("help", self.help), ("source", self.prefilled), ("error", self.error))
        return " ".join(f"{self.id}-{name}" for name, there in parts if there)

    @cached_property
    def options(self) -> list[Option]:
        """What can be chosen."""
        chosen = self.value if isinstance(self.value, list) else [self.value]
        pairs = [(True, YES), (False, NO)] if self.kind == "yes_no" else list(self.field.options)
        return [
            Option(
                value=str(value).lower() if isinstance(value, bool) else str(value),
                label=self._say(text),
                id=f"{self.id}-{number}",
                chosen=any(type(one) is type(value) and one == value for one in chosen),
            )
            for number, (value, text) in enumerate(pairs)
        ]

    @property
    def agreed(self) -> bool:
        """For a tick box."""
        return self.value is True

    @property
    def input_type(self) -> str:
        """Of the HTML input; dates are typed, day first, so that every browser shows them alike."""
        return TYPES.get(self.kind, "text")

    @property
    def height(self) -> int:
        """Lines of a text area."""
        return int(self.field.ui.get("rows", 4))

    @property
    def narrow(self) -> bool:
        """Short answers get a short input: its width is a hint too."""
        return self.kind in NARROW or 0 < self.field.schema.get("maxLength", 0) <= SMALL_LIMIT

    @cached_property
    def children(self) -> list["BoundField"]:
        """The fields of a section."""
        counts = self._counts and not (self.field.may_be_left_out and not self.value)
        return [
            BoundField(child, (*self.path, child.name), self.value, self._around, counts)
            for child in self.field.children
        ]

    @cached_property
    def rows(self) -> list[list["BoundField"]]:
        """Those filled, and two spare ones, so that rows can be added without JavaScript."""
        given = self.value if isinstance(self.value, list) else []
        room = self.field.schema.get("maxItems", len(given) + SPARE_ROWS)
        wanted = min(max(len(given) + SPARE_ROWS, self.field.schema.get("minItems", 0)), room)
        return [
            self._row(str(number), given[number] if number < len(given) else {}) for number in range(wanted)
        ]

    @property
    def filled_rows(self) -> int:
        """Rows that stay when the browser hides the spare ones."""
        given = len(self.value) if isinstance(self.value, list) else 0
        return max(given, int(self.field.schema.get("minItems", 0)))

    @property
    def empty_row(self) -> list["BoundField"]:
        """What the browser copies for one more row."""
        return self._row("__row__", {})

    def _row(self, number: str, data: object) -> list["BoundField"]:
        return [
            BoundField(child, (*self.path, number, child.name), data, self._around, False)
            for child in self.field.children
        ]

    @property
    def condition(self) -> SafeString:
        """Attributes by which the browser shows the field only when it counts."""
        rule = self.field.shown_when
        if rule is None:
            return SafeString("")
        return _attributes(
            {
                "data-shown-when": name_of((*self.path[:-1], rule.field)),
                "data-shown-values": json.dumps([_as_sent(value) for value in rule.values]),
            }
        )

    @property
    def condition_note(self) -> str:
        """The same in words, for a browser without JavaScript."""
        return self._say(self.field.shown_note)

    @property
    def attributes(self) -> SafeString:
        """Native constraints, and the sentences that the browser shows when they are not met.

        Without `maxlength`: by it a browser cuts what is pasted and says nothing; what is too long is told instead.
        """
        schema, found = self.field.schema, dict[str, object]()
        found["autocomplete"] = AUTOCOMPLETE.get(str(self.field.ui.get("fill", "")), "off")
        found["inputmode"] = INPUT_MODES.get(self.kind, "")
        found["minlength"] = schema.get("minLength", 0) if schema.get("minLength", 0) > 1 else ""
        found["pattern"] = self._pattern()
        found["data-min"] = schema.get("minimum", "")
        found["data-max"] = schema.get("maximum", "")
        found["data-kind"] = self.kind
        found.update(self.duties)
        return _attributes(found)

    @property
    def duty(self) -> SafeString:
        """Only what makes an answer necessary, for radio buttons, lists and tick boxes."""
        return _attributes(self.duties)

    @property
    def option_duty(self) -> SafeString:
        """The same for one radio button: hint and error are told once, by the group."""
        found = {name: value for name, value in self.duties.items() if name != "aria-describedby"}
        found.pop("aria-invalid")  # not allowed on a radio button
        return _attributes(found)

    @cached_property
    def duties(self) -> dict[str, object]:
        """`required`, `aria-*` and the sentences for the browser."""
        required = self._counts and (self.field.required or self.field.required_when is not None)
        sentences = self._sentences()
        return {
            "required": required and self.kind != "choices",
            "aria-invalid": "true" if self.error else "",
            "aria-describedby": self.described_by,
            **{f"data-say-{name}": text for name, text in sentences.items()},
        }

    def _sentences(self) -> dict[str, str]:
        label, language, schema = self.label, self._around.language, self.field.schema
        picked = self.kind in ("radio", "select", "yes_no", "choices")
        found = {"missing": say("not_chosen" if picked else "missing", language, label=label)}
        if self.kind == "agree":
            found["missing"] = say("not_agreed", language)
        if self.kind in SHAPED:
            found["wrong"] = say(SHAPED[self.kind], language, label=label)
        elif "pattern" in schema:
            found["wrong"] = say("pattern", language, label=label)
        if self.field.ui.get("error"):
            found["wrong"] = self._say(words(self.field.ui["error"]))
        for keyword, code in (("minLength", "too_short"), ("minimum", "too_small"), ("maximum", "too_large")):
            if keyword in schema:
                found[code.replace("_", "-")] = say(code, language, label=label, limit=schema[keyword])
        return found

    def _pattern(self) -> str:
        pattern = str(self.field.schema.get("pattern", ""))
        if self.kind == "decimal":
            return r"[0-9. ]{1,18}([.,][0-9]{1,6})?"
        if self.kind in ("cccd", "phone"):
            return ""  # may be typed in groups; form.js takes the spaces out before it looks
        return pattern.removeprefix("^").removesuffix("$") if pattern.startswith("^") else ""

    def walk(self) -> Iterator["BoundField"]:
        """Itself and all inside, filled rows included."""
        yield self
        for child in self.children if self.kind == "section" else []:
            yield from child.walk()
        for row in self.rows if self.kind == "rows" else []:
            for one in row:
                yield from one.walk()

    def _say(self, text: Words) -> str:
        return pick(text, self._around.language)


def _as_sent(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _attributes(found: Mapping[str, object]) -> SafeString:
    """HTML attributes; true stands alone, false and empty ones are left out."""
    pairs = [(name, value) for name, value in found.items() if value is not False and value != ""]
    named = format_html_join("", ' {}="{}"', ((name, value) for name, value in pairs if value is not True))
    alone = format_html_join("", " {}", ((name,) for name, value in pairs if value is True))
    return SafeString(named + alone)
