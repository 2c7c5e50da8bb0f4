"""What a page could not draw, check or sign is no form that may be published."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from xactin.cases import testing
from xactin.cases.procedures.tests.packages import files
from xactin.cases.runtime import OURS
from xactin.identity.commands import applicant_of
from xactin.identity.queries import actor_for
from xactin.kernel.procedure.check import check
from xactin.kernel.procedure.package import Package, load_package
from xactin.kernel.procedure.requirements.forms import field_problems
from xactin.kernel.procedure.requirements.runtime import runtime_problems
from xactin.ui.schema_form import cleaned, validate
from xactin.ui.schema_form.fields import FORMATS

LABEL = {"label": {"vi": "Tên gọi", "en": "Nickname"}}
TEXT = {"type": "string", "x-ui": LABEL}


def package_with(change: Callable[[dict[str, Any]], object]) -> Package:
    given = files(changes={})
    schema = json.loads(given["form.schema.json"])
    change(schema["properties"]["child"])
    return load_package({**given, "form.schema.json": json.dumps(schema).encode()})


def found(field: Any, name: str = "nick") -> set[str]:
    changed = package_with(lambda child: child["properties"].update({name: field}))
    problems = list(runtime_problems(changed, OURS))
    assert all(one.vi and one.en and one.where for one in problems)
    return {one.code for one in problems}


@pytest.mark.parametrize(
    "field",
    [
        TEXT,
        {**TEXT, "type": "boolean"},
        {"type": "array", "items": {"type": "string"}, "x-ui": LABEL},
        {**TEXT, "x-ui": {**LABEL, "visible_when": {"field": "sex", "equals": "male"}}},
        {**TEXT, "enum": ["a"], "x-ui": {**LABEL, "options": {"a": {"vi": "Một", "en": "One"}}}},
    ],
)
def test_what_a_page_draws_is_taken(field: Any) -> None:
    assert found(field) == set()


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({**TEXT, "type": "number"}, "field_type"),  # 2.5 fits the schema, and cannot be signed
        ({**TEXT, "type": ["string", "number"]}, "field_type"),
        ({"x-ui": LABEL}, "field_type"),
        (True, "field_type"),
        ({"$ref": "#/$defs/none", "type": "string", "x-ui": LABEL}, "field_reference"),  # was a 500
        ({"$ref": "#/properties/mother", "type": "object", "x-ui": LABEL}, "field_reference"),
        ({**TEXT, "format": "cccdd"}, "field_word"),  # let anything through
        ({"type": "array", "items": {"type": "string", "format": "x"}, "x-ui": LABEL}, "field_word"),
        ({"type": "array", "items": {"type": "array"}, "x-ui": LABEL}, "field_type"),
        ({"type": "string", "x-ui": {**LABEL, "lable": {}}}, "field_word"),
        ({"type": "string", "x-ui": {**LABEL, "widget": "slider"}}, "field_word"),
        ({"type": "string", "x-ui": {**LABEL, "fill": "person.shoe_size"}}, "field_word"),
        ({"type": "string", "x-ui": {**LABEL, "choose": "planet"}}, "field_word"),
        ({"type": "string"}, "field_label"),
        ({"type": "string", "x-ui": {"label": {"vi": "Tên gọi"}}}, "field_label"),
        ({**TEXT, "enum": ["a"]}, "field_options"),
        ({**TEXT, "x-ui": {**LABEL, "options": {"a": LABEL["label"]}}}, "field_options"),
        ({**TEXT, "x-ui": {**LABEL, "visible_when": {"field": "nobody"}}}, "field_condition"),
        ({"type": "object", "x-ui": LABEL}, "field_open"),
        ({"type": "array", "items": {"type": "object", "properties": {}}, "x-ui": LABEL}, "field_open"),
    ],
)
def test_what_it_could_not_serve_is_refused(field: Any, code: str) -> None:
    assert code in found(field)


JUNK = [None, 3, "x", [], [[]], {}, {"": []}, {"label": []}, {"visible_when": [[]]}]


@pytest.mark.parametrize("word", ["type", "properties", "items", "enum", "format", "x-ui"])
def test_nothing_that_stands_in_a_schema_stops_the_check(word: str) -> None:
    assert OURS.forms is not None
    plain = package_with(lambda child: child)
    for junk, kind in product(JUNK, ("string", "object", "array")):
        field = {"type": kind, "x-ui": LABEL, word: junk}
        changed = replace(plain, form_schema={"type": "object", "properties": {"nick": field}})
        assert list(field_problems(changed, OURS.forms))


def test_of_a_schema_that_is_none_only_that_is_said() -> None:
    changed = package_with(lambda child: child.update(properties="x"))
    assert {one.code for one in check(changed, posts=None, runtime=OURS)} == {"form_schema"}


@pytest.mark.parametrize("name", ["tên", "a.b", "a b", "1a"])
def test_a_field_is_called_as_it_can_be_signed(name: str) -> None:
    assert found(TEXT, name) == {"field_name"}


def test_the_forms_of_acts_are_asked_too() -> None:
    given = files(changes={"minLength: 3, maxLength: 1000": "minLength: 3, format: letter"})
    problems = list(runtime_problems(load_package(given), OURS))
    assert {one.code for one in problems} == {"field_word"}
    assert any(one.where.startswith("tasks.receive.acts.refuse/") for one in problems)


@pytest.mark.parametrize("name", sorted(FORMATS - {"money"}))
def test_each_format_that_is_taken_is_checked(name: str) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "format": name}}}
    assert "/a" in validate(schema, cleaned(schema, {"a": "?"}))


@pytest.mark.django_db
def test_what_a_form_may_ask_of_the_account_is_known_of_it() -> None:
    testing.province_with()
    known = applicant_of(actor_for("congdan1"))
    assert OURS.forms is not None
    assert {fact.removeprefix("person.") for fact in OURS.forms.fills} <= known.keys()
