"""When the limit of the whole begins, and how it is put off."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from xactin.kernel.attestation import parse_time, time_text
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.engine import Refused
from xactin.kernel.procedure.testing import MORNING, package_of, task
from xactin.kernel.procedure.tests.play import Play

TWO = "start s\nuser receive\nuser decide\nend z\ns -> receive -> decide -> z"


def two(**said: Any) -> Play:
    decide = task("decide", limit={"working_day": 2}, **said.pop("decide", {}))
    tasks = {"receive": task("receive", limit={"working_hour": 2}), "decide": decide}
    return Play(package_of(TWO, tasks, **({"reception": "receive"} | said)))


def test_the_due_date_is_put_off_once_before_it_has_passed_and_open_steps_with_it() -> None:
    play = two().act("receive")
    old, step = parse_time(play.state["due"]), play.task("decide").due
    assert step is not None

    def extended(state: Any, due: datetime, at: datetime) -> Any:
        return engine.extend(play.package, state, due=due, seq=2, at=at, calendar=play.calendar)

    new = old + timedelta(days=7)
    state, effect = extended(play.state, new, play.at)
    assert (parse_time(state["due"]), state["extended"]["was"]) == (new, play.state["due"])
    assert [moved["due"] for moved in effect["moved"]] == [time_text(step + timedelta(days=7))]
    assert play.state["due"] == time_text(old)
    night = new.replace(hour=16)  # 23:00 in Vietnam
    for told, due, at, why in (
        (state, new + timedelta(days=7), play.at, "asked_before"),
        (play.state, new, old + timedelta(seconds=1), "too_late"),
        (play.state, old, play.at, "not_later"),
        (play.state, night, play.at, "holiday"),
        (two().state, new, play.at, "no_due"),
    ):
        with pytest.raises(Refused, match=why):
            extended(told, due, at)


def test_a_counter_that_took_it_in_starts_the_clock() -> None:
    package = two().package
    given: dict[str, Any] = {
        "values": {"form": {}, "applicant": {}},
        "parts": {},
        "at": MORNING,
        "calendar": two().calendar,
    }
    waiting, _effect = engine.start(package, **given)
    taken, effect = engine.start(package, received=True, **given)
    assert (waiting["due"], waiting["phase"]) == (None, "submitted")
    assert (taken["received_at"], taken["phase"]) == (time_text(MORNING), "processing")
    assert effect["due"] == taken["due"]
