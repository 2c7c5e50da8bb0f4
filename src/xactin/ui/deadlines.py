"""How a deadline looks: in words first, then in colour. Time left and time over is working time.

Which moment it is, and when an office works, is told by the rooms that know (`register_time`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.utils import timezone

SOON_DAYS: Final = 2
Tone = Literal["on-time", "soon", "late", "paused", "none"]
Place = object
"""Whose working hours count: what the room that registered makes of it; None for the usual ones."""


@dataclass(frozen=True)
class Standing:
    """Where a moment stands towards a due time: so many whole working days, and working hours beside them."""

    tone: Tone
    days: int = 0
    hours: int = 0
    over: bool = False


@dataclass(frozen=True)
class Time:
    """`now`; the seconds that an office works between two moments; the seconds of its usual day."""

    now: Callable[[], datetime]
    between: Callable[[datetime, datetime, Place], int]
    day: Callable[[Place], int]


def _elapsed(since: datetime, until: datetime, _place: Place) -> int:
    return int((until - since).total_seconds())


USUAL: Final = Time(timezone.now, _elapsed, lambda _place: 86_400)
"""By the real clock, around the clock: where no room has said otherwise."""
_times: list[Time] = [USUAL]


def register_time(time: Time) -> None:
    """Says by which clock and calendars deadlines are told; before, it is `USUAL`."""
    _times[:] = [time]


def now() -> datetime:
    """The moment it is, by the one clock."""
    return _times[0].now()


def standing(
    due: datetime | None, at: datetime, *, done: bool = False, paused: bool = False, place: Place = None
) -> Standing:
    """Green while more than two working days remain, amber up to the due moment, red after it.

    For something finished, `at` is when it was: in time is green, too late is red.
    """
    if paused:
        return Standing("paused")
    if due is None:
        return Standing("none")
    time, over = _times[0], at > due
    first, last = (due, at) if over else (at, due)
    seconds, day = time.between(first, last, place), time.day(place)
    days, hours = seconds // day, seconds % day // 3600
    if over:
        return Standing("late", days, hours, over=True)
    return Standing("on-time" if done or seconds > SOON_DAYS * day else "soon", days, hours)
