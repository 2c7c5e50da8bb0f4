"""Completion conditions, reminders, event subprocesses, signals and several starts, walked and checked."""

from typing import Any

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

FORM = {"a": {}, "b": {}, "x": {"type": "integer"}}
MESSAGE = {"kind": "message"}


def problems(flow: str | Package, **said: Any) -> dict[str, str]:
    package = package_of(flow, form=FORM, **said) if isinstance(flow, str) else flow
    return {problem.where: problem.code for problem in check(package, posts=None, calendar=vietnam())}


# -- enough have answered

VOTE = "start s\nuser a {}5 until=size(acts.a.filter(v,v=='go'))>=3\nuser b\nend z\ns -> a -> b -> z"


LABEL = {"vi": "x", "en": "x"}
ACTS = [{"id": name, "kind": "advance", "label": LABEL} for name in ("go", "no")]


def test_three_of_five_agree() -> None:
    play = Play(package_of(VOTE.format("*"), {"a": task("a", acts=ACTS, reads=["form.b"])}, FORM))
    play.act("a", instance=4).act("a", "no", instance=0).act("a", instance=1)
    assert play.open == ["a", "a"]
    play.act("a", instance=2)
    assert (play.open, play.effect["task"]) == (["b"], "t5")
    assert [task["node"] for task in play.effect["closed"]] == ["a", "a"], (
        "the fifth need not answer any more"
    )
    play.amend(form__b="b1")
    assert (play.open, play.voided) == (["a"] * 5, ["a"] * 4)


def test_in_turn_until_enough() -> None:
    package = package_of(VOTE.format("**"), {"a": task("a", acts=ACTS)}, FORM)
    assert Play(package).act("a").act("a").act("a").open == ["b"]
    play = Play(package)
    for act in ("go", "no", "go", "no", "no"):
        assert play.open == ["a"]
        play.act("a", act)
    assert play.open == ["b"], "all were asked"


def test_a_completion_condition_that_is_none_is_named() -> None:
    assert problems(VOTE.format("*")) == {}
    assert problems(VOTE.format("*").replace("size(", "sizes(")) == {"a": "condition_unknown_field"}
    assert problems(VOTE.format("*").replace(">=3", "")) == {"a": "condition_kinds"}


# -- reminders

REMIND = "start s\nuser a\ntimer t on a R3/PT1H aside\nthrow m message=remind\nend y\nend z\ns -> a -> z\nt -> m -> y"


def test_reminders_come_as_often_as_said() -> None:
    play = Play(package_of(REMIND, form=FORM))
    for _ in range(3):
        assert play.wait(hours=1).tick()
        assert (play.effect["messages"], play.open) == (["remind"], ["a"])
    assert not play.wait(days=9).tick()
    assert play.act("a").phase == "done"


def test_what_was_missed_is_not_made_up() -> None:
    play = Play(package_of(REMIND, form=FORM)).wait(days=30)
    assert play.tick()
    assert play.effect["messages"] == ["remind"]
    assert not play.tick(), "the next is an hour later"


def test_reminders_in_working_time_stop_with_the_clock() -> None:
    package = package_of(REMIND, form=FORM, timers={"t": {"working_day": 1}})
    play = Play(package).wait(days=1)
    assert play.tick()
    play.act("a", "supplement")
    assert engine.next_due(package, play.state) is None
    assert play.wait(days=1).supply(form__a="a1").wait(days=1).tick()
    assert play.effect["messages"] == ["remind"]


def test_reminders_that_are_sound_and_others() -> None:
    assert problems(REMIND) == {}
    assert problems(REMIND.replace("throw m message=remind", "user m")) == {"t": "reminder"}
    for cycle in ("R/PT1H", "R0/PT1H", "R101/PT1H", "PT1H/R3", "R3"):
        text = bpmn(REMIND).decode().replace("R3/PT1H", cycle).encode()
        with pytest.raises(PackageError) as caught:
            read_bpmn(text)
        assert [(problem.code, problem.where) for problem in caught.value.problems] == [("timer", "t")]
    with pytest.raises(PackageError):
        package_of(REMIND.replace(" aside", ""))


# -- event subprocesses

CANCEL = """
    start s
    sub stage {{
    start q
    user a
    user b
    end y
    q -> a -> b -> y
    event halt {{
    start h {}
    user why
    end w
    h -> why -> w
    }}
    }}
    user c
    end z
    s -> stage -> c -> z
"""


def test_something_cancels_a_stage_at_any_time() -> None:
    play = Play(package_of(CANCEL.format("message=halt"), form=FORM)).act("a")
    assert play.open == ["b", "h"]
    play.act("h", "received", post=None)
    assert play.open == ["why"], "instead of all in its scope"
    assert play.act("why").act("c").phase == "done"


def test_beside_what_runs_it_can_come_again() -> None:
    play = Play(package_of(CANCEL.format("message=halt aside"), form=FORM)).act("a")
    play.act("h", "received", post=None).act("h", "received", post=None)
    assert play.open == ["b", "h", "why", "why"]
    assert play.act("b").act("why").open == ["h", "why"]
    assert play.act("why").open == ["c"], "the scope ends when all in it has, and hears no more"


def test_a_scope_that_ends_listens_no_more() -> None:
    play = Play(package_of(CANCEL.format("timer=PT5H"), form=FORM))
    assert engine.next_due(play.package, play.state) is not None
    play.act("a").act("b")
    assert (play.open, engine.next_due(play.package, play.state)) == (["c"], None)


def test_an_error_is_caught_in_its_scope_before_it_goes_up() -> None:
    said = {
        "a": task("a", acts=[*task("a")["acts"], task("a")["acts"][0] | {"id": "fail", "throws": "oops"}])
    }
    package = package_of(CANCEL.format("error=oops"), said, FORM)
    assert problems(package) == {}
    assert Play(package).act("a", "fail").open == ["why"]


OFF = "event off {\nstart q signal=stop\nthrow m message=told\nend y\nq -> m -> y\n}"


def test_of_the_whole_dossier_it_says_what_became_of_it() -> None:
    flow = "start s\nuser a\nend z\ns -> a -> z\n" + OFF
    play = Play(package_of(flow, form=FORM, ends={"y": "stopped"}))
    assert play.signal("other") is False
    assert play.signal("stop")
    assert (play.phase, play.effect["messages"]) == ("stopped", ["told"])
    with pytest.raises(Refused) as refused:
        play.signal("stop")
    assert refused.value.code == "ended"


def test_what_it_took_comes_back_with_the_act_that_falls() -> None:
    said = {"halt": MESSAGE}
    flow = CANCEL.format("message=halt")
    play = Play(package_of(flow, {"a": task("a", reads=["form.a"])}, FORM, services={"h": said["halt"]}))
    play.act("a").act("h", "received", post=None)
    play.amend(form__a="a1")
    assert play.open == ["a", "h"]


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        ("message=halt", {"h": "service_undescribed"}),
        ("timer=PT5H", {}),
        ("signal=halt aside", {}),
        ("error=oops", {"why": "dead_task"}),
    ],
)
def test_event_subprocesses_are_checked(start: str, wanted: dict[str, str]) -> None:
    assert problems(CANCEL.format(start)) == wanted
    stuck = CANCEL.format(start).replace(
        "h -> why -> w", "xor j\nuser more\nh -> why -> j -> w\nwhy -> more -> j"
    )
    assert {"token_left", "dead_task"} & set(problems(stuck).values())


@pytest.mark.parametrize("start", ["", "error=oops aside"])
def test_an_event_subprocess_begins_by_an_event(start: str) -> None:
    with pytest.raises(PackageError) as caught:
        read_bpmn(bpmn(CANCEL.format(start)))
    assert {problem.where: problem.code for problem in caught.value.problems} == {"halt": "start"}


# -- signals

SIGNAL = """
    start s
    and f
    user a
    throw y signal=go
    user b
    signal n on b go
    user c
    signal w go
    and j
    end z
    end x
    s -> f -> a -> y -> j -> z
    f -> b -> j
    f -> w -> j
    n -> c -> x
"""


def test_a_signal_comes_to_all_that_wait() -> None:
    flow = SIGNAL.replace("n -> c -> x", "n -> c -> j").replace("end x\n", "")
    flow = flow.replace("and j", "and j\nxor m").replace("b -> j", "b -> m -> j").replace("c -> j", "c -> m")
    play = Play(package_of(flow, {"a": task("a", reads=["form.a"])}, FORM))
    assert play.open == ["a", "b", "n", "w"]
    play.act("a")
    assert (play.open, play.effect["signals"]) == (["c"], ["go"])
    play.amend(form__a="a1")
    assert play.open == ["a", "b", "n", "w"], "what the signal set going falls with it"
    assert play.act("a").act("c").phase == "done"


# -- several starts

STARTS = "start s\nstart m message=report\nuser a\nuser b\nxor j\nend z\ns -> a -> j -> z\nm -> b -> j"


def test_a_dossier_begins_where_it_is_begun() -> None:
    package = package_of(STARTS, form=FORM)
    assert Play(package).open == ["a"]
    assert Play(package, event="m").open == ["b"]
    with pytest.raises(Refused) as refused:
        Play(package, event="a")
    assert (refused.value.code, refused.value.facts) == ("start_unknown", {"starts": ["s", "m"]})


def test_every_start_is_checked() -> None:
    assert problems(STARTS) == {"m": "service_undescribed"}
    assert problems(STARTS, services={"m": MESSAGE}) == {}
    stuck = STARTS.replace("xor j", "and j")
    assert set(problems(stuck, services={"m": MESSAGE}).values()) == {"deadlock"}
    with pytest.raises(PackageError):
        package_of(STARTS.replace(" message=report", ""))
