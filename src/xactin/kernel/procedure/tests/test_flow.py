"""Each element of BPMN that is covered, walked by the engine."""

import copy

import orjson
import pytest

from xactin.kernel.procedure import engine
from xactin.kernel.procedure.engine import Refused
from xactin.kernel.procedure.testing import package_of, task
from xactin.kernel.procedure.tests.play import Play

NUMBER = {"x": {"type": "integer"}}


def test_a_sequence_is_done_in_order() -> None:
    play = Play(package_of("start s\nuser a\nuser b\nend z\ns -> a -> b -> z"))
    assert play.open == ["a"]
    assert play.act("a").open == ["b"]
    assert play.act("b").open == []
    assert play.phase == "done"


def test_nothing_given_is_changed() -> None:
    play = Play(
        package_of("start s\nand f\nuser a\nuser b\nand j\nend z\ns -> f -> a -> j -> z\nf -> b -> j")
    )
    before = copy.deepcopy(play.state)
    kept = play.state
    play.act("a").act("b")
    assert kept == before
    assert orjson.loads(orjson.dumps(play.state)) == play.state


@pytest.mark.parametrize(("x", "node"), [(1, "low"), (5, "high")])
def test_an_exclusive_gateway_takes_one_way(x: int, node: str) -> None:
    flow = """
        start s
        xor g default=g_low
        user low
        user high
        xor m
        user after
        end z
        s -> g -> low -> m
        g -> high : form.x > 3
        high -> m -> after -> z
    """
    play = Play(package_of(flow, form=NUMBER), {"x": x})
    assert play.open == [node]
    assert play.act(node).act("after").phase == "done"


def test_a_gateway_without_a_way_refuses_the_act() -> None:
    flow = """
        start s
        user a
        xor g
        user b
        end z
        s -> a -> g
        g -> b : form.x > 3
        g -> z : form.x < 3
        b -> z
    """
    play = Play(package_of(flow, form=NUMBER), {"x": 3})
    with pytest.raises(Refused) as refused:
        play.act("a")
    assert (refused.value.code, play.open) == ("no_way", ["a"])


def test_a_condition_that_cannot_be_evaluated_is_no_crash() -> None:
    flow = "start s\nuser a\nxor g default=g_z\nuser b\nend z\ns -> a -> g -> z\ng -> b : form.x > 3\nb -> z"
    play = Play(package_of(flow, form=NUMBER), {})
    with pytest.raises(Refused) as refused:
        play.act("a")
    assert refused.value.code == "condition_failed"
    assert refused.value.facts["where"] == "g_b"


def test_a_parallel_join_waits_for_all() -> None:
    flow = """
        start s
        and f
        user a
        user b
        user c
        and j
        user d
        end z
        s -> f -> a -> j -> d -> z
        f -> b -> j
        f -> c -> j
    """
    play = Play(package_of(flow))
    assert play.open == ["a", "b", "c"]
    assert play.act("b").act("a").open == ["c"]
    assert play.act("c").open == ["d"]


@pytest.mark.parametrize(("x", "asked"), [(0, ["c"]), (1, ["a"]), (2, ["a", "b"])])
def test_an_inclusive_join_waits_for_what_can_still_come(x: int, asked: list[str]) -> None:
    flow = """
        start s
        or f default=f_c
        user a
        user b
        user c
        or j
        user d
        end z
        s -> f
        f -> a : form.x > 0
        f -> b : form.x > 1
        f -> c -> j
        a -> j
        b -> j -> d -> z
    """
    play = Play(package_of(flow, form=NUMBER), {"x": x})
    assert play.open == asked
    for node in asked:
        assert "d" not in play.open
        play.act(node)
    assert play.act("d").phase == "done"


def test_an_inclusive_join_is_free_when_the_other_branch_ends_elsewhere() -> None:
    flow = """
        start s
        or f
        user a
        user b
        xor g default=g_j
        end out
        or j
        user d
        end z
        s -> f
        f -> a : form.x > 0
        f -> b : form.x > 0
        b -> g -> j -> d -> z
        g -> out : form.x > 1
        a -> j
    """
    play = Play(package_of(flow, form=NUMBER), {"x": 2})
    play.act("a")
    assert play.open == ["b"]
    assert play.act("b").open == ["d"]


def test_a_subprocess_ends_before_the_flow_goes_on() -> None:
    flow = """
        start s
        sub p {
        start ps
        and pf
        user a
        user b
        end pa
        end pb
        ps -> pf -> a -> pa
        pf -> b -> pb
        }
        user c
        end z
        s -> p -> c -> z
    """
    play = Play(package_of(flow))
    assert play.open == ["a", "b"]
    assert play.act("a").open == ["b"]
    assert play.act("b").open == ["c"]


def test_one_process_called_from_two_places() -> None:
    flow = """
        process q {
        start qs
        user look
        end qz
        qs -> look -> qz
        }
        start s
        call first q
        user between
        call second q
        end z
        s -> first -> between -> second -> z
    """
    play = Play(package_of(flow))
    for node in ("look", "between", "look"):
        assert play.open == [node]
        play.act(node)
    assert play.phase == "done"


def test_a_service_is_done_by_a_system_and_by_nobody_else() -> None:
    services = {"x": {"kind": "result.draft", "writes": ["result.draft"]}}
    play = Play(package_of("start s\nservice x\nuser a\nend z\ns -> x -> a -> z", services=services))
    assert [(t.kind, t.node) for t in play.tasks] == [("service", "x")]
    with pytest.raises(Refused, match="wrong_post"):
        play.act("x", post="officer")
    assert play.act("x", "done", post=None).open == ["a"]
    assert "result.draft" in play.state["parts"]


def test_messages_are_sent_and_awaited() -> None:
    flow = "start s\nsend m\nreceive r\nmessage w\nthrow y\nend z\ns -> m -> r -> w -> y -> z"
    play = Play(package_of(flow, services={"m": {"kind": "notify"}}))
    play.act("m", post=None)
    assert [(t.kind, t.node) for t in play.tasks] == [("message", "r")]
    play.act("r", "received", post=None)
    assert play.open == ["w"]
    assert play.act("w", "received", post=None).phase == "done"


def test_the_first_event_wins() -> None:
    flow = """
        start s
        events e
        message paid
        timer late PT48H
        user a
        user b
        end z
        s -> e -> paid -> a -> z
        e -> late -> b -> z
    """
    paid = Play(package_of(flow))
    assert paid.open == ["paid"]
    assert paid.act("paid", post=None).open == ["a"]
    late = Play(package_of(flow))
    assert not late.wait(hours=47).tick()
    assert engine.next_due(late.package, late.state) == late.wait(hours=1).at
    assert late.tick()
    assert late.open == ["b"]


def test_a_boundary_timer_interrupts() -> None:
    flow = "start s\nuser a\ntimer t on a PT4H\nuser b\nend z\ns -> a -> z\nt -> b -> z"
    play = Play(package_of(flow)).wait(hours=4)
    assert play.tick()
    assert play.open == ["b"]
    with pytest.raises(StopIteration):
        play.act("a")


def test_a_boundary_timer_beside_the_task_fires_once() -> None:
    flow = "start s\nuser a\ntimer t on a PT4H aside\nuser b\nend y\nend z\ns -> a -> z\nt -> b -> y"
    play = Play(package_of(flow, timers={"t": {"working_day": 1}}))
    first = play.task("a").id
    assert not play.wait(hours=5).tick()
    assert play.wait(hours=19).tick()
    assert (play.open, play.task("a").id) == (["a", "b"], first)
    assert not play.wait(days=9).tick()
    assert play.act("a").open == ["b"]
    assert play.act("b").phase == "done"


def test_a_boundary_message_on_a_subprocess_takes_everything_in_it() -> None:
    flow = """
        start s
        sub p {
        start ps
        and pf
        user a
        user b
        and pj
        end pz
        ps -> pf -> a -> pj -> pz
        pf -> b -> pj
        }
        message cancelled on p
        user c
        end z
        s -> p -> z
        cancelled -> c -> z
    """
    play = Play(package_of(flow)).act("a")
    assert play.open == ["b", "cancelled"]
    assert play.act("cancelled", post=None).open == ["c"]


def test_an_error_goes_up_to_who_catches_it() -> None:
    flow = """
        start s
        sub p {
        start ps
        and pf
        user a
        user b
        end bad error=oops
        end pz
        ps -> pf -> a -> bad
        pf -> b -> pz
        }
        error e on p oops
        user c
        user d
        end z
        s -> p -> d -> z
        e -> c -> z
    """
    play = Play(package_of(flow)).act("a")
    assert play.open == ["c"]
    assert Play(package_of(flow)).act("b").act("a").open == ["c"]


def test_an_act_may_throw() -> None:
    said = task("a")
    said["acts"][1] |= {"kind": "advance", "throws": "oops"}
    flow = "start s\nuser a\nerror e on a oops\nuser b\nend z\ns -> a -> z\ne -> b -> z"
    assert Play(package_of(flow, {"a": said})).act("a", "return").open == ["b"]


def test_terminate_ends_its_scope_and_no_more() -> None:
    flow = """
        start s
        sub p {
        start ps
        and pf
        user a
        user b
        end stop terminate
        end pz
        ps -> pf -> a -> stop
        pf -> b -> pz
        }
        user c
        end z
        s -> p -> c -> z
    """
    assert Play(package_of(flow)).act("a").open == ["c"]


def test_a_circle_of_gateways_is_refused() -> None:
    flow = """
        start s
        user a
        xor m
        xor g default=g_m
        user b
        end z
        s -> a -> m -> g -> m
        g -> b : form.x > 3
        b -> z
    """
    play = Play(package_of(flow, form=NUMBER), {"x": 1})
    with pytest.raises(Refused, match="endless"):
        play.act("a")


def test_a_date_of_the_form_sets_a_timer() -> None:
    flow = "start s\ntimer t form.d\nuser a\nend z\ns -> t -> a -> z"
    play = Play(package_of(flow, form={"d": {"type": "string"}}), {"d": "2026-08-01"})
    due = engine.next_due(play.package, play.state)
    assert due is not None
    assert due.isoformat() == "2026-07-31T17:00:00+00:00"
