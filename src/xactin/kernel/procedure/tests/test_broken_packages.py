"""The packages of the platform are sound, and each of ten faults is named where it is (issue: done when, 6)."""

from pathlib import Path

import pytest

from xactin.kernel.procedure.check import check, check_folder
from xactin.kernel.procedure.package import load_package
from xactin.kernel.procedure.tests.broken import FAULTS, PROCEDURES, build, fault
from xactin.kernel.working_time import vietnam

ROLES = ("reception", "officer", "chair", "clerk", "consultant")
FUNCTIONS = ("handling", "construction", "civil_status", "land", "infrastructure", "environment")
POSTS = {(function, role) for function in FUNCTIONS for role in ROLES}
TEN = {
    "condition_syntax",
    "condition_unknown_field",
    "dead_task",
    "deadlock",
    "example_fails",
    "form_schema",
    "path_too_long",
    "post_nobody_holds",
    "token_left",
    "unknown_element",
}


@pytest.mark.parametrize("name", sorted(path.parent.name for path in PROCEDURES.glob("*/result.typ")))
def test_the_packages_of_the_platform_are_sound(name: str) -> None:
    assert check_folder(PROCEDURES / name, posts=POSTS, calendar=vietnam()) == []


def test_there_are_ten_faults() -> None:
    assert set(FAULTS) == TEN


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_nothing_else(name: str, tmp_path: Path) -> None:
    about = fault(name)
    problems = check_folder(build(name, tmp_path), posts=POSTS, calendar=vietnam())
    assert [(problem.code, problem.where) for problem in problems] == [(about["code"], about["where"])]
    assert all(problem.vi and problem.en for problem in problems)


@pytest.mark.parametrize(
    ("find", "replace", "code"),
    [
        (
            "when: form.child.birth_date > today",
            "when: form.child.birth_day > today",
            "condition_unknown_field",
        ),
        ("when: form.child.birth_date > today", "when: form.child.birth_date", "condition_kinds"),
        ("when: has(form.marriage.date) && form", "when: form", "condition_may_lack"),
        (
            "today\n    at: /child/birth_date\n    kind: refuse",
            "today\n    at: /child/birth_day\n    kind: refuse",
            "check_unknown_field",
        ),
        (
            "today\n    at: /child/birth_date\n    kind: refuse",
            "today\n    at: child.birth_date\n    kind: refuse",
            "check_unknown_field",
        ),
        ("    id: grown_child\n", "", "check_unanswered"),
        ("id: grown_child\n    task: verify", "id: grown_child\n    task: confirm_draft", "check_unanswered"),
        ("id: grown_child\n    task: verify", "id: grown_child\n    task: receive", "check_unseen"),
        ("id: grown_child", "id: old_mother", "check_twice"),
        ("            book: {type", "            warnings: {type", "check_unanswered"),
    ],
)
def test_a_check_that_nobody_could_be_told_is_named(find: str, replace: str, code: str) -> None:
    files = {
        str(path.relative_to(PROCEDURES / "birth-registration")): path.read_bytes()
        for path in (PROCEDURES / "birth-registration").rglob("*")
        if path.is_file()
    }
    said = files["procedure.yaml"].decode()
    assert said.count(find) == 1
    files["procedure.yaml"] = said.replace(find, replace).encode()
    assert code in {problem.code for problem in check(load_package(files), posts=POSTS, calendar=vietnam())}
