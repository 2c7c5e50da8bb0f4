"""Which acts go to many dossiers at once."""

from typing import Any

import pytest

from xactin.cases.lots.rules import Common, common, text_schema, usual
from xactin.kernel.procedure.description import NO_WORDS, Act

TEXT = {"type": "string", "minLength": 3}


def an_act(schema: dict[str, Any] | None, **more: Any) -> Act:
    return Act(id="a", kind=more.pop("kind", "advance"), label=NO_WORDS, data_schema=schema, **more)


@pytest.mark.parametrize(
    ("schema", "asked"),
    [
        (None, Common()),
        ({"properties": {"why": TEXT}}, Common()),
        ({"required": ["why"], "properties": {"why": TEXT}}, Common("why")),
        ({"required": ["why", "book"], "properties": {"why": TEXT, "book": TEXT}}, None),
        ({"required": ["items"], "properties": {"items": {"type": "array"}}}, None),
        ({"required": ["kind"], "properties": {"kind": {"type": "string", "enum": ["a"]}}}, None),
    ],
)
def test_nothing_or_one_text_is_common_to_all(schema: dict[str, Any] | None, asked: Common | None) -> None:
    assert common(an_act(schema)) == asked


def test_an_objection_asks_for_an_answer_of_its_own() -> None:
    schema = {"required": ["despite"], "properties": {"despite": TEXT, "more": TEXT}}
    act = an_act(schema, despite="despite")
    assert common(act) == Common("despite")
    assert common(usual(act)) == Common()
    assert text_schema(usual(act), Common()) is None
    asked = text_schema(an_act({"required": ["why"], "properties": {"why": TEXT, "x": TEXT}}), Common("why"))
    assert asked is not None
    assert asked["properties"] == {"why": TEXT}
