"""How a deadline looks: in words first, then in colour. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from xactin.ui.writing import local

SOON_DAYS = 2
Tone = Literal["on-time", "soon", "late", "paused", "none"]


@dataclass(frozen=True)
class Standing:
    """Where `at` stands towards `due`. `days` counts calendar days, `hours` those within today."""

    tone: Tone
    days: int = 0
    hours: int = 0
    over: bool = False


def standing(due: datetime | None, at: datetime, *, done: bool = False, paused: bool = False) -> Standing:
    """Green while more than two days remain, amber up to the due moment, red after it.

    For something finished, `at` is when it was: in time is green, too late is red.
    """
    if paused:
        return Standing("paused")
    if due is None:
        return Standing("none")
    due, at = local(due), local(at)
    late = at > due
    days = abs((due.date() - at.date()).days)
    hours = int(abs((due - at).total_seconds()) // 3600)
    if late:
        return Standing("late", days, hours, over=True)
    return Standing("on-time" if done or days > SOON_DAYS else "soon", days, hours)
