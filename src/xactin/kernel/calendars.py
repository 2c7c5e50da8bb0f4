"""When an authority works: weekly hours, holidays, its own days off and make-up days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays

from xactin.kernel.canonical import canonical
from xactin.kernel.local import ZONE

Span = tuple[str, str]
Seconds = tuple[tuple[int, int], ...]

OFFICE_HOURS: Final[tuple[Span, ...]] = (("07:30", "11:30"), ("13:30", "17:00"))


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
    tz: str = ZONE

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
    def week(self) -> tuple[Seconds, ...]:
        return tuple(_spans(self.weekly.get(day, ())) for day in range(7))

    @cached_property
    def _made_up(self) -> dict[date, Seconds]:
        return {day: _spans(spans) for day, spans in self.make_up.items()}

    @cached_property
    def cutoff_second(self) -> int | None:
        return None if self.cutoff is None else _seconds(self.cutoff)

    def spans(self, day: date) -> Seconds:
        """The working spans of a local day, in seconds after midnight; none on a day off."""
        if day in self._made_up:
            return self._made_up[day]
        return () if day in self.days_off else self.week[day.weekday()]

    @cached_property
    def _digest(self) -> str:
        described = self.to_dict()
        return sha256(canonical({**described, "days_off": sorted(described["days_off"])})).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """The whole calendar as it is attested: nothing is left to a table of holidays that may change."""
        off = self.days_off if isinstance(self.days_off, Mapping) else dict.fromkeys(self.days_off, "")
        return {
            "weekly": {str(day): [list(span) for span in spans] for day, spans in self.weekly.items()},
            "days_off": {day.isoformat(): off[day] for day in sorted(off)},
            "make_up": {day.isoformat(): [list(s) for s in spans] for day, spans in self.make_up.items()},
            "cutoff": self.cutoff,
            "tz": self.tz,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Calendar:
        """The calendar that `to_dict` wrote down. Raises CalendarError, KeyError, ValueError."""
        return cls(
            weekly={int(day): _pairs(spans) for day, spans in told["weekly"].items()},
            days_off={date.fromisoformat(day): str(why) for day, why in told["days_off"].items()},
            make_up={date.fromisoformat(day): _pairs(spans) for day, spans in told["make_up"].items()},
            cutoff=told["cutoff"],
            tz=str(told["tz"]),
        )

    def digest(self) -> str:
        """Hex sha256 over all that can change a date."""
        return self._digest


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
        tz=str(data.get("tz", ZONE)),
    )


@lru_cache(maxsize=1)
def vietnam() -> Calendar:
    """Office hours and public holidays of Viet Nam, with the swap of 2 January 2026 that `holidays` lacks."""
    return calendar_from(
        {"days_off": {"2026-01-02": "Nghỉ hoán đổi với thứ Bảy 10/01/2026"}, "make_up": ["2026-01-10"]}
    )


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


def _pairs(spans: Sequence[Sequence[str]]) -> tuple[Span, ...]:
    return tuple((str(start), str(end)) for start, end in spans)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


@lru_cache(maxsize=16)
def _holidays(country: str, first: int, last: int) -> tuple[dict[date, str], frozenset[date]]:
    """Public holidays by day, and the weekend days that a government decision made working days."""
    if not country:
        return {}, frozenset()
    known = holidays.country_holidays(country, years=range(first, last + 1), language="vi")
    return dict(known.items()), frozenset(getattr(known, "weekend_workdays", ()))
