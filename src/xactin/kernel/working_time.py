"""Time as an authority counts it: working hours, working days, calendar days, and why a date is what it is.

A duration is a dict of unit and number: `{"working_day": 7}`, `{"working_hour": 4}`, `{"calendar_day": 2}`,
`{"same_day": True}`; elapsed time is `{"hour": 3}`, `{"minute": 20}`, `{"second": 5}`. Several units are
added in the order days, then hours. Moments are aware datetimes: UTC out, the calendar's zone inside.

What is counted:

- A moment outside working hours stands for the next moment inside them.
- `working_day`: the same time of day so many working days later (the day of receipt is not counted:
  Civil Code 2015, art. 147), no later than that day closes.
- `calendar_day`: the same time so many days later; a last day that is a day off ends with the next working
  day (Civil Code 2015, art. 148).
- `same_day`: the end of that working day. A dossier received after the cutoff counts from the next working
  day: that is `effective_start`, and concerns receipt only, not tasks within the house.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays

from xactin.kernel.canonical import canonical

Span = tuple[str, str]
Seconds = tuple[tuple[int, int], ...]

UNITS: Final = (
    "working_day",
    "calendar_day",
    "same_day",
    "working_hour",
    "working_second",
    "hour",
    "minute",
    "second",
)
OFFICE_HOURS: Final[tuple[Span, ...]] = (("07:30", "11:30"), ("13:30", "17:00"))
_ELAPSED: Final = {"hour": 3600, "minute": 60, "second": 1}
_SEARCH: Final = 400
"""Days looked through for a working one before a calendar is held to have none."""


class CalendarError(ValueError):
    """A calendar without working days, a time it cannot read, or a duration of no known unit."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """When an authority works. Frozen; `digest()` names it in the effects that used it.

    `weekly`: weekday (Monday is 0) -> spans of local time; `days_off`: day -> why (a set of days will do);
    `make_up`: a day worked instead -> its spans; `cutoff`: local time after which receipt counts as the
    next working day, or None; `tz`: the zone's name.
    """

    weekly: Mapping[int, Sequence[Span]]
    days_off: Mapping[date, str] | frozenset[date] = field(default_factory=frozenset)
    make_up: Mapping[date, Sequence[Span]] = field(default_factory=dict)
    cutoff: str | None = "15:00"
    tz: str = "Asia/Ho_Chi_Minh"

    def __post_init__(self) -> None:
        for spans in (*self.weekly.values(), *self.make_up.values()):
            ends = [0, *(_seconds(moment) for span in spans for moment in span)]
            if any(later < sooner for sooner, later in pairwise(ends)):
                raise CalendarError("spans of a day must follow each other")
        if not any(self.weekly.values()):
            raise CalendarError("a calendar needs a working day")

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @cached_property
    def _week(self) -> tuple[Seconds, ...]:
        return tuple(_spans(self.weekly.get(day, ())) for day in range(7))

    @cached_property
    def _made_up(self) -> dict[date, Seconds]:
        return {day: _spans(spans) for day, spans in self.make_up.items()}

    @cached_property
    def _cutoff(self) -> int | None:
        return None if self.cutoff is None else _seconds(self.cutoff)

    def spans(self, day: date) -> Seconds:
        """The working spans of a local day, in seconds after midnight; none on a day off."""
        if day in self._made_up:
            return self._made_up[day]
        return () if day in self.days_off else self._week[day.weekday()]

    @cached_property
    def _digest(self) -> str:
        off = self.days_off if isinstance(self.days_off, Mapping) else dict.fromkeys(self.days_off, "")
        described = {
            "weekly": {str(day): [list(span) for span in spans] for day, spans in self.weekly.items()},
            "days_off": sorted(day.isoformat() for day in off),
            "make_up": {day.isoformat(): [list(s) for s in spans] for day, spans in self.make_up.items()},
            "cutoff": self.cutoff,
            "tz": self.tz,
        }
        return sha256(canonical(described)).hexdigest()

    def digest(self) -> str:
        """Hex sha256 over all that can change a date."""
        return self._digest


@dataclass(frozen=True)
class DayNote:
    """One local day on the way to a date: whether it was counted, as which (from 1), and why."""

    date: date
    counted: bool
    number: int
    vi: str
    en: str


def calendar_from(data: Mapping[str, Any]) -> Calendar:
    """A calendar from what an authority sets, all of it optional:

    `weekly` {"0": [["07:30", "11:30"], ...], ...}; `holidays` country code ("VN", or "" for none) with
    `years` [first, last]; `days_off` {"2026-01-02": why} or a list of days, `worked` [days] taken back from
    holidays, `make_up` {"2026-01-10": spans} or a list of days with the hours of a Monday; `cutoff`; `tz`.
    The authority's own days win over the holidays'.
    """
    given = data.get("weekly")
    weekly: dict[int, tuple[Span, ...]] = (
        dict.fromkeys(range(5), OFFICE_HOURS)
        if given is None
        else {int(day): tuple((str(a), str(b)) for a, b in spans) for day, spans in given.items()}
    )
    first, last = data.get("years", (2020, 2045))
    known, swapped = _holidays(str(data.get("holidays", "VN")), int(first), int(last))
    usual = weekly.get(0, OFFICE_HOURS)
    make_up = dict.fromkeys(swapped, usual)
    own = data.get("make_up", {})
    for day in own:
        make_up[_day(day)] = (
            tuple((str(a), str(b)) for a, b in own[day]) if isinstance(own, Mapping) else usual
        )
    off = dict(known)
    for day in data.get("worked", ()):
        off.pop(_day(day), None)
    own_off = data.get("days_off", {})
    for day in own_off:
        off[_day(day)] = str(own_off[day]) if isinstance(own_off, Mapping) else ""
        make_up.pop(_day(day), None)
    return Calendar(
        weekly=weekly,
        days_off=off,
        make_up=make_up,
        cutoff=data.get("cutoff", "15:00"),
        tz=str(data.get("tz", "Asia/Ho_Chi_Minh")),
    )


@lru_cache(maxsize=1)
def vietnam() -> Calendar:
    """Office hours and public holidays of Viet Nam, with the swap of 2 January 2026 that `holidays` lacks."""
    return calendar_from(
        {"days_off": {"2026-01-02": "Nghỉ hoán đổi với thứ Bảy 10/01/2026"}, "make_up": ["2026-01-10"]}
    )


def effective_start(at: datetime, calendar: Calendar) -> datetime:
    """From when what was received at `at` counts: after the cutoff, when the next working day opens."""
    day, second = _working_moment(*_local(at, calendar), calendar)
    local_day, local_second = _local(at, calendar)
    if day == local_day and calendar._cutoff is not None and local_second > calendar._cutoff:
        day = _working_day(day + timedelta(1), 1, calendar)
        second = calendar.spans(day)[0][0]
    return _utc(day, second, calendar)


def add_working(start: datetime, duration: Mapping[str, Any], calendar: Calendar) -> datetime:
    """The moment a duration after `start`, in UTC. Raises CalendarError for a unit nobody knows."""
    moment = start
    for unit in _units(duration):
        moment = _step(moment, unit, duration[unit], calendar)
    return moment.astimezone(UTC)


def subtract_working(end: datetime, duration: Mapping[str, Any], calendar: Calendar) -> datetime:
    """The latest working moment from which `duration` reaches `end`: the inverse of `add_working`.

    `same_day` has no inverse and counts from that day's opening.
    """
    moment = end
    for unit in reversed(_units(duration)):
        if unit == "same_day":
            day, _ = _working_before(*_local(moment, calendar), calendar)
            moment = _utc(day, calendar.spans(day)[0][0], calendar)
        else:
            moment = _step(moment, unit, -int(duration[unit]), calendar)
    return moment.astimezone(UTC)


def working_between(start: datetime, end: datetime, calendar: Calendar) -> int:
    """Working seconds from `start` to `end`; negative when `end` is earlier."""
    if end < start:
        return -working_between(end, start, calendar)
    (first, since), (last, until) = _local(start, calendar), _local(end, calendar)
    total, day = 0, first
    while day <= last:
        total += _overlap(calendar.spans(day), since if day == first else 0, until if day == last else 86_400)
        day += timedelta(1)
    return total


def explain(start: datetime, duration: Mapping[str, Any], calendar: Calendar) -> list[DayNote]:
    """Day by day, how `add_working(start, duration)` came to its date; the last note is the last day."""
    end = add_working(start, duration, calendar)
    last, _ = _local(end, calendar)
    received, _ = _local(start, calendar)
    first, _ = _working_moment(*_local(start, calendar), calendar)
    by_hours = all(unit not in duration for unit in ("working_day", "calendar_day", "same_day"))
    every_day = "calendar_day" in duration
    notes: list[DayNote] = []
    number, day = 0, min(received, last)
    while day <= last:
        worked, counted = bool(calendar.spans(day)), False
        if day == first and not by_hours and "same_day" not in duration:
            vi, en = "Ngày tiếp nhận, chưa tính", "Day of receipt, not counted"
        elif day < first:
            vi, en = "Chưa tính: ngoài giờ làm việc", "Not counted yet: outside working hours"
        elif worked or every_day:
            counted = True
            number += 1
            vi, en = f"Ngày thứ {number}", f"Day {number}"
            if day in calendar.make_up:
                vi, en = f"{vi} (làm bù)", f"{en} (make-up day)"
        else:
            vi, en = _why_off(day, calendar)
        notes.append(DayNote(day, counted, number if counted else 0, vi, en))
        day += timedelta(1)
    return notes


def longest(durations: Sequence[Mapping[str, Any]], calendar: Calendar) -> int:
    """The working seconds of a sum of durations in an ordinary week, for comparing limits with each other."""
    return sum(_usual(duration, calendar) for duration in durations)


def _usual(duration: Mapping[str, Any], calendar: Calendar) -> int:
    lengths = [sum(end - start for start, end in spans) for spans in calendar._week if spans]
    day = max(lengths)
    seconds = {
        "working_day": day,
        "same_day": day,
        "calendar_day": day * len(lengths) // 7,
        "working_hour": 3600,
        "working_second": 1,
        "hour": 3600 * day // 86_400,
        "minute": 60 * day // 86_400,
        "second": 0,
    }
    return sum(seconds[unit] * int(duration[unit]) for unit in _units(duration))


@lru_cache(maxsize=512)
def _parsed(moment: str) -> int:
    hours, _, minutes = moment.partition(":")
    if not (hours.isdigit() and minutes.isdigit()) or int(hours) > 24 or int(minutes) > 59:
        raise CalendarError(f"not a time of day: {moment}")
    return int(hours) * 3600 + int(minutes) * 60


def _seconds(moment: str) -> int:
    return _parsed(str(moment))


def _spans(spans: Sequence[Span]) -> Seconds:
    return tuple((_seconds(start), _seconds(end)) for start, end in spans)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


@lru_cache(maxsize=16)
def _holidays(country: str, first: int, last: int) -> tuple[dict[date, str], frozenset[date]]:
    """Public holidays by day, and the weekend days that a government decision made working days."""
    if not country:
        return {}, frozenset()
    known = holidays.country_holidays(country, years=range(first, last + 1), language="vi")
    return dict(known.items()), frozenset(getattr(known, "weekend_workdays", ()))


def _local(moment: datetime, calendar: Calendar) -> tuple[date, int]:
    """Local day and second of the day; finer digits are cut off."""
    if moment.tzinfo is None:
        raise CalendarError("a time without zone has no meaning here")
    local = moment.astimezone(calendar.zone)
    return local.date(), local.hour * 3600 + local.minute * 60 + local.second


def _utc(day: date, second: int, calendar: Calendar) -> datetime:
    local = datetime(day.year, day.month, day.day, tzinfo=calendar.zone) + timedelta(seconds=second)
    return local.astimezone(UTC)


def _units(duration: Mapping[str, Any]) -> list[str]:
    """The units of a duration in the order they are counted."""
    unknown = [unit for unit in duration if unit not in UNITS]
    if unknown or not duration:
        raise CalendarError(f"not a duration: {dict(duration)}")
    for unit, count in duration.items():
        if type(count) is not (bool if unit == "same_day" else int) or int(count) < 0:
            raise CalendarError(f"not a number of {unit}: {count!r}")
    return [unit for unit in UNITS if unit in duration and duration[unit] is not False]


def _days(day: date, direction: int, calendar: Calendar) -> Iterator[date]:
    """Working days from `day` on, itself included."""
    without = 0
    while without < _SEARCH:
        if calendar.spans(day):
            without = 0
            yield day
        without += 1
        day += timedelta(direction)
    raise CalendarError("a calendar needs a working day")


def _working_day(day: date, direction: int, calendar: Calendar) -> date:
    return next(_days(day, direction, calendar))


def _working_moment(day: date, second: int, calendar: Calendar) -> tuple[date, int]:
    """The first working moment not before this one."""
    for start, end in calendar.spans(day):
        if second < end:
            return day, max(second, start)
    day = _working_day(day + timedelta(1), 1, calendar)
    return day, calendar.spans(day)[0][0]


def _working_before(day: date, second: int, calendar: Calendar) -> tuple[date, int]:
    """The last working moment not after this one."""
    for start, end in reversed(calendar.spans(day)):
        if second > start:
            return day, min(second, end)
    day = _working_day(day - timedelta(1), -1, calendar)
    return day, calendar.spans(day)[-1][1]


def _overlap(spans: Seconds, since: int, until: int) -> int:
    return sum(max(0, min(end, until) - max(start, since)) for start, end in spans)


def _step(moment: datetime, unit: str, count: int, calendar: Calendar) -> datetime:
    """One unit forwards (`count` > 0) or backwards."""
    if unit in _ELAPSED:
        return moment + timedelta(seconds=count * _ELAPSED[unit])
    day, second = _local(moment, calendar)
    if unit == "calendar_day":
        return _calendar_days(day, second, count, calendar)
    forward = count >= 0
    normal = _working_moment if forward else _working_before
    day, second = normal(day, second, calendar)
    if unit == "same_day":
        second = calendar.spans(day)[-1][1]
    elif unit == "working_day":
        days = _days(day, 1 if forward else -1, calendar)
        for _ in range(abs(count) + 1):
            day = next(days)
        day, second = day, _inside(calendar.spans(day), second)
    else:
        wanted = abs(count) * (3600 if unit == "working_hour" else 1)
        day, second = (_forward if forward else _backward)(day, second, wanted, calendar)
    return _utc(day, second, calendar)


def _inside(spans: Seconds, second: int) -> int:
    """The same time of day on a day with these hours: no earlier than it opens, no later than it closes."""
    ends = [end for _, end in spans]
    index = bisect_left(ends, second)
    if index == len(spans):
        return ends[-1]
    starts = [start for start, _ in spans]
    # In a lunch break that this day has and the first one had not: the morning's end.
    return second if bisect_right(starts, second) > index else ends[index - 1] if index else starts[0]


def _calendar_days(day: date, second: int, count: int, calendar: Calendar) -> datetime:
    last = day + timedelta(count)
    if calendar.spans(last):
        return _utc(last, _inside(calendar.spans(last), second), calendar)
    last = _working_day(last, 1 if count >= 0 else -1, calendar)
    return _utc(last, calendar.spans(last)[-1][1], calendar)


def _forward(day: date, second: int, wanted: int, calendar: Calendar) -> tuple[date, int]:
    for found in _days(day, 1, calendar):
        for start, end in calendar.spans(found):
            start = max(start, second) if found == day else start
            if end - start >= wanted and start <= end:
                return found, start + wanted
            wanted -= max(0, end - start)
    raise CalendarError("a calendar needs a working day")


def _backward(day: date, second: int, wanted: int, calendar: Calendar) -> tuple[date, int]:
    for found in _days(day, -1, calendar):
        for start, end in reversed(calendar.spans(found)):
            end = min(end, second) if found == day else end
            if end - start >= wanted and start <= end:
                return found, end - wanted
            wanted -= max(0, end - start)
    raise CalendarError("a calendar needs a working day")


def _why_off(day: date, calendar: Calendar) -> tuple[str, str]:
    if day in calendar.days_off:
        name = calendar.days_off[day] if isinstance(calendar.days_off, Mapping) else ""
        return f"Nghỉ: {name or 'ngày nghỉ'}", f"Off: {name or 'day off'}"
    return "Nghỉ cuối tuần", "Weekend"
