"""What was seen is signed: a part written anew takes back exactly the acts that saw it."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xactin.kernel.canonical import canonical
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.engine import Refused
from xactin.kernel.procedure.flow import undo
from xactin.kernel.procedure.testing import package_of, task, written
from xactin.kernel.procedure.tests.play import Play

CONSULT = """
    start s
    user receive
    and f
    user land
    user roads
    and j
    user appraise
    service draft
    user approve
    xor g default=g_issue
    user issue
    end z
    s -> receive -> f -> land -> j -> appraise -> draft -> approve -> g -> issue -> z
    f -> roads -> j
    g -> appraise : acts.approve == "return"
"""


def consult(receive_reads: list[str] | None = None, **said: Any) -> Play:
    tasks = {
        "receive": task("receive", reads=receive_reads or []),
        "land": task("land", reads=["form.a"], writes=["answer.land"]),
        "roads": task("roads", reads=["form.b"], writes=["answer.roads"]),
        # Not its own answer, or each new appraisal would have to wait for itself.
        "appraise": task(
            "appraise", reads=["form.*", "answer.land", "answer.roads"], writes=["answer.appraisal"]
        ),
        "approve": task("approve", reads=["result.draft"]),
        "issue": task("issue", reads=["result.draft"], irrevocable=True),
    }
    services = {"draft": {"kind": "result.draft", "reads": ["answer.appraisal"], "writes": ["result.draft"]}}
    return Play(package_of(CONSULT, tasks, services=services, reception="receive", **said))


def answered(play: Play) -> Play:
    return play.act("receive").act("land").act("roads")


def approved(play: Play) -> Play:
    return answered(play).act("appraise").act("draft", post=None).act("approve")


def test_the_sibling_waits_at_the_join() -> None:
    play = answered(consult()).amend(form__b="b1")
    assert (play.open, play.voided) == (["roads"], ["roads"])
    assert "answer.land" in play.state["parts"]
    assert "answer.roads" not in play.state["parts"]
    assert play.act("roads").open == ["appraise"]


def test_what_saw_a_fallen_answer_falls_with_it() -> None:
    play = approved(consult()).amend(form__a="a1")
    assert play.open == ["land"]
    assert play.voided == ["appraise", "approve", "draft", "land"]
    assert set(play.state["parts"]) == {"form.a", "form.b", "answer.roads"}


def test_an_answer_stands_again_when_the_flow_comes_by() -> None:
    play = answered(consult(receive_reads=["form.*"])).amend(form__b="b1")
    assert (play.open, play.voided) == (["receive"], ["receive", "roads"])
    play.act("receive")
    assert play.open == ["roads"]
    assert play.act("roads").open == ["appraise"]


def test_an_answer_kept_falls_when_its_own_content_changes_meanwhile() -> None:
    play = answered(consult(receive_reads=["form.*"])).amend(form__b="b1").amend(form__a="a1")
    assert play.voided == ["land"]
    assert play.act("receive").open == ["land", "roads"]
    assert "answer.land" not in play.state["parts"]


def test_an_answer_kept_is_asked_again_when_there_is_more_to_see() -> None:
    tasks = {
        "receive": task("receive", reads=["form.*"]),
        "look": task("look", reads=["document.*"], writes=["answer.look"]),
    }
    flow = "start s\nuser receive\nuser look\nuser after\nend z\ns -> receive -> look -> after -> z"
    play = Play(package_of(flow, tasks), parts={"form.a": "a0", "document.plan": "p0"})
    play.act("receive").act("look").amend(form__a="a1")
    assert play.open == ["receive"]
    play.amend(document__photo="q0").act("receive")
    assert (play.open, play.voided) == (["look"], ["look"])


def test_the_same_content_is_nothing_new() -> None:
    play = answered(consult())
    before = play.state
    play.amend(form__a="a0")
    assert {**play.state} == {**before}
    assert play.voided == []


def test_new_content_that_nobody_saw_voids_nothing() -> None:
    play = answered(consult()).amend(document__photo="p0")
    assert (play.open, play.voided) == (["appraise"], [])


def test_what_is_issued_cannot_be_changed_any_more() -> None:
    flow = CONSULT.replace("issue -> z", "issue -> after -> z").replace("end z", "user after\nend z")
    play = approved(_with_flow(flow)).act("issue")
    before = play.state
    for change in (lambda: play.amend(form__a="a1"), lambda: play.act("after", "stop")):
        with pytest.raises(Refused, match="irrevocable"):
            change()
    assert play.state is before
    assert play.act("after").phase == "done"


def _with_flow(flow: str) -> Play:
    said = written(consult().package)
    tasks = {**said["tasks"], "after": task("after")}
    return Play(package_of(flow, tasks, services=said["services"], reception="receive"))


def test_appraising_again_after_a_return_takes_nothing_back() -> None:
    play = answered(consult()).act("appraise").act("draft", post=None).act("approve", "return")
    assert (play.open, play.voided) == (["appraise"], [])
    play.act("appraise")
    assert play.voided == []
    play.act("draft", post=None)
    assert play.act("approve").open == ["issue"]


def test_a_part_written_anew_within_the_flow_takes_the_acts_beside_it() -> None:
    flow = """
        start s
        user first
        and f
        user again
        user reader
        and j
        user last
        end z
        s -> first -> f -> again -> j -> last -> z
        f -> reader -> j
    """
    tasks = {
        "first": task("first", writes=["answer.x"]),
        "again": task("again", reads=["answer.x"], writes=["answer.x"]),
        "reader": task("reader", reads=["answer.x"]),
    }
    play = Play(package_of(flow, tasks)).act("first").act("reader")
    play.act("again")
    assert (play.open, play.voided) == (["reader"], ["reader"])
    assert play.act("reader").open == ["last"]


def test_taking_back_a_second_answer_gives_back_the_first() -> None:
    flow = "start s\nuser a\nuser b\nuser c\nend z\ns -> a -> b -> c -> z"
    tasks = {
        "a": task("a", writes=["answer.x"]),
        "b": task("b", reads=["form.b"], writes=["answer.x"]),
    }
    play = Play(package_of(flow, tasks)).act("a")
    first = play.state["parts"]["answer.x"]
    play.act("b")
    assert play.state["parts"]["answer.x"] != first
    play.amend(form__b="b1")
    assert (play.open, play.state["parts"]["answer.x"]) == (["b"], first)


def test_a_return_without_a_way_reopens_the_task_before() -> None:
    play = Play(package_of("start s\nuser a\nservice x\nuser b\nend z\ns -> a -> x -> b -> z"))
    play.act("a").act("x", post=None).act("b", "return")
    assert (play.open, play.voided) == (["a"], ["a", "x"])
    with pytest.raises(Refused, match="no_way"):
        play.act("a", "return")


def test_one_of_several_instances_is_asked_again() -> None:
    asked = task("ask", agencies=["land", "roads"], reads=["form.a"], writes=["answer.ask"])
    play = Play(package_of("start s\nuser ask *1\nuser b\nend z\ns -> ask -> b -> z", {"ask": asked}))
    play.act("ask", instance=0).act("ask", instance=1)
    assert play.open == ["b"]
    assert play.amend(form__a="a1").open == ["ask", "ask"]
    play.act("ask", instance=0)
    assert play.amend(form__b="b1").voided == []
    assert play.act("ask", instance=1).open == ["b"]


def test_a_stale_act_is_told_what_changed() -> None:
    play = consult().act("receive")
    seen = engine.saw_of(play.package, play.state, play.task("land").id)
    play.amend(form__a="a1")
    with pytest.raises(Refused) as refused:
        play.act("land", saw=seen)
    assert (refused.value.code, refused.value.facts) == ("stale", {"changed": ["form.a"]})


def test_an_act_that_leaves_out_a_part_it_reads_is_refused() -> None:
    """Whoever was not shown a part has not decided about it, whether they saw it empty or not at all."""
    play = answered(consult())
    seen = engine.saw_of(play.package, play.state, play.task("appraise").id)
    for part in seen:
        with pytest.raises(Refused) as refused:
            play.act("appraise", saw={name: said for name, said in seen.items() if name != part})
        assert (refused.value.code, refused.value.facts) == ("stale", {"changed": [part]})
    with pytest.raises(Refused, match="stale"):
        play.act("appraise", saw=seen | {"form.c": "c0"})
    assert play.act("appraise", saw=seen).open == ["draft"]


@pytest.mark.parametrize(
    ("reads", "act", "falls"),
    [(["form.b"], "go", False), ([], "go", True), (["form.b"], "back", True)],
    ids=["saw what is still so", "saw nothing", "decided to go back"],
)
def test_what_followed_a_fallen_act_stands_only_for_content(reads: list[str], act: str, falls: bool) -> None:
    flow = """
        start s
        user first
        user second
        xor g default=g_last
        user last
        end z
        s -> first -> second -> g -> last -> z
        g -> other : acts.second == "back"
        user other
        other -> last
    """
    second = task("second", reads=reads)
    second["acts"] = [one | ({"id": "back"} if one["kind"] == "return" else {}) for one in second["acts"]]
    play = Play(package_of(flow, {"first": task("first", reads=["form.a"]), "second": second}))
    play.act("first").act("second", act).amend(form__a="a1")
    assert play.open == ["first"]
    assert play.voided == (["first", "second"] if falls else ["first"])
    assert play.act("first").open == (["second"] if falls else ["last"])


def test_a_colleague_beside_is_not_disturbed() -> None:
    play = consult().act("receive")
    land = play.task("land")
    seen = engine.saw_of(play.package, play.state, land.id)
    play.act("roads").amend(form__b="b1")
    assert play.act("land", saw=seen).open == ["roads"]


def test_an_act_may_only_write_what_it_says() -> None:
    with pytest.raises(Refused, match="wrote"):
        consult().act("receive", wrote={"answer.land": "x"})


# -- by property: whatever is done in whatever order, the state is what it says


def _holds(play: Play) -> None:
    """The laws of a state."""
    state = play.state
    made = {token for step in state["steps"].values() for token in step["out"]}
    taken = [token for step in state["steps"].values() for token in step["in"]]
    assert len(taken) == len(set(taken)), "a token is consumed once"
    if play.phase not in engine.ENDED:
        assert set(state["tokens"]) == made - set(taken), "tokens are what was made and not taken"
    assert set(state["parts"]) == set(state["written"])
    for name, step in (*state["steps"].items(), *state["kept"].items()):
        for part in step.get("saw", ()):
            writers = [other for other in state["steps"].values() if part in other.get("wrote", ())]
            later = [other for other in writers if other["seq"] == state["written"].get(part)]
            if part in state["written"] and state["written"][part] > step["seq"]:
                assert later, f"{name} stands although {part}, which it saw, was changed from outside"


def _move(play: Play, move: str, which: int, number: int) -> None:
    if move in ("a", "b"):
        play.amend(**{f"form__{move}": f"{move}{number}"})
        return
    chosen = play.tasks[which % len(play.tasks)]
    play.act(chosen.node, "return" if move == "return" and chosen.kind == "user" else "")


moves = st.lists(
    st.tuples(st.sampled_from(["act", "act", "act", "a", "b", "return"]), st.integers(0, 5)), max_size=25
)


def _stored(value: Any) -> Any:
    """A state as it comes back from `jsonb`: keys ordered by length, then bytes."""
    if isinstance(value, dict):
        return {key: _stored(value[key]) for key in sorted(value, key=lambda key: (len(key), key))}
    return [_stored(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=150)
@given(moves, st.booleans())
def test_any_order_of_acts_and_changes_keeps_the_state_whole(
    moves: list[tuple[str, int]], reads: bool
) -> None:
    play, twin = (consult(receive_reads=["form.*"] if reads else []) for _ in range(2))
    for number, (move, which) in enumerate(moves):
        if play.phase in engine.ENDED:
            break
        for one in (play, twin):
            try:
                _move(one, move, which, number)
            except Refused as refused:
                if refused.code not in ("irrevocable", "no_way"):
                    raise
        _holds(play)
        assert canonical(play.state) == canonical(twin.state), (
            "what is decided depends on how a state is stored"
        )
        assert canonical(play.effect) == canonical(twin.effect)
        twin.state = _stored(twin.state)
    while play.phase not in engine.ENDED:
        play.act(play.tasks[0].node)
        _holds(play)
    assert play.phase == "done"
    acts = {step["n"] for step in play.state["steps"].values() if "act" in step}
    assert acts == {"receive", "land", "roads", "appraise", "draft", "approve", "issue"}


def test_what_was_written_over_a_fallen_act_stays() -> None:
    """Each of the two acts wrote the part; the later one stands, and so does what it wrote."""
    walk: Any = SimpleNamespace(voided=[], parts={"answer.a": "later"}, written={"answer.a": 5})
    undo._forget(walk, {"n": "a", "seq": 3, "wrote": ["answer.a"], "was": {"answer.a": ["first", 1]}})
    assert (walk.parts, walk.written) == ({"answer.a": "later"}, {"answer.a": 5})
    undo._forget(walk, {"n": "b", "seq": 5, "wrote": ["answer.a"], "was": {"answer.a": ["first", 1]}})
    assert (walk.parts, walk.written) == ({"answer.a": "first"}, {"answer.a": 1})
    assert [one["task"] for one in walk.voided] == ["a", "b"]
