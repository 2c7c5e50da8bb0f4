"""The page on which a result is handed out: to the applicant or to a proxy, who signs for it."""

from collections.abc import Mapping
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xactin.cases.counter import handover, queries
from xactin.cases.counter.handover import Proxy
from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import Invalid, NotFound
from xactin.cases.models import Case
from xactin.cases.runtime import HAND_OVER
from xactin.cases.web import shown
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.kernel.refusal import Refusal
from xactin.ledger.errors import AlreadyDone
from xactin.vault.ids import new_id

_FIELDS = ("number", "name", "paper")


@official_required
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, case: UUID) -> HttpResponse:
    """Who stands there, and that they signed."""
    found = _case(request, case)
    if request.method == "GET":
        return _page(request, found, {})
    sent = {name: " ".join(request.POST.get(name, "").split())[:200] for name in _FIELDS}
    proxy = Proxy(**sent) if request.POST.get("who") == "proxy" else None
    signed = request.POST.get("signed") == "yes"
    try:
        entry = shown.entry_of(request)
        handover.hand_over(by=acted_by(request), case=case, signed=signed, proxy=proxy, entry=entry)
    except AlreadyDone:
        pass
    except Invalid as invalid:
        return _page(request, found, sent, errors=invalid.errors, status=422)
    except Refusal as refusal:
        return _page(request, found, sent, refusal=refusal.in_language(language()), status=refusal.status)
    return redirect("cases:hand-over", case=case)


def _case(request: HttpRequest, case: UUID) -> Case:
    actor = acted_by(request)
    try:
        found = dossiers.case_for(actor, case)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    if not queries.may_serve(actor, found, HAND_OVER).allowed:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    found: Case,
    sent: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    told = dict(errors or {})
    labels = (
        _("Personal number (CCCD)"),
        _("Full name"),
        _("By which paper (power of attorney, number, date)"),
    )
    context = {
        "case": shown.case_head(found),
        "result": shown.result_of(found),
        "handed": handover.handed_over(found.pk),
        "crumbs": [
            (found.number, reverse("cases:desk-case", args=[found.pk])),
            (_("Hand out the result"), ""),
        ],
        "who": request.POST.get("who", "self"),
        "proxy": [
            {"name": name, "label": label, "value": sent.get(name, ""), "error": told.get(name, "")}
            for name, label in zip(_FIELDS, labels, strict=True)
        ],
        "signed_error": told.get("signed", ""),
        "error_list": [{"anchor": name, "message": text} for name, text in told.items()],
        "refusal": refusal,
        "entry": new_id(),
    }
    return render(request, "cases/counter/handover.html", context, status=status)
