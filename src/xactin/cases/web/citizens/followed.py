"""Whoever holds a receipt follows the dossier by its number and code, without an account."""

from typing import Any, Final

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xactin.cases.counter import queries
from xactin.cases.dossiers import paper_facts
from xactin.cases.dossiers.surroundings import language
from xactin.cases.models import Case, state_name
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.identity.web.rates import limited

WRONG: Final = "5/15m/key"
"""Wrong tries for one number, whoever makes them and whether or not there is such a dossier; then it is locked."""
_READER: Final = "follow"


@never_cache
@require_http_methods(["GET", "POST"])
@limited("follow", "30/m/ip")
def follow(request: HttpRequest) -> HttpResponse:
    """A number and a code; then the state, the due date, and what is asked for. No name stands on the page."""
    number = (request.POST.get("number") or request.GET.get("number", "")).strip().upper()[:60]
    context: dict[str, Any] = {"number": number}
    if request.method == "GET":
        return render(request, "cases/follow.html", context)
    tried = ratelimit.consume(
        request, app="xactin", action="follow-code", config={"follow-code": WRONG}, key=number
    )
    if tried is None:
        context["error"] = _(
            "Too many wrong tries for this number. It is locked for fifteen minutes; the code stays valid."
        )
        return render(request, "cases/follow.html", context, status=429)
    found = queries.followed(number, request.POST.get("code", ""))
    if found is None:
        context["error"] = _(
            "Number and code do not fit. Please compare both, letter by letter, with the receipt."
        )
        return render(request, "cases/follow.html", context, status=422)
    tried.rollback()  # only wrong tries count
    return render(request, "cases/follow.html", context | {"shown": _shown(found)})


def _shown(case: Case) -> dict[str, Any]:
    package = procedures.version(case.version_id).package
    asked = paper_facts.asked_of_applicant(case, by=_READER)
    english = language() == "en"
    return {
        "number": case.number,
        "name": text_in(package.procedure.name, language()),
        "agency": case.agency.name_en if english else case.agency.name_vi,
        "state": state_name(case),
        "phase": case.phase,
        "received_at": case.received_at or case.submitted_at,
        "due_at": None if case.finished_at else case.due_at,
        "finished_at": case.finished_at,
        "asked": asked,
        "collect": case.phase in ("done", "refused"),
    }
