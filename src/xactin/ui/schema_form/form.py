"""A form drawn from a schema: server-rendered, complete without JavaScript, better with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from xactin.ui.schema_form.bound import BoundField, Surroundings
from xactin.ui.schema_form.fields import Field, Schema, fields_of
from xactin.ui.schema_form.messages import pick
from xactin.ui.schema_form.shown import shown_value


@dataclass(frozen=True)
class FormError:
    """One line of the summary above a form: where to jump, and what to mend."""

    anchor: str
    message: str


@dataclass(frozen=True)
class Answer:
    """One line of a filled form, for reading. `pointer` finds it in the data."""

    pointer: str
    label: str
    value: str
    given: bool


@dataclass(frozen=True)
class Answers:
    """A section of a filled form, for reading."""

    title: str
    pointer: str
    answers: Sequence[Answer]


class SchemaForm:
    """The form of a JSON Schema, with data, errors and where filled values came from.

    `data` as `parse` returns it; `errors` as `validate` returns them; `prefilled` names the source
    of values that the state already had, by JSON pointer: {"/owner/phone": "Tài khoản của Ông/Bà"}.
    `prefix` keeps the ids of two forms on one page apart; `only` draws just these sections.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        data: Mapping[str, Any] | None = None,
        errors: Mapping[str, str] | None = None,
        prefilled: Mapping[str, str] | None = None,
        language: str | None = None,
        prefix: str = "f",
        only: Sequence[str] | None = None,
    ) -> None:
        self.schema = schema
        self.data = data if data is not None else {}
        self.errors = dict(errors or {})
        self.language = (language or get_language() or "vi")[:2]
        self._fields = [one for one in fields_of(schema) if only is None or one.name in only]
        self._around = Surroundings(
            errors=self.errors,
            prefilled=prefilled or {},
            language=self.language,
            prefix=prefix,
            fresh=data is None,
        )

    @cached_property
    def nodes(self) -> list[BoundField]:
        """The fields with their values, as the templates draw them."""
        return [BoundField(field, (field.name,), self.data, self._around) for field in self._fields]

    def render(self) -> SafeString:
        """The inputs, without `<form>`, buttons and token: those belong to the page."""
        return render_to_string("ui/form/form.html", {"form": self})

    __html__ = __str__ = render

    def error_list(self) -> list[FormError]:
        """All errors in the order of the form; what belongs to no input points at the form's top."""
        known = {node.pointer: node for root in self.nodes for node in root.walk()}
        return [
            FormError(anchor=known[place].anchor if place in known else self.top, message=message)
            for place, message in self.errors.items()
        ]

    @property
    def top(self) -> str:
        """The anchor of the form as a whole."""
        return f"{self._around.prefix}-top"

    @cached_property
    def has_required(self) -> bool:
        """Whether the page must explain the mark of what may be left empty."""
        return any(node.field.required for root in self.nodes for node in root.walk())

    def summary(self) -> list[Answers]:
        """What was entered, section by section, for checking before it is signed and for officials."""
        loose: list[Answer] = []
        found: list[Answers] = []
        for field in self._fields:
            value = self.data.get(field.name)
            if field.kind == "section":
                found.append(self._section(field, value, f"/{field.name}"))
            elif field.kind == "rows":
                found.extend(self._rows(field, value))
            else:
                loose.append(self._answer(field, value, f"/{field.name}"))
        return [Answers(title="", pointer="", answers=loose), *found] if loose else found

    def _section(self, field: Field, value: Any, pointer: str, title: str = "") -> Answers:
        lines: list[Answer] = []
        self._collect(field.children, value if isinstance(value, Mapping) else {}, pointer, lines)
        return Answers(title=title or pick(field.label, self.language), pointer=pointer, answers=lines)

    def _collect(
        self, fields: Sequence[Field], data: Mapping[str, Any], pointer: str, into: list[Answer]
    ) -> None:
        for field in fields:
            value = data.get(field.name)
            if field.shown_when and value is None and not field.shown_when.holds(data):
                continue
            here = f"{pointer}/{field.name}"
            if field.kind == "section":
                self._collect(field.children, value if isinstance(value, Mapping) else {}, here, into)
            else:
                into.append(self._answer(field, value, here))

    def _rows(self, field: Field, value: Any) -> list[Answers]:
        rows = value if isinstance(value, list) else []
        title = pick(field.label, self.language)
        return [
            self._section(field, row, f"/{field.name}/{index}", f"{title} {index + 1}")
            for index, row in enumerate(rows)
        ]

    def _answer(self, field: Field, value: Any, pointer: str) -> Answer:
        text = shown_value(field, value, self.language)
        return Answer(pointer=pointer, label=pick(field.label, self.language), value=text, given=bool(text))
