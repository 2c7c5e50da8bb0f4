"""Acts after which a task stays open, and tasks begun at an agency that is chosen."""

from typing import Any

import pytest

from xactin.kernel.procedure import engine
from xactin.kernel.procedure.check import check
from xactin.kernel.procedure.engine import Refused
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.testing import package_of, task
from xactin.kernel.procedure.tests.play import Play
from xactin.kernel.working_time import vietnam

FLOW = """
    start s
    adhoc matter {
    user opinion
    }
    end z
    s -> matter -> z
"""
LABEL = {"vi": "x", "en": "x"}


def an_act(id: str, kind: str, **said: Any) -> dict[str, Any]:
    return {"id": id, "kind": kind, "label": LABEL, **said}


OPINION = task(
    "opinion",
    agency="chosen",
    post="any",
    started_by={"agency": "handling", "post": "officer"},
    reads=["form.a"],
    sees=["answer.*"],
    acts=[
        an_act("add", "add", writes=["answer.part"]),
        an_act("revise", "revise", revises="add"),
        an_act("dissent", "add", writes=["answer.dissent"], reads=["form.a", "answer.draft"], objects=True),
        an_act("finish", "advance"),
    ],
)
LEAD = task(
    "matter",
    reads=["form.*", "answer.*"],
    acts=[
        an_act("conclude", "advance"),
        an_act("draft", "write", writes=["answer.draft"], reads=["form.*", "answer.part"]),
    ],
)


def matter(**tasks: Any) -> Package:
    return package_of(FLOW, {"opinion": OPINION, "matter": LEAD} | tasks, {"a": {}, "b": {}})


class Matter(Play):
    """A matter being played: acts by the agency that does them."""

    def invite(self, place: str, act: str = "start") -> "Matter":
        offer = next(one for one in self.tasks if one.kind == "offer")
        return self._do(offer.id, act, "officer", place=place)

    def does(self, agency: str, act: str, value: str = "") -> "Matter":
        found = next(one for one in self.tasks if one.agency == agency and one.kind == "user")
        writes = next((one.writes for one in found.acts if one.id == act), ())
        return self._do(found.id, act, "officer", dict.fromkeys(writes, value))

    def lead(self, act: str, value: str = "") -> "Matter":
        return self.does("handling", act, value)

    def acts(self, agency: str) -> list[str]:
        found = next(one for one in self.tasks if one.agency == agency and one.kind == "user")
        return [one.id for one in found.acts]

    def _do(
        self, id: str, act: str, post: str, wrote: dict[str, str] | None = None, place: str = ""
    ) -> "Matter":
        self.state, self.effect = engine.act(
            self.package,
            self.state,
            task=id,
            act=act,
            values=self.values,
            by_post=post,
            saw=engine.saw_of(self.package, self.state, id, act),
            wrote=wrote or {},
            place=place,
            **self.common,
        )
        return self


def voided(play: Play) -> list[str]:
    return sorted(one["task"] for one in play.effect.get("voided", ()))


def test_what_is_added_stands_beside_what_others_add_and_the_tasks_stay_open() -> None:
    play = (
        Matter(matter())
        .invite("A")
        .invite("B")
        .does("A", "add", "1")
        .does("B", "add", "2")
        .does("A", "add", "3")
    )
    said = {part: one for part, one in play.state["parts"].items() if part.startswith("answer")}
    assert said == {"answer.part.0.1": "1", "answer.part.1.1": "2", "answer.part.0.2": "3"}
    assert play.open.count("opinion") == 2
    assert play.acts("A") == ["add", "revise.1", "revise.2", "finish"]
    assert play.acts("B") == ["add", "revise.1", "finish"], "nobody mends what others said"
    assert play.does("A", "finish").open.count("opinion") == 1
    assert play.lead("conclude").phase == "done"


def test_an_agency_is_asked_once_at_a_time() -> None:
    play = Matter(matter()).invite("A")
    for place, code in (("A", "placed_twice"), ("", "no_place")):
        with pytest.raises(Refused) as refused:
            play.invite(place)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        play.invite("B", "release")
    assert refused.value.code == "not_placed"
    play.does("A", "add", "1").invite("A", "release")
    assert play.open == ["matter"]
    assert "answer.part.0.1" in play.state["parts"], "what it said stands"
    assert play.invite("A").does("A", "add", "2").state["parts"]["answer.part.1.1"] == "2"


def test_what_was_relied_on_takes_exactly_that_with_it() -> None:
    play = (
        Matter(matter())
        .invite("A")
        .invite("B")
        .does("A", "add", "1")
        .does("B", "add", "2")
        .lead("draft", "d")
    )
    play.does("B", "dissent", "no")
    assert engine.objections(play.package, play.state, "t2") == ["answer.dissent.1.1"]
    play.does("A", "revise.1", "1b")
    assert voided(play) == ["matter", "opinion"]
    assert sorted(part for part in play.state["parts"] if "answer" in part) == [
        "answer.part.0.1",
        "answer.part.1.1",
    ]
    play.lead("draft", "e").does("B", "dissent", "no").lead("draft", "f")
    assert voided(play) == ["opinion"], "who spoke against the earlier draft is asked again"
    assert play.state["parts"]["answer.draft"] == "f"


def test_nobody_dissents_from_what_nobody_wrote() -> None:
    play = Matter(matter()).invite("A")
    assert (play.acts("A"), play.acts("handling")) == (["add", "finish"], ["conclude"])


def test_two_of_one_agency_that_sign_at_the_same_moment_overwrite_nothing() -> None:
    """A passkey signs what was made ready before a colleague added: it is refused, and signed again."""
    play = Matter(matter()).invite("A").does("A", "add", "1")
    task = next(one for one in play.tasks if one.agency == "A")
    with pytest.raises(Refused) as refused:
        play._do(task.id, "add", "officer", {"answer.part.0.1": "2"})
    assert (refused.value.code, refused.value.facts) == ("stale", {"changed": ["answer.part.0.1"]})


@pytest.mark.parametrize(
    ("acts", "code"),
    [
        ([an_act("add", "add")], "act_lasting"),
        ([an_act("mend", "revise", revises="gone")], "act_lasting"),
        ([an_act("go", "advance", revises="go")], "act_lasting"),
        ([an_act("add", "add", writes=["answer.x"], attaches="photo")], "act_attaches"),
        ([an_act("add", "add", writes=["answer.x"], reads=["answer.nowhere"])], "reads_unknown"),
    ],
)
def test_acts_that_nobody_could_do_are_named(acts: list[dict[str, Any]], code: str) -> None:
    package = matter(
        opinion=OPINION | {"acts": [*acts, an_act("finish", "advance")]},
        matter=LEAD | {"acts": LEAD["acts"][:1], "reads": []},
    )
    assert code in {problem.code for problem in check(package, posts=None, calendar=vietnam())}


def test_an_agency_is_chosen_only_where_a_task_is_begun() -> None:
    package = package_of(
        "start s\nuser a\nend z\ns -> a -> z", {"a": task("a", agency="chosen")}, {"a": {}, "b": {}}
    )
    assert "chosen_agency" in {problem.code for problem in check(package, posts=None, calendar=vietnam())}
