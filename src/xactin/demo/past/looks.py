"""When the offices of the demo look at their inbox: four times a working day."""

import datetime as dates
from datetime import UTC, date, datetime, timedelta
from functools import cache

from xactin.demo.past.conduct import LOOKS
from xactin.kernel.calendars import vietnam
from xactin.kernel.local import LOCAL


def looks(start: datetime, end: datetime) -> list[datetime]:
    """The moments at which officials look at their inbox: four a working day, in UTC, the earliest first."""
    calendar = vietnam()
    found: list[datetime] = []
    day = start.astimezone(LOCAL).date()
    while day <= end.astimezone(LOCAL).date():
        if calendar.spans(day):
            found += [datetime.combine(day, at, LOCAL).astimezone(UTC) for at in LOOKS]
        day += timedelta(days=1)
    return [at for at in found if start < at < end]


def passed(since: datetime, at: datetime) -> int:
    """How many looks came since then."""
    return max(0, sum(1 for look in _day_looks(since, at) if look > since) - 1)


def _day_looks(since: datetime, until: datetime) -> list[datetime]:
    return [
        look
        for look in _kept_looks(since.astimezone(LOCAL).date(), until.astimezone(LOCAL).date())
        if look <= until
    ]


@cache
def _kept_looks(first: date, last: date) -> list[datetime]:
    midnight = datetime.combine(first, dates.time(0), LOCAL).astimezone(UTC)
    return looks(midnight, datetime.combine(last + timedelta(days=1), dates.time(0), LOCAL).astimezone(UTC))
