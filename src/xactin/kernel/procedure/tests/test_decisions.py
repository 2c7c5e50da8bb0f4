"""Decision tables: read from DMN, evaluated exactly, checked for overlaps and gaps, used for fees, limits and ways."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.kernel.procedure.check import check
from xactin.kernel.procedure.decisions.feel import entry_of
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import PackageError
from xactin.kernel.procedure.testing import package_of, task
from xactin.kernel.procedure.tests.play import Play
from xactin.kernel.working_time import vietnam

FORM = {"x": {"type": "integer"}, "k": {"type": "string"}, "b": {"type": "boolean"}}
WORDS = {"vi": "x", "en": "x"}
PLAIN = "start s\nuser a\nend z\ns -> a -> z"


def dmn(rows: str, policy: str = "UNIQUE", inputs: str = "form.x:integer", output: str = "integer") -> bytes:
    """A table in lines: `[1..3] | "a" -> 5`."""
    columns = ""
    for one in inputs.split(" ; "):
        text, kind, *allowed = one.split(":")
        values = f"<inputValues><text>{allowed[0]}</text></inputValues>" if allowed else ""
        columns += (
            f'<input><inputExpression typeRef="{kind}"><text>{text}</text></inputExpression>{values}</input>'
        )
    rules = ""
    for row in rows.strip().splitlines():
        asked, _, given = row.partition("->")
        cells = "".join(
            f"<inputEntry><text><![CDATA[{one.strip()}]]></text></inputEntry>" for one in asked.split("|")
        )
        rules += f"<rule>{cells}<outputEntry><text>{given.strip()}</text></outputEntry></rule>"
    sum_up = ' aggregation="SUM"' if policy == "COLLECT" else ""
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:x">'
        f'<decision id="price"><decisionTable hitPolicy="{policy}"{sum_up}>{columns}'
        f'<output typeRef="{output}"/>{rules}</decisionTable></decision></definitions>'
    ).encode()


def package(table: bytes, flow: str = PLAIN, tasks: Any = None, **said: Any) -> Package:
    return package_of(flow, tasks, FORM, {"fees.dmn": table}, **said)


def problems(found: Package) -> list[tuple[str, str]]:
    return [(problem.code, problem.en) for problem in check(found, posts=None, calendar=vietnam())]


FEES = "< 3 -> 50000\n[3..7] -> 75000\n> 7 -> 100000"
FEE = [{"kind": "f", "name": WORDS, "amount": "tables.price + 1"}]


@pytest.mark.parametrize(("x", "fee"), [(-5, 50001), (2, 50001), (3, 75001), (7, 75001), (8, 100001)])
def test_a_fee_by_a_table(x: int, fee: int) -> None:
    found = package(dmn(FEES), fee=FEE)
    assert problems(found) == []
    assert Play(found, {"x": x, "k": "", "b": True}).state["fee"] == fee


def test_the_first_that_fits_and_the_sum_of_all() -> None:
    first = package(dmn("> 5 -> 1\n> 2 -> 2\n- -> 3", "FIRST"), fee=FEE)
    added = package(dmn("> 5 -> 1\n> 2 -> 2\n- -> 4", "COLLECT"), fee=FEE)
    for found, wanted in ((first, {9: 2, 3: 3, 0: 4}), (added, {9: 8, 3: 7, 0: 5})):
        assert problems(found) == []
        for x, fee in wanted.items():
            assert Play(found, {"x": x, "k": "", "b": True}).state["fee"] == fee


def test_several_inputs_of_every_kind() -> None:
    rows = '"land", "house" | true | - -> 1\nnot("land", "house") | true | - -> 2\n'
    rows += '- | false | < date("2026-07-01") -> 3\n- | false | >= date("2026-07-01") -> 4'
    table = dmn(rows, inputs='form.k:string ; form.b:boolean ; "2026-07-01":date')
    found = package(table, fee=FEE)
    assert problems(found) == []
    for k, b, fee in (("land", True, 2), ("other", True, 3), ("land", False, 5)):
        assert Play(found, {"x": 0, "k": k, "b": b}).state["fee"] == fee


@pytest.mark.parametrize(
    ("rows", "policy", "inputs", "code", "told"),
    [
        ("< 3 -> 1\n>= 2 -> 2", "UNIQUE", "form.x:integer", "decision_overlap", "form.x = 2"),
        ("< 3 -> 1\n> 3 -> 2", "UNIQUE", "form.x:integer", "decision_gap", "form.x = 3"),
        ("[0..3] -> 1\n[4..9] -> 2", "FIRST", "form.x:integer", "decision_gap", "form.x = -1"),
        ('"a" -> 1', "UNIQUE", "form.k:string", "decision_gap", "form.k = …"),
        ("true -> 1", "UNIQUE", "form.b:boolean", "decision_gap", "form.b = False"),
        ("- -> 1", "UNIQUE", "form.nope:integer", "decision_input", "form.nope"),
        ("- -> 1", "UNIQUE", "form.k:integer", "decision_input", "string"),
        (
            "< 3 | true -> 1\n>= 3 | - -> 2",
            "UNIQUE",
            "form.x:integer ; form.b:boolean",
            "decision_gap",
            "form.b = False",
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_named(
    rows: str, policy: str, inputs: str, code: str, told: str
) -> None:
    (found,) = problems(package(dmn(rows, policy, inputs)))
    assert found[0] == code
    assert told in found[1]


def test_what_an_input_can_be_leaves_no_gap() -> None:
    assert problems(package(dmn("[0..3] -> 1\n[4..9] -> 2", inputs="form.x:integer:[0..9]"))) == []
    assert problems(package(dmn('"a" -> 1\n"b" -> 2', inputs='form.k:string:"a", "b"'))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('hitPolicy="UNIQUE"', 'hitPolicy="ANY"'),
        ('hitPolicy="UNIQUE"', 'hitPolicy="COLLECT" aggregation="MAX"'),
        ("[3..7]", "[7..3]"),
        ("[3..7]", "3..7"),
        ("[3..7]", "form.x + 1"),
        ("[3..7]", '"a"'),
        ("75000", "75000.5"),
        ("75000", "form.x * 2"),
        ('typeRef="integer"', 'typeRef="any"'),
        ('id="price"', 'id="the price"'),
        ("<decisionTable", '<knowledgeRequirement id="q"/><decisionTable'),
        ("DMN/20191111", "CMMN/20151109"),
        ("</definitions>", "<businessKnowledgeModel/></definitions>"),
        ("</definitions>", ""),
    ],
)
def test_what_is_not_covered_is_refused_by_name(old: str, new: str) -> None:
    text = dmn(FEES).decode()
    assert old in text
    with pytest.raises(PackageError) as caught:
        package(text.replace(old, new).encode())
    assert all(problem.vi and problem.en for problem in caught.value.problems)


def test_a_limit_by_a_table() -> None:
    slow = {"a": task("a", limit_by={"table": "price", "unit": "working_day"})}
    found = package(dmn("< 3 -> 1\n>= 3 -> 5"), tasks=slow)
    assert problems(found) == []
    due = {x: Play(found, {"x": x, "k": "", "b": True}).tasks[0].due for x in (1, 3)}
    assert [str(moment)[:10] for moment in due.values()] == ["2026-07-21", "2026-07-27"]
    assert [code for code, _ in problems(package(dmn("< 3 -> 1\n>= 3 -> 9"), tasks=slow))] == [
        "path_too_long"
    ]
    assert [code for code, _ in problems(package(dmn("- -> -1"), tasks=slow))] == ["limit"]


def test_a_business_rule_task_decides_when_the_flow_comes_by() -> None:
    flow = "start s\nuser a\nrule d\nxor g default=g_z\nuser b\nend z\ns -> a -> d -> g -> z\n"
    flow += 'g -> b : has(decided.d) && decided.d == "long"\nb -> z'
    table = dmn('< 3 -> "short"\n>= 3 -> "long"', output="string")
    found = package(table, flow, decisions={"d": "price"})
    assert problems(found) == []
    play = Play(found, {"x": 4, "k": "", "b": True}).act("a")
    assert play.open == ["b"]
    assert next(step["decided"] for step in play.state["steps"].values() if "decided" in step) == {
        "d": "long"
    }
    assert Play(found, {"x": 1, "k": "", "b": True}).act("a").phase == "done"
    assert {code for code, _ in problems(package(table, flow))} == {
        "decision_unknown",
        "condition_unknown_field",
    }


@pytest.mark.parametrize(
    ("flow", "asks"),
    [
        (PLAIN, False),
        ("start s\nuser a *2 until=size(acts.a)>0\nend z\ns -> a -> z", False),
        ("start s\nuser a *form.x\nend z\ns -> a -> z", True),
        ("start s\nuser a *2 until=form.b\nend z\ns -> a -> z", True),
        ("start s\ntimer a form.k\nend z\ns -> a -> z", True),
        ("start s\nadhoc p until=form.b {\nuser a\n}\nend z\ns -> p -> z", True),
        ("start s\nrule price\nend z\ns -> price -> z", True),
    ],
)
def test_content_is_opened_wherever_a_rule_needs_it(flow: str, asks: bool) -> None:
    assert package(dmn(FEES), flow).asks_content is asks


@given(
    st.integers(-20, 20),
    st.integers(-20, 20),
    st.integers(-20, 20),
    st.sampled_from("[("),
    st.sampled_from("])"),
)
def test_an_interval_holds_what_lies_in_it(low: int, high: int, value: int, opens: str, closes: str) -> None:
    low, high = sorted((low, high))
    inside = (low < value or (low == value and opens == "[")) and (
        value < high or (value == high and closes == "]")
    )
    assert entry_of(f"{opens}{low}..{high}{closes}", "int").holds(value) is inside
    assert entry_of(f"not({opens}{low}..{high}{closes})", "int").holds(value) is not inside
