"""The made-up people and how they behave: the same for the same seed, and well-formed. No database."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import pytest

from xactin.demo import people
from xactin.demo.past import conduct, looks
from xactin.demo.past.conduct import Errand
from xactin.demo.past.history import Wish
from xactin.kernel.local import LOCAL
from xactin.kernel.procedure.description import Act

WORDS = {"vi": "x", "en": "x"}
ACTS = (
    Act("go", "advance", WORDS),
    Act("no", "advance", WORDS),
    Act("more", "supplement", WORDS),
    Act("end", "refuse", WORDS),
)


def _errand(number: str = "H44.100-260803-0001", **other: object) -> Errand:
    told: dict[str, object] = {
        "number": number,
        "node": "some_task",
        "token": "t1",
        "procedure": "1.0",
        "commune": "H44.100",
        "since": datetime(2026, 8, 3, 2, tzinfo=UTC),
    }
    return Errand(**(told | other))  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_people() -> None:
    assert people.households(7, 30) == people.households(7, 30)
    assert people.households(7, 30) != people.households(8, 30)


def test_numbers_of_people_are_well_formed_and_no_two_are_the_same() -> None:
    adults = [one for home in people.households(7, 200) for one in (home.mother, home.father)]
    assert len({one.id_number for one in adults}) == len(adults)
    for one in adults:
        assert len(one.id_number) == 12
        assert one.id_number.isdigit()
        female = one.sex == "female"
        assert int(one.id_number[3]) == (2 if one.birth_date.year >= 2000 else 0) + female
        assert one.id_number[4:6] == f"{one.birth_date:%y}"
        assert one.phone.startswith("09")
        assert len(one.phone) == 10


def test_officials_look_four_times_a_working_day_and_never_on_national_day() -> None:
    start = datetime(2026, 8, 31, 0, tzinfo=UTC)
    found = looks.looks(start, datetime(2026, 9, 7, 0, tzinfo=UTC))
    days = [at.astimezone(LOCAL).date().isoformat() for at in found]
    assert set(days) == {"2026-09-03", "2026-09-04"}  # 31 August is swapped for a Saturday
    assert all(days.count(day) == len(conduct.LOOKS) for day in set(days))
    assert found == sorted(found)


def test_most_go_the_usual_way_and_some_do_not() -> None:
    chosen = [conduct.choice(_errand(f"H44.100-260803-{at:04d}"), ACTS).id for at in range(1000)]
    assert chosen == [conduct.choice(_errand(f"H44.100-260803-{at:04d}"), ACTS).id for at in range(1000)]
    assert chosen.count("go") > 900
    assert {"no", "more", "end"} <= set(chosen)


def test_what_is_drawn_depends_on_no_clock() -> None:
    """The same dossier, some milliseconds later: the same is done; another run of a task may go another way."""
    later = datetime(2026, 8, 3, 2, 0, 0, 1000, tzinfo=UTC)
    start = datetime(2026, 8, 1, tzinfo=UTC)
    for at in range(100):
        number = f"H44.100-260803-{at:04d}"
        one, other = _errand(number), _errand(number, since=later)
        assert (conduct.choice(one, ACTS), conduct.waits(one, start)) == (
            conduct.choice(other, ACTS),
            conduct.waits(other, start),
        )
    again = {conduct.waits(_errand(token=f"t{run}"), start) for run in range(50)}
    assert len(again) > 1


def test_who_is_asked_for_more_is_not_asked_for_ever() -> None:
    """The task that comes back after a supplement has the number, node and token of before; it is drawn anew."""
    came = datetime(2026, 8, 3, 2, tzinfo=UTC)
    asked = [
        at for at in range(1000) if conduct.choice(_errand(f"x-{at}", since=came), ACTS).kind == "supplement"
    ]
    again = [
        at
        for at in asked
        if conduct.choice(_errand(f"x-{at}", since=came + timedelta(days=1)), ACTS).kind == "supplement"
    ]
    assert len(again) < len(asked) / 4


@pytest.mark.parametrize("seed", [1, 240712, 99])
def test_the_planted_opinion_is_slow_there_and_then_only(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = people.data_file("truth.yaml")
    monkeypatch.setitem(truth, "seed", seed)
    slow = truth["slow"]
    start = datetime(2026, 7, 1, tzinfo=UTC)
    since = start + timedelta(weeks=slow["since_week"])

    def working_days(commune: str, since: datetime, node: str = slow["task"]) -> float:
        errands = [
            _errand(
                f"{commune}-{at:04d}", node=node, procedure=slow["procedure"], commune=commune, since=since
            )
            for at in range(600)
        ]
        return sum(conduct.waits(one, start) for one in errands) / len(errands) / len(conduct.LOOKS)

    usual = slow["usual_working_days"]
    assert abs(working_days(slow["commune"], since) - usual - slow["effect_working_days"]) < 0.05
    assert abs(working_days("H44.100", since) - usual) < 0.05
    assert abs(working_days(slow["commune"], start) - usual) < 0.05
    assert (
        abs(working_days(slow["commune"], since, "other") - working_days(slow["commune"], start, "other"))
        < 0.1
    )


def test_an_application_is_known_again_by_its_id() -> None:
    """After a kill in the middle of a look, what was sent before it is not sent a second time."""
    at = datetime(2026, 8, 3, 2, tzinfo=UTC)
    ids = [Wish(0, "1.0", 5, serial).entry(at) for serial in range(200)]
    assert ids == [Wish(9, "1.0", 7, serial).entry(at) for serial in range(200)]
    assert len(set(ids)) == 200
    assert {(one.version, one.variant) for one in ids} == {(7, RFC_4122)}
