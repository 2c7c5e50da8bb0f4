"""A calendar as a person writes it: hours of each weekday, days off and make-up days of some years, one a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from xactin.kernel.calendars import Calendar, CalendarError, Span

LONGEST_WHY: Final = 120


class LineError(ValueError):
    """A line that cannot be read; `line` is it."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Days:
    """Days off with why, and days worked instead, of the years that a page shows."""

    off: Mapping[date, str]
    worked: Sequence[date]


def hours_text(spans: Sequence[Span]) -> str:
    """`07:30-11:30, 13:30-17:00`; empty for a day off."""
    return ", ".join(f"{start}-{end}" for start, end in spans)


def hours_from(text: str) -> tuple[Span, ...]:
    """The hours of a day. Raises LineError for what are none."""
    spans = []
    for piece in filter(None, (part.strip() for part in text.replace("–", "-").split(","))):
        start, dash, end = (part.strip() for part in piece.partition("-"))
        try:
            begin, finish = (datetime.strptime(one, "%H:%M").strftime("%H:%M") for one in (start, end))
        except ValueError:
            raise LineError(piece) from None
        if not dash or begin >= finish:
            raise LineError(piece)
        spans.append((begin, finish))
    return tuple(spans)


def hour_from(text: str) -> str | None:
    """An hour of the day; None where nothing is said. Raises LineError."""
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip(), "%H:%M").strftime("%H:%M")
    except ValueError:
        raise LineError(text.strip()) from None


def off_text(calendar: Calendar, years: Sequence[int]) -> str:
    """The days off of some years, `02/01/2026 why` a line."""
    off = (
        calendar.days_off if isinstance(calendar.days_off, Mapping) else dict.fromkeys(calendar.days_off, "")
    )
    return "\n".join(f"{day:%d/%m/%Y} {off[day]}".strip() for day in sorted(off) if day.year in years)


def worked_text(calendar: Calendar, years: Sequence[int]) -> str:
    """The make-up days of some years, a day a line."""
    return "\n".join(f"{day:%d/%m/%Y}" for day in sorted(calendar.make_up) if day.year in years)


def days_from(text: str, years: Sequence[int]) -> dict[date, str]:
    """Days with what is said behind them. Raises LineError, also for a day of another year or a day twice."""
    found: dict[date, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        day_text, _, why = line.partition(" ")
        try:
            day = datetime.strptime(day_text, "%d/%m/%Y").date()
        except ValueError:
            raise LineError(line) from None
        if day.year not in years or day in found or len(why.strip()) > LONGEST_WHY:
            raise LineError(line)
        found[day] = why.strip()
    return found


def changed(
    before: Calendar,
    *,
    weekly: Mapping[int, Sequence[Span]],
    days: Days,
    years: Sequence[int],
    cutoff: str | None,
) -> Calendar:
    """The calendar with other hours, and other days in these years; days of other years stay. Raises CalendarError."""
    both = sorted(set(days.off) & set(days.worked))
    if both:
        raise CalendarError(f"{both[0]:%d/%m/%Y}")
    off = before.days_off if isinstance(before.days_off, Mapping) else dict.fromkeys(before.days_off, "")
    usual = next(spans for spans in (*(weekly[day] for day in sorted(weekly)), ()) if spans)
    kept_off = {day: why for day, why in off.items() if day.year not in years}
    kept_worked = {day: spans for day, spans in before.make_up.items() if day.year not in years}
    return Calendar(
        weekly={day: tuple(spans) for day, spans in weekly.items() if spans},
        days_off={**kept_off, **days.off},
        make_up={**kept_worked, **{day: before.make_up.get(day, usual) for day in days.worked}},
        cutoff=cutoff,
        tz=before.tz,
    )
