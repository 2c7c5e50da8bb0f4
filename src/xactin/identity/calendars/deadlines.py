"""How much working time lies between two moments, for the marks of deadlines (`ui/deadlines.py`)."""

from datetime import datetime
from uuid import UUID

from xactin.identity.calendars.queries import calendar
from xactin.kernel.calendars import Calendar
from xactin.kernel.working_time import working_between
from xactin.ledger.clock import now
from xactin.ui.deadlines import Place, Time, register_time


def register() -> None:
    """The one clock, and the calendars of agencies: `place` is the id of one, None the authority."""
    register_time(Time(now=now, between=_between, day=_day))


def _between(since: datetime, until: datetime, place: Place) -> int:
    return working_between(since, until, _calendar(place))


def _day(place: Place) -> int:
    """The working seconds of the longest day of an ordinary week."""
    return max(sum(end - start for start, end in spans) for spans in _calendar(place).week if spans)


def _calendar(place: Place) -> Calendar:
    return calendar(place if isinstance(place, UUID) else None)
