"""When an agency works: set by an administrator, attested whole, never edited."""

from django.db import transaction

from xactin.identity.attesting import entered, require
from xactin.identity.calendars.queries import forget_calendars
from xactin.identity.models import Agency, WorkCalendar
from xactin.identity.rights import Actor, Facts
from xactin.kernel.calendars import Calendar

ACT = "agency.calendar"


@transaction.atomic
def set_calendar(*, agency: Agency, calendar: Calendar, by: Actor | None) -> WorkCalendar:
    """From now on the agency, and those below it without one of their own, work by this calendar.

    What was computed by an earlier one stays: its digest stands in the effects. Raises Forbidden.
    """
    require(by, ACT, Facts(subject=f"agency:{agency.code}", path=agency.path))
    told = calendar.to_dict()
    effect = {"calendar": told, "digest": calendar.digest()}
    ref, at = entered(by, subject=f"agency:{agency.code}", act=ACT, effect=effect)
    row = WorkCalendar.objects.create(
        entry=ref, agency=agency, digest=calendar.digest(), calendar=told, set_at=at
    )
    transaction.on_commit(forget_calendars)
    return row
