"""When an agency works: set by an administrator, attested whole, never edited."""

from django.db import transaction

from xactin.identity.agencies.facts import facts_of
from xactin.identity.attestations.attesting import entered, require
from xactin.identity.calendars.queries import forget_calendars
from xactin.identity.models import Agency, WorkCalendar
from xactin.identity.rights import Actor
from xactin.kernel.calendars import Calendar, vietnam

ACT = "agency.calendar"


@transaction.atomic
def set_calendar(*, agency: Agency, calendar: Calendar, by: Actor | None) -> WorkCalendar:
    """From now on the agency, and those below it without one of their own, work by this calendar.

    What was computed by an earlier one stays: its digest stands in the effects. Raises Forbidden.
    """
    require(by, ACT, facts_of(agency))
    told = calendar.to_dict()
    effect = {"calendar": told, "digest": calendar.digest()}
    ref, at = entered(by, subject=f"agency:{agency.code}", act=ACT, effect=effect)
    row = WorkCalendar.objects.create(
        entry=ref, agency=agency, digest=calendar.digest(), calendar=told, set_at=at
    )
    transaction.on_commit(forget_calendars)
    return row


@transaction.atomic
def keep_usual_calendar() -> bool:
    """An authority that has none yet gets the calendar of Viet Nam as data of its own; whether that was done.

    The country's days off come with a library that learns new ones. What an authority computes by has to stand
    written, so that its digest can be asked for when the library knows better.
    """
    root = Agency.objects.filter(parent=None).order_by("path").first()
    if root is None or WorkCalendar.objects.filter(agency=root).exists():
        return False
    set_calendar(agency=root, calendar=vietnam(), by=None)
    return True
