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
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from xactin.kernel.calendars import Calendar, CalendarError, Seconds, calendar_from, vietnam

__all__ = [
    "Calendar",
    "CalendarError",
    "DayNote",
    "add_working",
    "calendar_from",
    "effective_start",
    "explain",
    "longest",
    "subtract_working",
    "vietnam",
    "working_between",
]

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
_ELAPSED: Final = {"hour": 3600, "minute": 60, "second": 1}
_SEARCH: Final = 400
"""Days looked through for a working one before a calendar is held to have none."""


@dataclass(frozen=True)
class DayNote:
    """One local day on the way to a date: whether it was counted, as which (from 1), and why."""

    date: date
    counted: bool
    number: int
    vi: str
    en: str


def effective_start(at: datetime, calendar: Calendar) -> datetime:
    """From when what was received at `at` counts: after the cutoff, when the next working day opens."""
    day, second = _working_moment(*_local(at, calendar), calendar)
    local_day, local_second = _local(at, calendar)
    if day == local_day and calendar.cutoff_second is not None and local_second > calendar.cutoff_second:
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
    found = _Told(calendar)
    moment = start
    for unit in _units(duration):
        end = _step(moment, unit, duration[unit], calendar)
        found.unit(unit, int(duration[unit]), moment, end)
        moment = end
    return list(found.notes.values())


class _Told:
    """The notes of a duration, unit after unit; days that were told already stand."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.notes: dict[date, DayNote] = {}
        self.number = 0

    def unit(self, unit: str, count: int, start: datetime, end: datetime) -> None:
        received, second = _local(start, self.calendar)
        last = _last_day(start, end, self.calendar)
        first = received
        if unit != "calendar_day" and unit not in _ELAPSED:
            first, _ = _working_moment(received, second, self.calendar)
        day = received
        while day <= last:
            if day not in self.notes:
                self.day(unit, count, day, first, received, last)
            day += timedelta(1)

    def day(self, unit: str, count: int, day: date, first: date, received: date, last: date) -> None:
        worked = bool(self.calendar.spans(day))
        if day < first:
            self.off(day, " (chưa tính)", " (not counted yet)") if not worked else self.say(
                day, "Chưa tính: ngoài giờ làm việc", "Not counted yet: outside working hours"
            )
        elif day == first and unit in ("working_day", "calendar_day"):
            self.say(day, "Ngày tiếp nhận, chưa tính", "Day of receipt, not counted")
        elif unit == "calendar_day" and (day - received).days > count:
            self.prolonged(day, last)
        elif unit == "calendar_day" and (day - received).days == count and not worked:
            self.count(day, ", rơi vào ngày nghỉ nên kéo dài", ", a day off, so it is prolonged")
        elif worked or unit == "calendar_day" or unit in _ELAPSED:
            self.count(day)
        else:
            self.off(day)

    def prolonged(self, day: date, last: date) -> None:
        """After a last day that was a day off (Civil Code 2015, art. 148)."""
        if day == last:
            self.say(
                day,
                "Ngày làm việc tiếp theo: hết hạn khi hết giờ làm việc",
                "The next working day: it ends when that day closes",
            )
        else:
            self.off(day, ", kéo dài", ", prolonged")

    def count(self, day: date, vi: str = "", en: str = "") -> None:
        self.number += 1
        made_up = day in self.calendar.make_up
        vi = f"Ngày thứ {self.number}{' (làm bù)' if made_up else ''}{vi}"
        en = f"Day {self.number}{' (make-up day)' if made_up else ''}{en}"
        self.notes[day] = DayNote(day, True, self.number, vi, en)

    def off(self, day: date, vi: str = "", en: str = "") -> None:
        why = _why_off(day, self.calendar)
        self.say(day, why[0] + vi, why[1] + en)

    def say(self, day: date, vi: str, en: str) -> None:
        self.notes[day] = DayNote(day, False, 0, vi, en)


def _last_day(start: datetime, end: datetime, calendar: Calendar) -> date:
    """The local day on which a time ends. What closes at 24:00 ends on its own day, not on the next at 00:00."""
    day, second = _local(end, calendar)
    before = day - timedelta(1)
    spans = calendar.spans(before)
    return before if end > start and not second and spans and spans[-1][1] == 86_400 else day


def longest(durations: Sequence[Mapping[str, Any]], calendar: Calendar) -> int:
    """The working seconds of a sum of durations in an ordinary week, for comparing limits with each other."""
    return sum(_usual(duration, calendar) for duration in durations)


def _usual(duration: Mapping[str, Any], calendar: Calendar) -> int:
    lengths = [sum(end - start for start, end in spans) for spans in calendar.week if spans]
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
