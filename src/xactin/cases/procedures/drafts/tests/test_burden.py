"""What a version asks beside another: papers, questions and steps that went and came."""

from xactin.cases.procedures.designs.design import Paper, Text
from xactin.cases.procedures.designs.tests.test_files import STEPS, a_design, package_of, row
from xactin.cases.procedures.drafts.burden import Change, burden


def names(change: Change) -> tuple[list[str], list[str]]:
    return [one.name["vi"] for one in change.removed], [one.name["vi"] for one in change.added]


def test_what_went_and_came_is_named() -> None:
    plan, copy = (
        Paper(id="plan", name=Text(vi="Bản vẽ")),
        Paper(id="copy", name=Text(vi="Bản sao hộ khẩu")),
    )
    form = a_design().form
    before = package_of(a_design(papers=(plan, copy), steps=(STEPS[0], row("look"), *STEPS[1:])))
    after = package_of(
        a_design(
            papers=(Paper(id="paper_1", name=Text(vi="bản  vẽ")),), form=form[1:]
        )  # the same, written anew
    )
    found = burden(before, after)
    assert names(found.papers) == (["Bản sao hộ khẩu"], [])
    assert (found.papers.before, found.papers.after) == (2, 1)
    gone = [field.label.vi for field in form[0].fields]
    assert names(found.questions) == (gone, [])
    assert found.questions.before - found.questions.after == len(gone)
    assert names(found.steps) == (["look"], [])
    assert names(burden(after, before).steps) == ([], ["look"])
    same = burden(before, before)
    assert not any(one.removed or one.added for one in (same.papers, same.questions, same.steps))
