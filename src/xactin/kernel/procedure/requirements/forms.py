"""Can every field of a schema be drawn, filled in, checked and signed? The form of applications, and those of acts.

A closed grammar: what the platform does not know (a format, a member of `x-ui`, a fraction, a reference) it would
draw as something else, leave unchecked, or fail to sign when somebody has filled everything in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem, problem_about

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TYPES: Final = ("object", "array", "string", "integer", "boolean")
_REFERENCES: Final = frozenset({"$ref", "$dynamicRef"})


@dataclass(frozen=True, slots=True)
class Forms:
    """What a platform can do for fields: the members of `x-ui` that it reads (`words`), the `formats` it checks, its
    `widgets`, what it can `fill` in by itself, and what it lets people `choose` from."""

    words: Collection[str]
    formats: Collection[str]
    widgets: Collection[str]
    fills: Collection[str]
    choices: Collection[str]


def field_problems(package: Package, forms: Forms) -> Iterator[Problem]:
    """Every field that could not be served."""
    yield from _whole(package.form_schema, "form.schema.json", forms)
    for task in package.procedure.tasks.values():
        for act in task.acts:
            if act.data_schema is not None:
                yield from _whole(act.data_schema, f"tasks.{task.id}.acts.{act.id}", forms)


def _whole(schema: Any, where: str, forms: Forms) -> Iterator[Problem]:
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        yield _unknown_type(where, schema)
        return
    if _refers(schema):
        yield problem_about(
            "field_reference",
            where,
            "Biểu mẫu không vẽ được “{0}”: hãy viết trường ra đầy đủ",
            "A form cannot draw “{0}”: write the field out",
            "$ref",
        )
    yield from _section(schema, where, forms)


def _refers(value: Any) -> bool:
    if isinstance(value, Mapping):
        return not _REFERENCES.isdisjoint(value) or any(map(_refers, value.values()))
    return isinstance(value, list) and any(map(_refers, value))


def _section(schema: Mapping[str, Any], where: str, forms: Forms) -> Iterator[Problem]:
    if schema.get("additionalProperties") is not False:
        yield problem_about(
            "field_open",
            where,
            "Cần “{0}”: nếu không, nội dung không trang nào hiện ra vẫn được ký",
            "Say “{0}”: else content is signed that no page shows",
            "additionalProperties: false",
        )
    fields = _map(schema.get("properties"))
    for name, inner in fields.items():
        yield from _named(name, f"{where}/{name}")
        yield from _field(inner, f"{where}/{name}", forms)
        yield from _condition(_ui(inner).get("visible_when"), f"{where}/{name}", list(fields))


def _named(name: str, where: str) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        yield problem_about(
            "field_name",
            where,
            "Tên trường “{0}” chỉ gồm chữ cái không dấu, chữ số, gạch dưới: nội dung được ký có khóa ASCII",
            "The name of field “{0}” has plain letters, digits and underscores only: what is signed has ASCII keys",
            name,
        )


def _field(schema: Any, where: str, forms: Forms) -> Iterator[Problem]:
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if kind not in _TYPES:
        yield _unknown_type(where, schema)
        return
    yield from _words(schema, where, forms)
    yield from _format(schema, where, forms)
    yield from _options(schema, where)
    if kind == "object":
        yield from _section(schema, where, forms)
    elif kind == "array":
        yield from _items(schema.get("items"), where, forms)


def _unknown_type(where: str, schema: Any) -> Problem:
    kind = schema.get("type", "") if isinstance(schema, Mapping) else schema
    return problem_about(
        "field_type",
        where,
        "Trường kiểu “{0}” không vẽ hoặc không ký được: dùng object, array, string, integer, boolean; số lẻ là string "
        "với format decimal",
        "A field of type “{0}” cannot be drawn or signed: use object, array, string, integer, boolean; a fraction is a "
        "string of format decimal",
        str(kind),
    )


def _items(items: Any, where: str, forms: Forms) -> Iterator[Problem]:
    """Rows of fields, or lines of text; lists of lists have no input."""
    kind = items.get("type") if isinstance(items, Mapping) else None
    if kind == "object":
        yield from _section(items, where, forms)
    elif kind == "string":
        yield from _format(items, where, forms)
    else:
        yield _unknown_type(f"{where}/items", items)


def _words(schema: Mapping[str, Any], where: str, forms: Forms) -> Iterator[Problem]:
    ui = _ui(schema)
    label = ui.get("label")
    if not (isinstance(label, Mapping) and label.get("vi") and label.get("en")):
        yield problem_about(
            "field_label",
            where,
            "Trường cần x-ui.label bằng cả hai thứ tiếng",
            "The field needs x-ui.label in both languages",
        )
    for word in ui.keys() - set(forms.words):
        yield _not_known(where, f"x-ui.{word}", forms.words)
    known = {"widget": forms.widgets, "fill": forms.fills, "choose": forms.choices}
    for word in ui.keys() & known.keys():
        if ui[word] not in tuple(known[word]):
            yield _not_known(where, f"x-ui.{word}: {ui[word]}", known[word])


def _format(schema: Mapping[str, Any], where: str, forms: Forms) -> Iterator[Problem]:
    named = schema.get("format")
    if named is not None and named not in tuple(forms.formats):
        yield _not_known(where, f"format: {named}", forms.formats)


def _not_known(where: str, said: str, known: Collection[str]) -> Problem:
    listed = ", ".join(sorted(known))
    return Problem(
        "field_word",
        where,
        f"Nền tảng này không biết “{said}”; biết: {listed}",
        f"This platform does not know “{said}”; it knows: {listed}",
    )


def _options(schema: Mapping[str, Any], where: str) -> Iterator[Problem]:
    """Each value of a list has words, and no words stand for a value that cannot be chosen."""
    holder = _map(schema.get("items")) if schema.get("type") == "array" else schema
    values = holder.get("enum")
    chosen = {str(value) for value in values} if isinstance(values, list) else set()
    for value in sorted(chosen ^ set(_map(_ui(schema).get("options")))):
        yield problem_about(
            "field_options",
            where,
            "Lựa chọn “{0}” phải có cả trong enum lẫn trong x-ui.options",
            "The choice “{0}” has to stand both in enum and in x-ui.options",
            value,
        )


def _condition(rule: Any, where: str, beside: Sequence[str]) -> Iterator[Problem]:
    field = rule.get("field") if isinstance(rule, Mapping) else rule
    if rule is not None and field not in beside:
        yield problem_about(
            "field_condition",
            where,
            "x-ui.visible_when hỏi trường “{0}”, nhưng cạnh trường này không có",
            "x-ui.visible_when asks the field “{0}”, and there is none beside this one",
            str(field),
        )


def _ui(schema: Any) -> Mapping[str, Any]:
    return _map(_map(schema).get("x-ui"))


def _map(value: Any) -> Mapping[str, Any]:
    """A member of a schema that has to be a map; nothing where it is none, which `form_schema` says."""
    return value if isinstance(value, Mapping) else {}
