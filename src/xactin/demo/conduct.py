"""How the people of the demo behave: when somebody turns to a task, and what they do with it.

Nothing is remembered: each decision is drawn from the seed, the dossier's number and the task, so that a history
that was interrupted goes on as it would have, and the same seed gives the same world. Which act leads where is
read from its kind; the only ids of a procedure are in `data/truth.yaml`, where something is planted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from xactin.demo.people import data_file
from xactin.kernel.procedure.description import Act

# Of a working day's four looks at the inbox, how many pass before a task is taken up.
_PATIENCE: Final = (0, 0, 1, 1, 1, 2)
_SLOTH: Final = 3
LOOKS_A_DAY: Final = 4


@dataclass(frozen=True)
class Errand:
    """A task that waits for somebody of the demo."""

    number: str
    node: str
    procedure: str
    commune: str
    since: datetime
    acts: Sequence[Act]


def chance(*about: object) -> float:
    """A number in [0, 1) that is always the same for the same things."""
    digest = sha256("\n".join([str(data_file("truth.yaml")["seed"]), *map(str, about)]).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def waits(errand: Errand, start: datetime) -> int:
    """How many looks at the inbox pass before the task is taken up. `start` is when the demo's clock began."""
    usual = data_file("truth.yaml")["usual"]
    looks = _PATIENCE[int(chance("patience", errand.number, errand.node, errand.since) * len(_PATIENCE))]
    if chance("sloth", errand.number, errand.node) * 100 < usual["sloth"]:
        looks = (looks + 1) * _SLOTH
    return looks * _slow(errand, start) if _is_slow(errand, start) else looks


def _is_slow(errand: Errand, start: datetime) -> bool:
    slow = data_file("truth.yaml")["slow"]
    return bool(
        (errand.procedure, errand.node, errand.commune) == (slow["procedure"], slow["task"], slow["commune"])
        and errand.since >= start + timedelta(weeks=slow["since_week"] - 1)
    )


def _slow(errand: Errand, start: datetime) -> int:
    return int(data_file("truth.yaml")["slow"]["factor"])


def choice(errand: Errand) -> Act:
    """What is done: nearly always the first act that leads on."""
    usual = data_file("truth.yaml")["usual"]
    onwards = [act for act in errand.acts if act.kind == "advance"]
    drawn, edge = chance("act", errand.number, errand.node, errand.since) * 100, 0.0
    for kind in ("supplement", "refuse", "return"):
        edge += usual[kind] / 3
        found = next((act for act in errand.acts if act.kind == kind), None)
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
