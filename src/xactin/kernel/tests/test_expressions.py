"""Rules in CEL: what they give, and each of the traps that was seen."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.kernel.expressions import (
    ExpressionError,
    Names,
    Shape,
    compile_expression,
    failing,
    shape_of_schema,
)

SCHEMA = {
    "type": "object",
    "required": ["house", "name"],
    "properties": {
        "house": {"$ref": "#/$defs/house"},
        "name": {"type": "string"},
        "mother": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        "rooms": {"type": "array", "items": {"type": "object", "properties": {"area": {"type": "integer"}}}},
        "open": {"type": "object"},
    },
    "$defs": {
        "house": {
            "type": "object",
            "required": ["storeys", "adjacent"],
            "properties": {
                "storeys": {"type": "integer"},
                "adjacent": {"type": "boolean"},
                "height": {"type": "string"},
            },
        }
    },
}
NAMES = Names(
    {
        "form": shape_of_schema(SCHEMA),
        "acts": Shape("map", {"review": Shape("string")}, required=frozenset({"review"})),
    }
)
VALUES = {
    "form": {
        "house": {"storeys": 3, "adjacent": True},
        "name": "Đường",
        "rooms": [{"area": 12}],
        "open": {"a": 1},
    },
    "acts": {"review": "go"},
}


def value(text: str) -> object:
    return compile_expression(text, NAMES).evaluate(VALUES)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("form.house.storeys * 25000", 75000),
        ("form.house.adjacent && form.house.storeys >= 3", True),
        ('acts.review == "go" ? 1 : 2', 1),
        ("size(form.name)", 5),
        ("form.name.size()", 5),
        ('size("size(Đ")', 6),
        ("size(form.rooms) + size([1, 2])", 3),
        ("has(form.mother)", False),
        ('has(form.mother) && form.mother.name == "x"', False),
        ("form.rooms.exists(room, room.area > 10)", True),
        ("form.rooms.map(room, room.area)", [12]),
        ('date("2026-02-28") < date("2026-03-01")', True),
        ('days("2026-02-28", "2026-03-01")', 1),
        ('hundredths("120.5") - hundredths("-0.25")', 12075),
        ('days(earliest("1958"), latest("1958"))', 364),
        ('latest("2024-02")', "2024-02-29"),
        ('earliest("2024-02-10") == latest("2024-02-10")', True),
        ('form["house"].storeys', 3),
        ("form.open.a == 1", True),
        ("!form.house.adjacent || -form.house.storeys < 0", True),
        ('acts.review in ["go", "stop"]', True),
        ("form.house.storeys == 3 // why", True),
        ('form.name.startsWith("Đ")', True),
    ],
)
def test_values(text: str, wanted: object) -> None:
    assert value(text) == wanted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("form.house.storeys == = 3", "syntax"),
        ("form.house.", "syntax"),
        ("", "syntax"),
        ("(1", "syntax"),
        ("1 2", "syntax"),
        ("'open", "syntax"),
        ("for", "syntax"),
        ("a ? b", "unknown_name"),
        ("days('2026-01-01')", "syntax"),
        ("hundredths(120)", "kinds"),
        ("(" * 100 + "1" + ")" * 100, "syntax"),
        ("form.house.storey", "unknown_name"),
        ("fotm.house", "unknown_name"),
        ("has(form.mothr)", "unknown_name"),
        ("acts.reviw == 'go'", "unknown_name"),
        ("form.name.length()", "unknown_name"),
        ("now()", "unknown_name"),
        ("form.rooms.exists(room, room.aria > 1)", "unknown_name"),
        ("room.area > 1", "unknown_name"),
        ("form.house.storeys == '3'", "kinds"),
        ("form.house.storeys > 1.5", "kinds"),
        ("form.house.storeys * 0.5", "kinds"),
        ("form.name + 1", "kinds"),
        ("form.house.storeys && true", "kinds"),
        ("form.name in [1, 2]", "kinds"),
        ("!form.name", "kinds"),
        ("date(3)", "kinds"),
    ],
)
def test_what_cannot_be_used_is_refused_before_it_is_used(text: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, NAMES)
    assert caught.value.code == code
    assert caught.value.vi
    assert caught.value.en


@pytest.mark.parametrize(
    "text", ["form.mother.name == 'x'", "1 / (form.house.storeys - 3) > 0", "date('x') > date('y')"]
)
def test_an_error_of_evaluation_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert caught.value.code == "evaluation"
    assert pickle.loads(pickle.dumps(caught.value)).code == "evaluation"


@pytest.mark.parametrize(
    "text", ["-(-9223372036854775808)", "-(-9223372036854775807 - 1)", "1 - -(-9223372036854775808)"]
)
def test_the_least_number_has_no_opposite(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(text)
    assert caught.value.code == "evaluation"


def test_a_minus_is_what_it_was() -> None:
    assert value("-form.house.storeys - -2 * -(1 + 2)") == -9
    assert value("-9223372036854775808 < 0") is True


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ('form.name == "x" || int("a") > 1', True),
        ('date("2026-13-45") > date("2026-01-01")', True),
        ("form.house.storeys / (2 - 2) > 1", True),
        ("form.house.storeys % 0 > 1", True),
        ('form.name.matches("(")', True),
        ("9223372036854775807 + 1 > form.house.storeys", True),
        ('size(form.name) > size("Đ")', False),
        ("form.house.storeys / 2 > 1", False),
        ('form.name.matches("^a+$")', False),
    ],
)
def test_what_can_be_shown_to_fail_is_found(text: str, fails: bool) -> None:
    assert (failing(compile_expression(text, NAMES)) is not None) is fails


@pytest.mark.parametrize(
    "text",
    [
        'bool("true")',
        "form.name - form.name == form.name",
        "form.house.adjacent + true",
        "form.house.storeys.startsWith('a')",
        "form.name.getFullYear() > 1",
        "form.house.storeys.exists(a, a > 1)",
        "form.name[0] == 'a'",
        "form.rooms < form.rooms",
        "int(form.rooms) > 1",
        "string(form.house.adjacent) == 'x'",
        "size(form.house.storeys) > 1",
        "form.name.contains()",
        "form.rooms.all(a, form.rooms.all(b, form.rooms.all(c, true)))",
        "form.name == '" + "x" * 4_000 + "'",
    ],
)
def test_what_always_fails_or_takes_for_ever_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(text, NAMES)


def test_what_may_be_missing_is_known_beforehand() -> None:
    def unguarded(text: str) -> set[tuple[str, ...]]:
        return compile_expression(text, NAMES).parsed.unguarded

    assert unguarded("form.house.storeys > 1") == set()
    assert unguarded("form.house.height == '3.0'") == {("form", "house", "height")}
    assert unguarded("has(form.house.height) && form.house.height == '3.0'") == set()
    assert unguarded("has(form.mother) && form.mother.name == 'x'") == set()
    assert unguarded("has(form.house.height) && form.mother.name == 'x'") == {("form", "mother")}


def test_only_what_is_asked_for_is_handed_over() -> None:
    class Watched(dict):  # type: ignore[type-arg]
        asked: set[str] = set()

        def __getitem__(self, name: str) -> object:
            self.asked.add(name)
            return super().__getitem__(name)

    form = Watched(VALUES["form"])
    compile_expression("form.house.storeys > 1", NAMES).evaluate({"form": form})
    assert form.asked == {"house"}


def test_compiling_is_done_once() -> None:
    assert compile_expression("form.house.storeys > 2", NAMES) is compile_expression(
        "form.house.storeys > 2", NAMES
    )


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        compile_expression(text, NAMES)
    except ExpressionError as error:
        assert error.code in ("syntax", "unknown_name", "kinds")  # noqa: PT017 (either outcome is right)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30))
def test_size_counts_characters(text: str) -> None:
    form = VALUES["form"] | {"name": text}
    assert compile_expression("size(form.name)", NAMES).evaluate({"form": form}) == len(text)


def test_a_schema_with_branches_knows_the_fields_of_all() -> None:
    shape = shape_of_schema(
        {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "allOf": [{"if": {}, "then": {"properties": {"b": {"type": "boolean"}}}}],
            "oneOf": [{"properties": {"c": {"type": "integer"}}}],
            "then": {"properties": {"d": {"type": "array", "items": {"type": "string"}}}},
        }
    )
    assert {name: inner.kind for name, inner in (shape.members or {}).items()} == {
        "a": "string",
        "b": "bool",
        "c": "int",
        "d": "list",
    }
