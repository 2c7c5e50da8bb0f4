"""How the people of the demo behave: when somebody turns to a task, and what they do with it.

Nothing is remembered and no clock is read: each decision is drawn from the seed, the dossier's number, the task's
token and the half day in which it came, so that a history that was interrupted goes on as it would have, and the same
seed gives the same world. Which act leads where is read from its kind; the only ids of a procedure are in
`data/truth.yaml`, where something is planted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final

from xactin.demo.people import data_file
from xactin.kernel.local import LOCAL
from xactin.kernel.procedure.description import Act

LOOKS: Final = (time(8, 40), time(10, 30), time(14, 10), time(16, 5))  # of a working day, at the inbox
# How many looks pass before a task is taken up.
_PATIENCE: Final = (0, 0, 1, 1, 1, 2)
_SLOTH: Final = 3
_SPREAD: Final = (
    -1,
    0,
    0,
    1,
)  # of an opinion that takes its time, in looks; even, so that its mean is as told


@dataclass(frozen=True)
class Errand:
    """A task that waits for somebody of the demo. `token`: which run of its node, as the engine names it."""

    number: str
    node: str
    token: str
    procedure: str
    commune: str
    since: datetime


def chance(*about: object) -> float:
    """A number in [0, 1) that is always the same for the same things."""
    digest = sha256("\n".join([str(data_file("truth.yaml")["seed"]), *map(str, about)]).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def waits(errand: Errand, start: datetime) -> int:
    """How many looks at the inbox pass before the task is taken up. `start` is when the demo's clock began."""
    truth = data_file("truth.yaml")
    slow = truth["slow"]
    if (errand.procedure, errand.node) == (slow["procedure"], slow["task"]):
        usual = len(LOOKS) * slow["usual_working_days"] + _of(_SPREAD, "patience", errand)
        return int(usual + (_planted(errand, start) and len(LOOKS) * slow["effect_working_days"]))
    looks = _of(_PATIENCE, "patience", errand)
    return (looks + 1) * _SLOTH if _slothful(errand) else looks


def minds_limits(errand: Errand) -> bool:
    """Whether who has the task takes it up before its limit passes, however long they would have waited."""
    slow = data_file("truth.yaml")["slow"]
    return (errand.procedure, errand.node) != (slow["procedure"], slow["task"]) and not _slothful(errand)


def _slothful(errand: Errand) -> bool:
    return bool(chance("sloth", *_drawn_by(errand)) * 100 < data_file("truth.yaml")["usual"]["sloth"])


def _drawn_by(errand: Errand) -> tuple[str, ...]:
    """What tells one run of a task from another: a task that comes back has the same token, on another half day."""
    return errand.number, errand.node, errand.token, f"{errand.since.astimezone(LOCAL):%Y-%m-%d %p}"


def _of(drawn: Sequence[int], about: str, errand: Errand) -> int:
    return drawn[int(chance(about, *_drawn_by(errand)) * len(drawn))]


def _planted(errand: Errand, start: datetime) -> bool:
    """Whether this opinion is one of the slow commune's, since the week in which it became slow."""
    slow = data_file("truth.yaml")["slow"]
    since = start + timedelta(weeks=slow["since_week"] - 1)
    return bool(errand.commune == slow["commune"] and errand.since >= since)


def choice(errand: Errand, acts: Sequence[Act]) -> Act:
    """What is done of what may be done: nearly always the first act that leads on."""
    usual = data_file("truth.yaml")["usual"]
    onwards = [act for act in acts if act.kind == "advance"]
    drawn, edge = chance("act", *_drawn_by(errand)) * 100, 0.0
    for kind in ("supplement", "refuse", "return"):
        edge += usual[kind]
        found = next((act for act in acts if act.kind == kind), None)
        if found is not None and drawn < edge:
            return found
    objects = len(onwards) > 1 and drawn < edge + usual["object"]
    return onwards[1] if objects else onwards[0]


def withdraws(number: str) -> bool:
    """Whether an applicant changes their mind before anything was decided."""
    return bool(chance("withdraw", number) * 100 < data_file("truth.yaml")["usual"]["withdraw"])


def said(act: Act) -> Mapping[str, Any]:
    """The data of an act: what its package gives as an example, where the act asks for any."""
    return act.example or {}
