"""Ad-hoc subprocesses: tasks begun as often as wanted, until a condition or a person says that it is enough."""

from typing import Any

import orjson
import pytest

from xactin.kernel.procedure import engine
from xactin.kernel.procedure.check import check
from xactin.kernel.procedure.drawing.bpmn import read_bpmn
from xactin.kernel.procedure.engine import Refused
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import PackageError
from xactin.kernel.procedure.testing import bpmn, package_of, task
from xactin.kernel.procedure.tests.play import Play
from xactin.kernel.working_time import vietnam

MATTER = """
    start s
    user receive
    adhoc matter {}{{
    user opinion
    user draft
    user check
    draft -> check
    }}
    user sign
    end z
    s -> receive -> matter -> sign -> z
"""
OPINION = {"opinion": task("opinion", writes=["answer.opinion"], reads=["form.b"])}
FORM = {"a": {}, "b": {}}
CLOSED = {"matter": task("matter", reads=["answer.*"], limit={"working_day": 2})}


def matter(words: str = "", **tasks: Any) -> Package:
    receive = {"receive": task("receive", reads=["form.a"])}
    return package_of(MATTER.format(f"{words} " if words else ""), OPINION | receive | tasks, FORM)


def problems(package: Package) -> dict[str, str]:
    return {problem.where: problem.code for problem in check(package, posts=None, calendar=vietnam())}


def test_tasks_are_begun_as_often_as_wanted_and_a_person_ends_it() -> None:
    play = Play(matter(**CLOSED)).act("receive")
    assert (play.open, play.offers) == (["matter"], ["draft", "opinion"])
    assert {task["id"]: task.get("offer") for task in play.effect["opened"]} == {
        "t4": None,
        "t4:draft": 1,
        "t4:opinion": 1,
    }
    play.start("opinion").start("opinion").start("draft")
    assert play.open == ["draft", "matter", "opinion", "opinion"]
    assert play.offers == ["draft", "opinion"]
    first, second = (t for t in play.tasks if t.node == "opinion" and t.kind == "user")
    assert [first.acts[0].writes, second.acts[0].writes] == [("answer.opinion.0",), ("answer.opinion.1",)]
    play.act("opinion").act("draft")
    assert play.open == ["check", "matter", "opinion"], "what is drawn after a task follows it"
    play.act("matter")
    assert (play.open, play.offers) == (["sign"], [])
    assert play.effect["task"] == "t4"
    assert play.act("sign").phase == "done"


def test_what_may_be_begun_is_begun_by_who_may() -> None:
    by = {"draft": task("draft", started_by={"agency": "handling", "post": "chair"})}
    play = Play(matter(**CLOSED, **by)).act("receive")
    assert {t.node: t.post for t in play.tasks if t.kind == "offer"} == {
        "draft": "chair",
        "opinion": "officer",
    }
    with pytest.raises(Refused) as refused:
        play.start("draft", post="officer")
    assert refused.value.code == "wrong_post"
    assert play.start("draft").task("draft").post == "officer"


@pytest.mark.parametrize("kept", [False, True])
def test_a_condition_ends_it(kept: bool) -> None:
    words = ("keep " if kept else "") + "until=acts.opinion.exists(a,a=='go')&&size(acts.draft)>0"
    play = Play(matter(words)).act("receive").start("opinion").start("opinion").start("draft")
    play.act("opinion").act("draft")
    if not kept:
        assert (play.open, play.offers) == (["sign"], []), "what still runs is withdrawn"
        return
    assert (play.open, play.offers) == (["check", "opinion"], []), "what runs is awaited, nothing more begins"
    assert play.act("check").act("opinion").open == ["sign"]


def test_one_at_a_time() -> None:
    play = Play(matter("one", **CLOSED)).act("receive")
    assert play.start("opinion").offers == []
    with pytest.raises(Refused) as refused:
        engine.saw_of(play.package, play.state, "t4:draft")
    assert refused.value.code == "not_open"
    assert play.act("opinion").offers == ["draft", "opinion"]


def test_a_person_cannot_end_what_has_to_be_awaited() -> None:
    play = Play(matter("keep", **CLOSED)).act("receive").start("opinion")
    with pytest.raises(Refused) as refused:
        play.act("matter")
    assert (refused.value.code, refused.value.facts) == ("running", {"tasks": ["opinion"]})
    assert play.act("opinion").act("matter").open == ["sign"]


def test_a_task_cannot_be_begun_for_ever() -> None:
    play = Play(matter("one", **CLOSED)).act("receive")
    for _ in range(100):
        play.start("draft").act("draft").act("check")
    with pytest.raises(Refused) as refused:
        play.start("draft")
    assert (refused.value.code, refused.value.facts["times"]) == ("too_often", 100)
    assert play.start("opinion").act("opinion").act("matter").open == ["sign"]


# -- taking back


def test_what_was_seen_takes_back_one_run_and_the_end_that_followed() -> None:
    play = Play(matter(**CLOSED)).act("receive").start("opinion").start("draft").act("opinion").act("matter")
    assert play.open == ["sign"]
    play.amend(form__b="b1")
    assert play.voided == ["matter", "opinion"]
    assert (play.open, play.offers) == (["draft", "matter", "opinion"], ["draft", "opinion"])
    assert "answer.opinion.0" not in play.state["parts"]
    assert play.act("opinion").act("matter").act("sign").phase == "done"


def test_a_condition_that_no_longer_holds_opens_it_again() -> None:
    play = Play(matter("keep until=size(acts.opinion)>0")).act("receive").start("opinion").start("draft")
    assert play.act("opinion").offers == []
    play.amend(form__b="b1")
    assert (play.open, play.offers) == (["draft", "opinion"], ["draft", "opinion"])


def test_where_the_way_to_it_falls_what_was_begun_falls_and_answers_wait() -> None:
    play = Play(matter(**CLOSED)).act("receive").start("opinion").act("opinion")
    play.amend(form__a="a1")
    assert (play.open, play.offers, play.voided) == (["receive"], [], ["opinion", "receive"])
    assert play.state["parts"]["answer.opinion.0"], "the answer saw nothing that changed"
    play.act("receive").start("opinion")
    assert "opinion" not in play.open, "begun again, the answer stands again by itself"
    assert [step["act"] for step in play.state["steps"].values() if step["n"] == "opinion"] == ["start", "go"]


def test_a_task_returned_is_begun_no_more() -> None:
    play = Play(matter(**CLOSED)).act("receive").start("opinion").act("opinion", "return")
    assert (play.open, play.offers) == (["matter"], ["draft", "opinion"])


def test_a_state_comes_back_from_where_it_is_stored() -> None:
    play = Play(matter(**CLOSED)).act("receive").start("opinion")
    play.state = orjson.loads(orjson.dumps(play.state, option=orjson.OPT_SORT_KEYS))
    assert play.act("opinion").act("matter").open == ["sign"]


# -- its clocks


def test_its_limit_and_its_timers_run() -> None:
    flow = MATTER.format("") + "timer t on matter PT48H\nuser late\nend y\nt -> late -> y"
    play = Play(package_of(flow, OPINION | CLOSED)).act("receive").start("opinion")
    assert play.task("matter").due is not None
    due = engine.next_due(play.package, play.state)
    assert due is not None
    assert play.wait(hours=48).tick()
    assert (play.open, play.offers) == (["late"], [])


def test_a_supplement_stops_all_and_an_offer_stands() -> None:
    play = Play(matter(**CLOSED)).act("receive").start("opinion").act("opinion", "supplement")
    assert (play.open, play.offers) == (["matter", "supply"], ["draft", "opinion"])
    assert play.task("matter").due is None
    assert play.supply(form__b="b1").open == ["matter", "opinion"]


# -- check


def test_a_sound_matter_passes() -> None:
    assert problems(matter(**CLOSED)) == {}
    assert problems(matter("one keep", **CLOSED)) == {}
    assert problems(matter("until=size(acts.opinion)>2")) == {}


@pytest.mark.parametrize(
    ("package", "where", "code"),
    [
        (lambda: matter(), "matter", "adhoc_never_ends"),
        (lambda: matter("until=acts.opinion=='go'"), "matter", "condition_kinds"),
        (lambda: matter("until=acts.nobody>0"), "matter", "condition_unknown_field"),
        (lambda: matter(matter=CLOSED["matter"] | {"silence": "consent"}), "matter", "adhoc_silence"),
        (
            lambda: matter(**CLOSED, sign=task("sign", started_by={"agency": "handling", "post": "chair"})),
            "sign",
            "started_by",
        ),
        (
            lambda: package_of(
                MATTER.format("keep ").replace(
                    "draft -> check", "user more\ndraft -> check -> more\nmore -> check"
                ),
                OPINION | CLOSED,
                FORM,
            ),
            "draft",
            "livelock",
        ),
    ],
)
def test_an_unsound_matter_is_named(package: Any, where: str, code: str) -> None:
    assert problems(package()) == {where: code}


@pytest.mark.parametrize(
    ("inside", "where"),
    [
        ("start q\nuser a\nq -> a", "q"),
        ("service x\nuser a", "x"),
        ("user a\nend y\na -> y", "y"),
        ("user a\nuser b\nand j\nuser c\na -> j -> c\nb -> j", "j"),
        ("", "p"),
    ],
)
def test_what_cannot_stand_in_it_is_named(inside: str, where: str) -> None:
    with pytest.raises(PackageError) as caught:
        read_bpmn(bpmn(f"start s\nadhoc p {{\n{inside}\n}}\nend z\ns -> p -> z"))
    assert where in {problem.where for problem in caught.value.problems}


EXAMPLE = b"""
submitted: 2026-07-20 08:00
data: {a: 1, b: 1}
acts:
  - {at: 2026-07-20 09:00, task: receive, act: go, post: officer, expect: {offers: [opinion, draft], tasks: [matter]}}
  - {at: 2026-07-20 09:10, task: opinion, act: start, post: officer, expect: {tasks: [matter, opinion]}}
  - {at: 2026-07-20 09:20, task: opinion, act: go, post: officer}
  - {at: 2026-07-20 09:30, task: matter, act: go, post: officer, expect: {offers: [], tasks: [sign]}}
expect: {acts: {opinion: go, matter: go}}
"""


def test_an_example_tells_of_offers() -> None:
    package = package_of(MATTER.format(""), OPINION | CLOSED, FORM, files={"examples/one.yaml": EXAMPLE})
    assert check(package, posts=None, calendar=vietnam()) == []
    wrong = package_of(
        MATTER.format(""),
        OPINION | CLOSED,
        FORM,
        files={"examples/one.yaml": EXAMPLE.replace(b"[opinion, draft]", b"[]")},
    )
    assert [problem.code for problem in check(wrong, posts=None, calendar=vietnam())] == ["example_fails"]
