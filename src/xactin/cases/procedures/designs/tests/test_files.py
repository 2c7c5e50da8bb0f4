"""A design becomes a package that can be published as it is, whatever its table looks like."""

import pytest

from xactin.cases.procedures.designs.design import Design, FormField, Option, Rule, Step, Text
from xactin.cases.procedures.designs.files import files_of
from xactin.cases.procedures.designs.flow import lost_returns
from xactin.cases.procedures.designs.template import usual_template
from xactin.cases.procedures.designs.usual import FORM, STEPS, usual_result
from xactin.cases.runtime import installed
from xactin.kernel.procedure.check import check
from xactin.kernel.procedure.package import Package, load_package


def a_design(**changes: object) -> Design:
    """A small procedure, of the usual form and steps."""
    said: dict[str, object] = {
        "code": "9.000001",
        "version": "2026-12-01",
        "effective_from": "2026-12-01",
        "name": Text(vi='Xác nhận "việc" <thử>', en="Confirm a matter"),
        "field_name": Text(vi="Hộ tịch", en="Civil status"),
        "handled_by": Text(vi="Ủy ban nhân dân cấp xã", en="Commune"),
        "legal_basis": ("Luật số 1",),
        "form": FORM,
        "limit": {"working_day": 3},
        "steps": STEPS,
        "result": usual_result("Giấy xác nhận"),
    }
    return Design.model_validate(said | changes)


def package_of(design: Design) -> Package:
    """Its package, checked as before publishing."""
    package = load_package(files_of(design, usual_template(design) if design.result else ""))
    assert check(package, posts=None, runtime=installed()) == []
    return package


def row(id: str, **said: object) -> Step:
    """A row of the table."""
    return Step.model_validate({"id": id, "name": Text(vi=id), "post": "officer"} | said)


def test_the_usual_design_is_a_whole_package() -> None:
    package = package_of(a_design())
    assert [one["task"] for one in package.examples["examples/usual.yaml"]["acts"]] == [
        "receive", "verify", "draft-result", "approve", "issue", "seal-result",
    ]  # fmt: skip
    assert package.examples["examples/usual.yaml"]["expect"]["phase"] == "done"


def test_offices_answer_at_once_and_one_only_where_it_is_needed() -> None:
    opinions = (
        row("land", agency="land", acts=("object",), silence=True, limit={"working_day": 2}),
        row("roads", agency="infrastructure", with_previous=True, when='form.request.content != ""'),
        row("water", agency="environment", with_previous=True, asks=STEPS[1].asks),
    )
    package = package_of(a_design(steps=(STEPS[0], *opinions, *STEPS[1:])))
    done = {one["task"] for one in package.examples["examples/usual.yaml"]["acts"]}
    assert {"land", "roads", "water"} <= done
    assert "answer.water" in package.procedure.tasks["verify"].reads
    assert package.procedure.tasks["verify"].reads.count("answer.land") == 1


@pytest.mark.parametrize("acts", [("object", "supplement"), ("supplement", "object")])
def test_an_objection_is_what_is_written_down_wherever_it_stands(acts: tuple[str, ...]) -> None:
    package = package_of(a_design(steps=(STEPS[0], row("land", acts=acts), *STEPS[1:])))
    writes = {act.id: act.writes for act in package.procedure.tasks["land"].acts}
    assert writes == {"advance": ("answer.land",), "object": ("answer.land",), "supplement": ()}


@pytest.mark.parametrize(
    ("steps", "lost"),
    [
        (STEPS, []),
        ((row("first", acts=("return",)), *STEPS), ["steps.first"]),
        ((STEPS[0], row("one", acts=("return",)), row("two", with_previous=True), *STEPS[1:]), ["steps.one"]),
    ],
)
def test_a_return_leads_somewhere(steps: tuple[Step, ...], lost: list[str]) -> None:
    assert [problem.where for problem in lost_returns(a_design(steps=steps))] == lost


def test_a_row_is_passed_where_its_rule_does_not_hold_and_a_return_leads_to_the_row_told() -> None:
    rows = (
        STEPS[0],
        STEPS[1],
        row("look", when="size(form.request.content) > 2000", acts=("return",), back_to="receive"),
        STEPS[2].model_copy(update={"back_to": "verify"}),
        STEPS[3],
    )
    package = package_of(a_design(steps=rows))
    assert "look" not in {one["task"] for one in package.examples["examples/usual.yaml"]["acts"]}
    assert {(arrow.source, arrow.target) for arrow in package.flow.arrows.values()} >= {
        ("after-look", "receive"),
        ("after-approve", "verify"),
    }


@pytest.mark.parametrize(
    "kind",
    ["text", "long_text", "number", "decimal", "date", "birth_date", "yes_no", "id_number", "phone", "email"],
)
def test_every_kind_of_field_can_be_asked_for_and_printed(kind: str) -> None:
    one = FormField.model_validate({"id": "asked", "label": Text(vi="Hỏi"), "kind": kind})
    section = FORM[1].model_copy(update={"fields": (one,)})
    package_of(a_design(form=(FORM[0], section)))


def test_a_choice_decides_what_else_is_asked() -> None:
    fields = (
        FormField(
            id="how", kind="choice", label=Text(vi="Cách"), options=(Option(id="a", label=Text(vi="A")),)
        ),
        FormField.model_validate(
            {"id": "more", "label": Text(vi="Thêm"), "when": {"field": "how", "equals": "a"}}
        ),
    )
    section = FORM[1].model_copy(update={"fields": fields})
    checks = (Rule(when='form.request.how != "a"', message=Text(vi="Không được"), at="/request/how"),)
    package = package_of(a_design(form=(FORM[0], section), checks=checks))
    assert package.examples["examples/usual.yaml"]["data"]["request"] == {"how": "a", "more": "Nội dung mẫu"}


def test_nothing_is_issued_where_there_is_no_result() -> None:
    package = package_of(a_design(result=None, steps=STEPS[:2]))
    assert package.procedure.result is None
    assert "result.typ" not in package.files
