"""A step for several: at once or one after the other, each with a part of its own."""

from xactin.kernel.procedure.testing import package_of, task
from xactin.kernel.procedure.tests.play import Play

NUMBER = {"x": {"type": "integer"}}


def test_instances_at_once_each_write_a_part_of_their_own() -> None:
    agencies = ["land", "infrastructure", "environment"]
    asked = task("ask", agencies=agencies, writes=["answer.ask"])
    play = Play(package_of("start s\nuser ask *1\nuser b\nend z\ns -> ask -> b -> z", {"ask": asked}))
    assert [(t.agency, t.instance) for t in play.tasks] == list(zip(agencies, range(3), strict=True))
    play.act("ask", instance=1).act("ask", instance=0)
    assert play.open == ["ask"]
    assert play.act("ask", instance=2).open == ["b"]
    assert sorted(part for part in play.state["parts"] if part.startswith("answer")) == [
        "answer.ask.0",
        "answer.ask.1",
        "answer.ask.2",
    ]


def test_instances_in_turn() -> None:
    play = Play(
        package_of("start s\nuser a **form.x\nuser b\nend z\ns -> a -> b -> z", form=NUMBER), {"x": 3}
    )
    for index in range(3):
        assert [(t.node, t.instance) for t in play.tasks] == [("a", index)]
        play.act("a")
    assert play.open == ["b"]


def test_no_instances_is_passed_over() -> None:
    play = Play(package_of("start s\nuser a *form.x\nuser b\nend z\ns -> a -> b -> z", form=NUMBER), {"x": 0})
    assert play.open == ["b"]


def test_conditions_ask_all_instances() -> None:
    flow = """
        start s
        user a *2
        xor g default=g_bad
        user good
        user bad
        end z
        s -> a -> g -> bad -> z
        g -> good -> z
    """.replace("g -> good -> z", 'g -> good : acts.a.all(one, one == "go")\ngood -> z')
    said = {
        "a": task(
            "a",
            acts=[*task("a")["acts"], {"id": "object", "kind": "advance", "label": {"vi": "x", "en": "x"}}],
        )
    }
    assert Play(package_of(flow, said)).act("a", instance=0).act("a", instance=1).open == ["good"]
    assert Play(package_of(flow, said)).act("a", "object", instance=1).act("a", instance=0).open == ["bad"]


def test_instances_of_a_subprocess() -> None:
    flow = """
        start s
        sub p *2 {
        start ps
        user a
        user b
        end pz
        ps -> a -> b -> pz
        }
        user c
        end z
        s -> p -> c -> z
    """
    play = Play(package_of(flow))
    assert play.open == ["a", "a"]
    assert play.act("a").open == ["a", "b"]
    assert play.act("b").open == ["a"]
    assert play.act("a").act("b").open == ["c"]
