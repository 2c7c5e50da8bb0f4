"""The page on which a date is put off: why, until when, with the apology that the applicant gets."""

from datetime import date, datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xactin.cases.dossiers import queries
from xactin.cases.errors import ActError, Invalid, NotFound
from xactin.cases.extension import queries as extension
from xactin.cases.extension.commands import extend
from xactin.cases.web import shown
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.ledger.errors import AlreadyDone
from xactin.ledger.queries import snapshot
from xactin.vault.ids import new_id


@official_required
@require_http_methods(["GET", "POST"])
def extension_page(request: HttpRequest, case: UUID) -> HttpResponse:
    """States the reason and the new day, and attests; the letter (form 04) is there at once."""
    if request.method == "GET":
        return _page(request, case)
    typed = {name: request.POST.get(name, "").strip()[:5_000] for name in ("reason", "day")}
    day = _day(typed["day"])
    if day is None:
        return _page(request, case, typed, {"day": _("Please write a day as 23/11/2026.")}, 422)
    try:
        entry = shown.entry_of(request)
        extend(by=acted_by(request), case=case, day=day, reason=typed["reason"], entry=entry)
    except AlreadyDone:
        pass
    except NotFound as missing:
        raise Http404(missing.text) from missing
    except Invalid as invalid:
        return _page(request, case, typed, invalid.errors, invalid.status)
    except ActError as refused:
        return _page(request, case, typed, {"": refused.text}, refused.status)
    return redirect("cases:desk-case", case=case)


def _day(text: str) -> date | None:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


@snapshot()
def _page(
    request: HttpRequest,
    case: UUID,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, told = acted_by(request), errors or {}
    try:
        found = queries.case_for(actor, case)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    if not extension.may_extend(actor, found) and not told:
        raise Http404
    context = {
        "case": shown.case_head(found),
        "crumbs": [
            (found.number, reverse("cases:desk-case", args=[case])),
            (_("Apology, and another date"), ""),
        ],
        "extended": extension.was_extended(found),
        "open": extension.is_open(found),
        "typed": typed or {},
        "errors": told,
        "error_list": [{"anchor": name, "message": text} for name, text in told.items() if name],
        "refusal": told.get("", ""),
        "entry": new_id(),
    }
    return render(request, "cases/extension.html", context, status=status)
