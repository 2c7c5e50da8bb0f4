"""The register of an agency: chosen by days and words, printed as form 07, taken along as a file."""

from datetime import date, timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xactin.cases.errors import NotFound
from xactin.cases.lists.persons import note_shown
from xactin.cases.models import Case
from xactin.cases.registers import facts, queries
from xactin.cases.registers.queries import Period
from xactin.cases.results.seals import issued_form
from xactin.cases.web.access import official_required
from xactin.cases.web.api import answers
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import folded
from xactin.kernel.local import local_day
from xactin.ledger.clock import now
from xactin.ledger.queries import snapshot
from xactin.ui.sheets import FORMATS, sheet
from xactin.ui.writing import day_text

PURPOSE: Final = "register"
_LONGEST: Final = timedelta(days=366)


@official_required
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """The choice lives in the address. Every line that is shown, printed or taken along is logged as read."""
    actor, wanted = acted_by(request), request.GET.get("format", "")
    period, wrong = _period(request)
    try:
        agency = queries.agency_of(actor, request.GET.get("agency", "")[:60])
    except NotFound as missing:
        raise Http404(missing.text) from missing
    with snapshot():
        limit = queries.FILE if wanted in FORMATS else queries.MOST
        found, more = queries.register(actor, agency, period, limit=limit)
        note_shown(actor, PURPOSE, (case.pk for case in found))
        if wanted in FORMATS:
            return sheet(_table(found, more), wanted, "so-theo-doi-ho-so")
        drawn = facts.form(agency, period, found, more=more)
    if wanted == "pdf":
        name = f"so-theo-doi-ho-so-{period.since:%Y%m%d}-{period.until:%Y%m%d}.pdf"
        return answers.download(issued_form(drawn), "application/pdf", name, inline="view" in request.GET)
    context = {
        "title": _("Register of dossiers"),
        "agency": agency.name_vi,
        "since": period.since.isoformat(),
        "until": period.until.isoformat(),
        "words": period.words,
        "wrong": wrong,
        "rows": [facts.line(case) | {"id": case.pk} for case in found],
        "more": more,
        "most": queries.MOST,
        "address": _address(request, period),
    }
    return render(request, "cases/register.html", context, status=422 if wrong else 200)


def _period(request: HttpRequest) -> tuple[Period, str]:
    """What the address asks for: by default this month up to today; what cannot be read is said."""
    today = local_day(now())
    since, until = (_day(request.GET.get(name, "")) for name in ("since", "until"))
    asked = any(request.GET.get(name) for name in ("since", "until"))
    words = folded(request.GET.get("q", "")[:200])
    first, last = since or today.replace(day=1), until or today
    if asked and (since is None or until is None or last < first or last - first > _LONGEST):
        wrong = _("Please choose two days, the first before the second, and at most a year apart.")
        return Period(since=today.replace(day=1), until=today, words=words), wrong
    return Period(since=first, until=last, words=words), ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _address(request: HttpRequest, period: Period) -> str:
    query = request.GET.copy()
    query["since"], query["until"] = period.since.isoformat(), period.until.isoformat()
    query.pop("format", None)
    query.pop("view", None)
    return query.urlencode()


_COLUMNS: Final = (
    ("number", "Mã hồ sơ"),
    ("procedure", "Tên thủ tục hành chính"),
    ("applicant", "Tên cá nhân, tổ chức"),
    ("reached", "Địa chỉ, số điện thoại"),
    ("agency", "Cơ quan chủ trì giải quyết"),
    ("received", "Nhận hồ sơ"),
    ("due", "Hẹn trả kết quả"),
    ("returned", "Trả kết quả"),
    ("delivery", "Phương thức nhận kết quả"),
    ("signed", "Ký nhận"),
    ("note", "Ghi chú"),
)


def _table(found: list[Case], more: bool) -> list[list[str]]:
    """The register as a table: a paper of the State, so in Vietnamese."""
    rows = [[str(number), *map(_cell, _values(case))] for number, case in enumerate(found, 1)]
    rest = [["", "Còn hồ sơ khác: xin chọn thời gian ngắn hơn."]] if more else []
    return [["STT", *(label for _name, label in _COLUMNS)], *rows, *rest]


def _values(case: Case) -> list[Any]:
    said = facts.line(case)
    return [said[name] for name, _label in _COLUMNS]


def _cell(value: Any) -> str:
    return day_text(value) if isinstance(value, date) else str(value or "")
