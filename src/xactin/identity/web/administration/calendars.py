"""The page of an agency's calendar: hours of the week, days off and make-up days of this year and the next."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from xactin.identity.agencies.facts import facts_of
from xactin.identity.calendars import commands
from xactin.identity.calendars.queries import calendar, last_set
from xactin.identity.models import Agency
from xactin.identity.web.administration.calendar_forms import CalendarForm
from xactin.identity.web.views import refusals_told, require_right
from xactin.kernel.local import local_day
from xactin.ledger.clock import now


@login_required
@refusals_told("identity:agencies")
def edit_calendar(request: HttpRequest, code: str) -> HttpResponse:
    """When an agency works; what is set holds for what is computed from now on."""
    agency = get_object_or_404(Agency, code=code)
    actor = require_right(request, commands.ACT, facts_of(agency))
    this = local_day(now()).year
    form = CalendarForm(request.POST or None, before=calendar(agency.id), years=(this, this + 1))
    if request.method == "POST" and form.is_valid() and form.made is not None:
        commands.set_calendar(agency=agency, calendar=form.made, by=actor)
        messages.success(request, _("Saved and signed. New deadlines are computed by this calendar."))
        return redirect("identity:calendar", code=agency.code)
    shown = {"agency": agency, "form": form, "years": form.years, "set": last_set(agency.id)}
    return render(request, "identity/calendar.html", shown, status=422 if form.errors else 200)
