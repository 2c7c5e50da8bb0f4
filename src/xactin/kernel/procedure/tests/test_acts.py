"""Who may do what, when it is due, and how a dossier ends."""

from dataclasses import replace
from typing import Any

import pytest

from xactin.kernel.attestation import time_text
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.engine import Refused
from xactin.kernel.procedure.requirements.consistency import consistency
from xactin.kernel.procedure.testing import MORNING, package_of, task
from xactin.kernel.procedure.tests.play import Play

TWO = "start s\nuser receive\nuser decide\nend z\ns -> receive -> decide -> z"


def two(**said: Any) -> Play:
    decide = task("decide", limit={"working_day": 2}, **said.pop("decide", {}))
    tasks = {"receive": task("receive", limit={"working_hour": 2}), "decide": decide}
    return Play(package_of(TWO, tasks, **({"reception": "receive"} | said)))


# -- who


def test_an_act_belongs_to_its_post() -> None:
    with pytest.raises(Refused, match="wrong_post"):
        two().act("receive", post="chair")


def test_a_system_may_not_do_what_is_reserved() -> None:
    play = two(decide={"reserved": True}).act("receive", post=None)
    with pytest.raises(Refused, match="reserved"):
        play.act("decide", post=None)


def test_what_is_of_the_applicant_is_done_without_a_post() -> None:
    play = two(decide={"agency": "applicant", "post": "applicant", "reserved": True}).act("receive")
    with pytest.raises(Refused, match="reserved"):
        play.act("decide", post=None)  # a system
    assert play.act("decide", post="applicant").phase == "done"


def test_an_act_nobody_offers_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        two().act("receive", "dance")
    assert refused.value.code == "unknown_act"
    assert "advance" not in refused.value.facts["acts"]


def test_two_do_the_same_task_and_one_wins() -> None:
    play = two()
    task_id = play.task("receive").id
    play.act("receive")
    with pytest.raises(Refused, match="not_open"):
        engine.saw_of(play.package, play.state, task_id)
    for name in ("t99", "", "t2:nothing", "decide"):
        with pytest.raises(Refused, match="not_open"):
            engine.task_of(play.package, play.state, name)


def test_nothing_is_done_after_the_end() -> None:
    play = two().act("receive").act("decide")
    assert play.tasks == []
    assert engine.next_due(play.package, play.state) is None
    for verb in (lambda: play.amend(form__a="a1"), lambda: play.supply(form__a="a1")):
        with pytest.raises(Refused, match="ended"):
            verb()
    with pytest.raises(Refused, match="ended"):
        engine.withdraw(play.package, play.state, **play.common)
    with pytest.raises(Refused, match="ended"):
        engine.task_of(play.package, play.state, "t4")
    assert not play.tick()


# -- when


def test_the_limit_runs_from_receipt() -> None:
    play = two()
    assert (play.state["due"], play.phase, play.state["handled"]) == (None, "submitted", False)
    play.wait(hours=1).act("receive")
    assert play.state["received_at"] == "2026-07-20T02:00:00.000Z"
    assert play.state["due"] == play.effect["due"] == "2026-07-29T02:00:00.000Z"
    assert (play.phase, play.state["handled"]) == ("processing", False)
    assert time_text(play.task("decide").due) == "2026-07-22T02:00:00.000Z"
    assert play.effect["opened"] == [
        {"id": play.task("decide").id, "node": "decide", "due": "2026-07-22T02:00:00.000Z"}
    ]
    assert play.act("decide").state["handled"] is True


def test_received_after_three_counts_from_the_next_working_day() -> None:
    play = two().wait(hours=8).act("receive")
    assert play.state["received_at"] == "2026-07-20T09:00:00.000Z"
    assert play.state["due"] == "2026-07-30T00:30:00.000Z"


def test_without_a_reception_the_limit_runs_from_the_submission() -> None:
    play = two(reception="nobody")
    assert (play.phase, play.state["due"]) == ("processing", "2026-07-29T01:00:00.000Z")


def test_the_authority_sets_limits_within_what_is_allowed() -> None:
    said = {"authority_limits": {"decide": {"default": {"working_day": 1}, "maximum": {"working_day": 3}}}}
    usual = two(**said).act("receive")
    assert time_text(usual.task("decide").due) == "2026-07-21T01:00:00.000Z"
    own = Play(usual.package, limits={"decide": {"working_day": 3}}).act("receive")
    assert time_text(own.task("decide").due) == "2026-07-23T01:00:00.000Z"
    for limits in ({"decide": {"working_day": 4}}, {"receive": {"working_day": 1}}):
        with pytest.raises(Refused, match="limit"):
            Play(usual.package, limits=limits)


def test_silence_is_consent_to_what_could_be_seen() -> None:
    play = two(decide={"silence": "consent", "reads": ["form.a"]}).act("receive")
    due = play.task("decide").due
    assert engine.next_due(play.package, play.state) == due
    assert not play.wait(days=1, hours=23).tick()
    play.at = due
    assert play.tick()
    step = [step for step in play.state["steps"].values() if step.get("act") == "silence"]
    assert [(one["n"], one["saw"]) for one in step] == [("decide", ["form.a"])]
    assert play.phase == "done"


def test_one_tick_does_all_that_is_due_in_its_order() -> None:
    flow = "start s\nuser a\nuser b\nuser c\nend z\ns -> a -> b -> c -> z"
    quick = {"silence": "consent", "limit": {"working_hour": 1}}
    play = Play(package_of(flow, {"a": task("a", **quick), "b": task("b", **quick)}))
    assert play.wait(hours=1).tick()
    assert play.open == ["b"], "what a tick opens is due from then on"


# -- supplement


def test_the_clock_stands_while_the_applicant_is_asked() -> None:
    play = two().act("receive").wait(hours=24).act("decide", "supplement")
    assert (play.phase, play.state["due"]) == ("supplement", None)
    assert [(t.kind, t.node, t.party) for t in play.tasks] == [("supply", "supply", "applicant")]
    assert time_text(play.tasks[0].due) == "2026-07-24T01:00:00.000Z"
    with pytest.raises(Refused, match="supplement"):
        play.supply(form__a="a1").wait(hours=1).supply(form__a="a2")


@pytest.mark.parametrize(
    ("restart", "due", "task_due"),
    [
        ("zero", "2026-08-05T01:00:00.000Z", "2026-07-29T01:00:00.000Z"),
        ("resume", "2026-08-04T01:00:00.000Z", "2026-07-28T01:00:00.000Z"),
    ],
)
def test_the_clock_starts_again_by_the_rule(restart: str, due: str, task_due: str) -> None:
    play = two(supplement={"within": {"working_day": 3}, "restart": restart}).act("receive")
    play.wait(hours=24).act("decide", "supplement").wait(days=6).supply(document__x="x0")
    assert (play.phase, play.open, play.state["due"]) == ("processing", ["decide"], due)
    assert time_text(play.task("decide").due) == task_due
    assert play.act("decide").phase == "done"


def test_a_supplement_at_the_counter_starts_no_clock() -> None:
    play = two().act("receive", "supplement").wait(hours=24).supply(form__a="a1")
    assert (play.phase, play.state["due"], play.open) == ("submitted", None, ["receive"])


def test_asking_has_its_measure() -> None:
    play = two(supplement={"within": {"working_day": 3}, "times": 1}).act("receive")
    play.act("decide", "supplement").supply(form__a="a1")
    with pytest.raises(Refused, match="asked_before"):
        play.act("decide", "supplement")
    with pytest.raises(Refused, match="supplement"):
        play.supply(form__a="a2")


def test_colleagues_go_on_while_the_applicant_is_asked() -> None:
    flow = "start s\nand f\nuser a\nuser b\nand j\nuser c\nend z\ns -> f -> a -> j -> c -> z\nf -> b -> j"
    quick = task("b", silence="consent", limit={"working_hour": 1})
    play = Play(package_of(flow, {"b": quick})).act("a", "supplement")
    assert play.open == ["b", "supply"]
    assert not play.wait(days=5).tick(), "silence is not counted while the clock stands"
    waiting = next(name for name, token in play.state["tokens"].items() if "wait" in token)
    with pytest.raises(Refused, match="supplement"):
        engine.act(
            play.package, play.state, task=waiting, act="go", values=play.values, by_post="officer",
            saw={}, wrote={}, **play.common,
        )  # fmt: skip
    with pytest.raises(Refused, match="supplement"):
        play.act("b", "supplement")
    play.act("b").supply()
    assert play.open == ["a"]
    assert play.act("a").open == ["c"]


def test_no_answer_in_time_ends_it_where_the_rule_says_so() -> None:
    play = two(supplement={"within": {"working_day": 3}, "lapse": "stop"}).act("receive")
    play.act("decide", "supplement")
    assert not play.wait(days=2).tick()
    assert play.wait(days=1).tick()
    assert play.phase == "stopped"


def test_no_answer_in_time_gives_it_back_to_whoever_asked_where_the_rule_says_so() -> None:
    play = two(supplement={"within": {"working_day": 2}, "times": 1, "lapse": "resume"}).act("receive")
    play.act("decide", "supplement")
    assert not play.wait(days=1).tick()
    assert play.wait(days=1).tick()
    assert (play.phase, play.open) == ("processing", ["decide"])
    task = play.tasks[0]
    shown = engine.offered(play.package, play.state, task)
    assert {act.id for act in task.acts} - {act.id for act in shown.acts} == {"supplement"}
    with pytest.raises(Refused, match="asked_before"):
        play.act("decide", "supplement")
    assert play.act("decide", "refuse").phase == "refused"


# -- ends


def test_a_refusal_without_a_way_ends_it() -> None:
    play = two().act("receive").act("decide", "refuse")
    assert (play.phase, play.tasks, play.effect["closed"]) == (
        "refused",
        [],
        [{"id": "t4", "node": "decide"}],
    )


@pytest.mark.parametrize(("act", "phase"), [("withdraw", "withdrawn"), ("stop", "stopped")])
def test_withdrawing_and_stopping_end_it(act: str, phase: str) -> None:
    assert two().act("receive").act("decide", act).phase == phase
    play = two()
    state, effect = getattr(engine, act)(play.package, play.state, **play.common)
    assert (state["phase"], effect["phase"], state["tokens"]) == (phase, phase, {})


def test_a_refusal_goes_its_way_where_there_is_one() -> None:
    flow = """
        start s
        user decide
        xor g default=g_issue
        user issue
        user letter
        end z
        end y
        s -> decide -> g -> issue -> z
        g -> letter : acts.decide == "refuse"
        letter -> y
    """
    play = Play(package_of(flow)).act("decide", "refuse")
    assert (play.open, play.phase) == (["letter"], "processing")
    assert play.act("letter").phase == "refused"
    assert Play(package_of(flow)).act("decide").act("issue").phase == "done"
    # A return is not spoken of, so it is no way of the flow: nothing stands before `decide`.
    with pytest.raises(Refused, match="no_way"):
        Play(package_of(flow)).act("decide", "return")
    stopped = package_of(flow, ends={"y": "stopped"})
    assert Play(stopped).act("decide", "refuse").act("letter").phase == "stopped"


def test_a_refusal_never_runs_on_as_an_approval() -> None:
    flow = """
        start s
        user draft
        user decide
        xor g default=g_issue
        user issue
        end z
        s -> draft -> decide -> g -> issue -> z
        g -> draft : acts.decide == "return"
    """
    play = Play(package_of(flow)).act("draft")
    assert Play(play.package).act("draft").act("decide", "return").open == ["draft"]
    assert play.act("decide", "refuse").phase == "refused"


def test_a_refusal_taken_back_by_the_chair_is_none() -> None:
    flow = """
        start s
        user draft
        user decide
        xor g default=g_z
        end z
        s -> draft -> decide -> g -> z
        g -> draft : acts.decide == "return" && form.x > 0
    """
    package = package_of(flow, form={"x": {"type": "integer"}})
    play = Play(package, {"x": 1}).act("draft").act("decide", "return").act("draft").act("decide")
    assert play.phase == "done"


# -- price


def test_the_fee_follows_the_data() -> None:
    words = {"vi": "x", "en": "x"}
    fee = [
        {"kind": "a", "name": words, "amount": 20000},
        {"kind": "b", "name": words, "amount": "form.copies * 8000"},
    ]
    play = Play(package_of(TWO, form={"copies": {"type": "integer"}}, fee=fee), {"copies": 2})
    assert play.effect["fee"] == play.state["fee"] == 36000
    play.form["copies"] = 3
    assert play.amend(form__a="a1").state["fee"] == 44000
    with pytest.raises(Refused, match="condition_failed"):
        Play(play.package, {"copies": -9})


def test_names_of_what_is_open() -> None:
    play = two()
    assert engine.node_name(play.package, "decide") == {"vi": "decide", "en": "decide"}
    assert engine.node_name(play.package, "supply")["vi"] == "Bổ sung hồ sơ"
    assert engine.node_name(play.package, "z") == {"vi": "z", "en": "z"}
    assert engine.parts_read(play.package, play.state, "z") == set()
    assert play.task("receive").asked_at == MORNING


# -- objections


def objecting() -> Play:
    """Somebody may agree or object; who goes on against it says why."""
    opinion = task("opinion", writes=["answer.opinion"])
    words = {"vi": "Không", "en": "No"}
    opinion["acts"].append(
        {"id": "no", "kind": "advance", "label": words, "objects": True, "writes": ["answer.opinion"]}
    )
    decide = task("decide", reads=["answer.opinion"])
    answers = {"why": {"type": "string", "minLength": 3}, "note": {"type": "string"}}
    decide["acts"][0] |= {
        "despite": "why",
        "data_schema": {"type": "object", "required": ["note"], "properties": answers},
        "example": {"why": "Vì", "note": "x"},
    }
    flow = "start s\nuser opinion\nuser decide\nend z\ns -> opinion -> decide -> z"
    return Play(package_of(flow, {"opinion": opinion, "decide": decide}))


@pytest.mark.parametrize(("said", "asked"), [("go", False), ("no", True)])
def test_who_goes_on_against_an_objection_is_asked_why_and_nobody_else(said: str, asked: bool) -> None:
    play = objecting().act("opinion", said, wrote={"answer.opinion": "o1"})
    decide = play.task("decide")
    offered = decide.acts[0]
    assert offered.data_schema is not None
    assert offered.data_schema.get("required") == (["note", "why"] if asked else ["note"])
    assert ("why" in offered.data_schema["properties"]) is asked
    assert ("why" in (offered.example or {})) is asked
    assert engine.objections(play.package, play.state, decide.id) == (["answer.opinion"] if asked else [])


def test_a_reason_that_the_act_does_not_ask_for_is_a_fault_of_the_package() -> None:
    package = objecting().package
    assert "act_despite" not in {one.code for one in consistency(package, None)}
    act = replace(package.procedure.tasks["decide"].acts[0], despite="note")
    decide = replace(package.procedure.tasks["decide"], acts=(act,))
    procedure = replace(package.procedure, tasks={**package.procedure.tasks, "decide": decide})
    assert "act_despite" in {one.code for one in consistency(replace(package, procedure=procedure), None)}
