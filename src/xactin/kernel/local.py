"""The one time zone: days, hours and dates of papers are those of Viet Nam. Moments are kept and signed in UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = "Asia/Ho_Chi_Minh"
LOCAL: Final = ZoneInfo(ZONE)


def local_time(moment: datetime) -> datetime:
    """The same moment by the clock on the wall. `moment` is aware."""
    return moment.astimezone(LOCAL)


def local_day(moment: datetime) -> date:
    """The day it is in Viet Nam. `moment` is aware."""
    return local_time(moment).date()
