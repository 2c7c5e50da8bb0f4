"""How a deadline looks: in words first, then in colour. Time left and time over is working time.

Which moment it is, and when an office works, is told by the rooms that know (`register_time`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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


def standing_text(found: Standing, done: bool) -> str:
    """It in words; `done`: whether what was due is finished."""
    if found.tone == "paused":
        return _("Clock stopped")
    if found.tone == "none":
        return _("No time limit")
    if done:
        return _("Done too late") if found.over else _("Done in time")
    if found.days:
        late = ngettext("%(days)d working day late", "%(days)d working days late", found.days)
        left = ngettext("%(days)d working day left", "%(days)d working days left", found.days)
        return (late if found.over else left) % {"days": found.days}
    if found.hours:
        late = ngettext("%(hours)d working hour late", "%(hours)d working hours late", found.hours)
        left = ngettext("%(hours)d working hour left", "%(hours)d working hours left", found.hours)
        return (late if found.over else left) % {"hours": found.hours}
    return _("Less than a working hour late") if found.over else _("Less than a working hour left")


def brief_text(found: Standing, done: bool) -> str:
    """The same where something beside it says already that it is working time."""
    if not found.days and not found.hours:
        return standing_text(found, done)
    if found.days:
        late = ngettext("%(days)d day late", "%(days)d days late", found.days)
        left = ngettext("%(days)d day left", "%(days)d days left", found.days)
        return (late if found.over else left) % {"days": found.days}
    late = ngettext("%(hours)d hour late", "%(hours)d hours late", found.hours)
    left = ngettext("%(hours)d hour left", "%(hours)d hours left", found.hours)
    return (late if found.over else left) % {"hours": found.hours}
