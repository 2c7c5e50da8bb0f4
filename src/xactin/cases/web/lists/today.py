"""The morning of who leads: what is late and with whom, what will be tomorrow, what waits for their signature, what is
unusual. Sections of `/desk/today/`; each figure leads to the dossiers behind it."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xactin.cases.errors import ActError
from xactin.cases.lists import queries
from xactin.cases.lists.queries import Filters
from xactin.cases.lists.reminders import held_by_nobody, remind, reminded_today
from xactin.cases.models import Case, OpenTask
from xactin.cases.rights import SIGN, WORK
from xactin.cases.web.access import official_required
from xactin.cases.web.lists import asked, rows
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import Actor
from xactin.kernel.local import LOCAL, local_day
from xactin.ledger.clock import now
from xactin.ledger.queries import snapshot

LATEST: Final = 8
TOLD: Final = 99
WEEKS: Final = 4


@official_required
@require_GET
@snapshot()
def today(request: HttpRequest) -> HttpResponse:
    """The morning page: what rooms registered for it (`ui.sections`, place `today`)."""
    if _leader(request) is None:
        return redirect("cases:inbox")
    return render(request, "cases/today.html", {"day": local_day(now())})


def _leader(request: HttpRequest) -> Actor | None:
    actor: Actor | None = getattr(request, "actor", None)
    leads = actor is not None and {SIGN, WORK} <= actor.duties
    return actor if leads else None


def _drawn(request: HttpRequest, template: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(f"cases/today/{template}.html", context, request=request)


def late(request: HttpRequest) -> SafeString | None:
    """What is late and not finished: how many, the worst, why, and who has each."""
    actor = _leader(request)
    if actor is None:
        return None
    found = queries.cases(actor, Filters(late=True, unfinished=True, order="due", limit=TOLD))
    shown, at = found[:LATEST], now()
    tasks = list(OpenTask.objects.filter(case__in=[one.pk for one in shown], kind="user").order_by("due_at"))
    url = f"{reverse('cases:desk-list')}?late={asked.UNFINISHED}&sort=due"
    lines = rows.with_holders(shown, url)
    for line, case in zip(lines, shown, strict=True):
        held = [one for one in tasks if one.case_id == case.pk]
        line["case"] = case.pk
        line["why"] = _why(case, held, at)
        line["reminded"] = reminded_today(case.pk)
    count = asked.told(min(len(found), TOLD), more=len(found) > TOLD)
    return _drawn(request, "late", {"rows": lines, "count": count, "url": url, "more": len(found) > LATEST})


def _why(case: Case, held: list[OpenTask], at: datetime) -> str:
    """In words: the step that is over its time, or that the whole dossier is."""
    over = [one for one in held if one.due_at and one.due_at < at]
    if case.due_at is not None and case.due_at < at:
        return _("The day that was promised is over.")
    if over:
        return _("A step is over its time: %s") % rows.task_name(_with(case, over[0]))
    return _("A step before was late.")


def _with(case: Case, task: OpenTask) -> OpenTask:
    task.case = case
    return task


def figures(request: HttpRequest) -> SafeString | None:
    """What will be late by tomorrow's end, and what waits for the leader's own signature."""
    actor = _leader(request)
    if actor is None:
        return None
    soon = queries.cases(actor, queries.soon(actor, Filters(order="due", limit=TOLD)))
    waiting = queries.inbox_counts(actor, Filters())
    unusual = _unusual(actor)
    context = {
        "soon": asked.told(min(len(soon), TOLD), more=len(soon) > TOLD),
        "soon_url": f"{reverse('cases:desk-list')}?late={asked.SOON}&sort=due",
        "waiting": waiting.total,
        "waiting_late": waiting.late,
        "waiting_url": reverse("cases:inbox"),
        "unusual": unusual,
    }
    return _drawn(request, "figures", context)


def _unusual(actor: Actor) -> list[dict[str, str]]:
    """What is not as on other days, in words, each with where to look."""
    found = []
    today, usual = _received(actor)
    if today >= 5 and today >= 2 * usual:
        text = _("%(today)d dossiers came in today; on other working days it is about %(usual)d.")
        found.append(
            {"text": text % {"today": today, "usual": round(usual)}, "url": reverse("cases:desk-list")}
        )
    for task in held_by_nobody(actor)[:5]:
        text = _("Nobody holds the post for: %(task)s, %(number)s")
        place = reverse("cases:desk-case", args=[task.case_id])
        found.append(
            {"text": text % {"task": rows.task_name(task), "number": task.case.number}, "url": place}
        )
    return found


def _received(actor: Actor) -> tuple[int, float]:
    """Dossiers that came to this agency today, and on a working day of the weeks before."""
    start = datetime.combine(local_day(now()), time.min, LOCAL)
    own = Q(agency_id=actor.agency_id)
    today = Case.objects.filter(own, submitted_at__gte=start).count()
    before = Case.objects.filter(
        own, submitted_at__gte=start - timedelta(weeks=WEEKS), submitted_at__lt=start
    )
    return today, before.count() / (WEEKS * 5)


@official_required
@require_POST
def nudge(request: HttpRequest, case: UUID) -> HttpResponse:
    """Reminds who has a dossier, once a day."""
    try:
        told = remind(by=acted_by(request), case=case)
    except ActError as refused:
        messages.error(request, refused.text)
    else:
        messages.success(
            request, _("%d reminded.") % told if told else _("They were reminded today already.")
        )
    return redirect("cases:today")
