"""The score of service quality: each part with the dossiers behind it, and what would raise it most."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from xactin.cases.dossiers.surroundings import language
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.quality.queries import Group, Period, Score, costing, score_of
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.identity.models import Agency
from xactin.kernel.local import local_day
from xactin.ledger.clock import now
from xactin.ledger.queries import snapshot

MONTH: Final = "month"
PERIODS: Final[Mapping[str, str | Promise]] = {
    MONTH: gettext_lazy("This month"),
    "before": gettext_lazy("Last month"),
    "quarter": gettext_lazy("This quarter"),
    "year": gettext_lazy("This year"),
}
_NAMES: Final[Mapping[str, str | Promise]] = {
    "published_on_time": gettext_lazy("Procedures published in time"),
    "updated_on_time": gettext_lazy("Procedures updated in time"),
    "full_content": gettext_lazy("Procedures published with their full content"),
    "synchronised": gettext_lazy("Dossiers sent to the national portal"),
    "progress": gettext_lazy("Dossiers handled in time"),
    "online": gettext_lazy("Services on line"),
    "electronic_results": gettext_lazy("Results issued electronically"),
    "digitised": gettext_lazy("Dossiers digitised"),
    "certified_copies": gettext_lazy("Certified copies issued electronically"),
    "reused": gettext_lazy("Papers used again"),
    "data_store": gettext_lazy("Data store connected"),
    "citizen_data_dossiers": gettext_lazy("Dossiers that use citizens' data"),
    "citizen_data_procedures": gettext_lazy("Procedures that use citizens' data"),
    "payment": gettext_lazy("Payment on line"),
    "petitions_on_time": gettext_lazy("Petitions answered in time"),
    "petitions": gettext_lazy("Satisfaction with answers to petitions"),
    "reception": gettext_lazy("Satisfaction with reception and handling"),
}
_NATIONAL: Final = gettext_lazy("No connection to the national system yet")
_MISSING: Final[Mapping[str, str | Promise]] = {
    "online": gettext_lazy("The formula of this part is not published"),
    "payment": gettext_lazy("Payment is not part of this system yet"),
    "petitions_on_time": gettext_lazy("Petitions are not part of this system yet"),
    "petitions": gettext_lazy("Petitions are not part of this system yet"),
    "reception": gettext_lazy("Applicants are not asked yet"),
    "digitised": gettext_lazy("Digitised papers are not counted yet"),
    "certified_copies": gettext_lazy("Certified copies are not part of this system yet"),
    "reused": gettext_lazy("Papers are not taken from earlier dossiers yet"),
}
"""Why a part has no points; the others wait for a national system."""


@official_required
@require_GET
@snapshot()
def score(request: HttpRequest) -> HttpResponse:
    """The score of a period."""
    actor, chosen = acted_by(request), request.GET.get("period", MONTH)
    chosen = chosen if chosen in PERIODS else MONTH
    period = period_of(chosen, local_day(now()))
    found = score_of(actor, period)
    shown = {
        "periods": PERIODS,
        "chosen": chosen,
        "period": period,
        "score": found,
        "points": _number(found.total.points),
        # What counts first: the others say why they do not.
        "parts": [
            _part(found, part.id, part.most, points)
            for part, points in sorted(found.parts, key=lambda one: one[1] is None)
        ],
        "advice": list(_advice(found)),
        "losses": [_group(found, one) for one in found.groups if one.late or one.overdue][:20],
        "dossiers": [(one, _named(one.agency)) for one in costing(actor, period)],
    }
    return render(request, "cases/score.html", shown)


def period_of(chosen: str, today: date) -> Period:
    """A named period that holds today, or the month before; up to today."""
    if chosen == "before":
        last = today.replace(day=1) - timedelta(days=1)
        return Period(first=last.replace(day=1), last=last)
    months = {"quarter": today.month - (today.month - 1) % 3, "year": 1}
    return Period(first=today.replace(month=months.get(chosen, today.month), day=1), last=today)


def _part(found: Score, id: str, most: int, points: Decimal | None) -> dict[str, Any]:
    behind = {
        "progress": _("%(n)s of %(of)s dossiers") % {"n": found.in_time, "of": found.received},
        "electronic_results": _("%(n)s of %(of)s results") % {"n": found.results, "of": found.done},
    }
    counted = id in behind
    nothing = _("Nothing to count in this period") if counted else _MISSING.get(id, _NATIONAL)
    return {
        "name": _NAMES[id],
        "most": most,
        "points": None if points is None else _number(points),
        "behind": behind[id] if points is not None else nothing,
    }


def _advice(found: Score) -> list[str]:
    """What would raise the score most, the largest first."""
    said = []
    for count, words in (
        (
            found.open,
            _("%(n)s dossiers are open and in time: ended in time, they give %(points)s points."),
        ),
        (found.overdue, _("%(n)s open dossiers are past their day: %(points)s points are lost by them.")),
        (found.late, _("%(n)s dossiers ended too late: %(points)s points are lost by them.")),
    ):
        if count:
            said.append((count, words % {"n": count, "points": _number(found.each * count)}))
    return [words for _count, words in sorted(said, key=lambda one: -one[0])]


def _group(found: Score, one: Group) -> dict[str, Any]:
    package = procedures.version(one.version).package
    return {
        "name": text_in(package.procedure.name, language()),
        "code": one.code,
        "agency": _named(one.agency),
        "received": one.received,
        "overdue": one.overdue,
        "late": one.late,
        "lost": _number(found.each * (one.overdue + one.late)),
    }


def _named(agency: Agency) -> str:
    return agency.name_en if language() == "en" else agency.name_vi


def _number(points: Decimal) -> str:
    """Points as people write them here: two digits, with a comma in Vietnamese."""
    text = f"{points:.2f}"
    return text.replace(".", ",") if language() == "vi" else text
