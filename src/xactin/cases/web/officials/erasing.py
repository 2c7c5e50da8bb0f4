"""The pages on which erasure is ordered by one person and confirmed by another."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xactin.cases.dossiers.surroundings import language
from xactin.cases.erasure import commands, queries
from xactin.cases.erasure.queries import Erasable
from xactin.cases.erasure.retention import FOR_EVER
from xactin.cases.errors import Invalid, NotFound
from xactin.cases.web import shown
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.kernel.refusal import Refusal
from xactin.ledger.queries import snapshot


@official_required
@require_GET
@snapshot()
def erasures(request: HttpRequest) -> HttpResponse:
    """The orders that wait, and the way to a dossier by its number."""
    actor, number = acted_by(request), request.GET.get("number", "").strip()
    missing = ""
    if number:
        try:
            return redirect("cases:erase", case=queries.by_number(actor, number).pk)
        except NotFound as refused:
            missing = refused.text
    context = {"orders": queries.orders(actor), "number": number, "missing": missing}
    return render(request, "cases/erasures.html", context, status=404 if missing else 200)


@official_required
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, case: UUID) -> HttpResponse:
    """What a dossier holds, until when it is kept, and the order to erase it."""
    if request.method == "GET":
        return _page(request, case)
    parts, basis = request.POST.getlist("part"), request.POST.get("basis", "")

    def ordered() -> None:
        commands.order(by=acted_by(request), case=case, basis=basis, parts=parts)

    return _done(request, case, ordered, _("Ordered. Somebody else who has this duty has to confirm it."))


@official_required
@require_POST
def confirm(request: HttpRequest, case: UUID, erasure: UUID) -> HttpResponse:
    """Carries an order out, or drops it."""
    act = commands.drop if request.POST.get("drop") else commands.confirm
    said = _("The order was dropped.") if request.POST.get("drop") else _("The content was erased.")
    return _done(request, case, lambda: act(by=acted_by(request), erasure=erasure, case=case), said)


def _done(request: HttpRequest, case: UUID, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except NotFound as missing:
        raise Http404(missing.text) from missing
    except Invalid as invalid:
        return _page(request, case, errors=dict(invalid.errors), status=invalid.status)
    except Refusal as refused:
        text = refused.in_language(language())
        return _page(request, case, errors={"": text}, status=refused.status)
    messages.success(request, said)
    return redirect("cases:erase", case=case)


@snapshot()
def _page(
    request: HttpRequest, case: UUID, *, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    actor, wrong = acted_by(request), errors or {}
    try:
        found = queries.erasable(actor, case)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    context: dict[str, Any] = {
        "case": shown.case_head(found.case),
        "number": found.case.number,
        "found": found,
        "kept": _kept(found),
        "parts": [(part, queries.part_name(found.case, part)) for part in found.parts],
        "ordered": [
            (part, queries.part_name(found.case, part))
            for part in (found.waiting.parts if found.waiting else ())
        ],
        "own": found.waiting is not None and found.waiting.ordered_by_id == actor.person_id,
        "basis": request.POST.get("basis", ""),
        "errors": wrong,
        "error_list": [{"anchor": name or "basis", "message": text} for name, text in wrong.items()],
        "crumbs": [(_("Erasure of data"), reverse("cases:erasures")), (found.case.number, "")],
    }
    return render(request, "cases/erase.html", context, status=status)


def _kept(found: Erasable) -> str:
    """Until when the law on archives keeps it, in words."""
    if found.until is None:
        return _("The procedure names no time for which this is kept.")
    if found.until < FOR_EVER:
        return _("Kept by the law on archives until %s.") % f"{found.until:%d/%m/%Y}"
    if found.case.finished_at is None:
        return _("The dossier is not finished: nothing of it may be erased.")
    return _("Kept permanently by the law on archives.")
