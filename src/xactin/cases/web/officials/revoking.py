"""The page on which an issued result is revoked."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xactin.cases.dossiers import queries
from xactin.cases.errors import ActError, Invalid, NotFound
from xactin.cases.models import Result
from xactin.cases.results.commands import revoke
from xactin.cases.web import shown
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.ledger.queries import snapshot


@official_required
@require_http_methods(["GET", "POST"])
def revocation(request: HttpRequest, case: UUID) -> HttpResponse:
    """States the reason, which becomes public, and attests."""
    actor = acted_by(request)
    reason, error, status = request.POST.get("reason", ""), "", 200
    if request.method == "POST":
        try:
            revoke(by=actor, case=case, reason=reason)
        except Invalid as invalid:
            error, status = invalid.errors["reason"], invalid.status
        except NotFound as missing:
            raise Http404(missing.text) from missing
        except ActError as refused:
            error, status = refused.text, refused.status
        else:
            return redirect("cases:desk-case", case=case)
    return _page(request, case, reason=reason, error=error, status=status)


@snapshot()
def _page(request: HttpRequest, case: UUID, *, reason: str, error: str, status: int) -> HttpResponse:
    try:
        found = queries.case_for(acted_by(request), case)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    context = {
        "case": shown.case_head(found),
        "result": Result.objects.filter(case=found, issued_at__isnull=False).first(),
        "crumbs": [(found.number, reverse("cases:desk-case", args=[case])), (_("Revoke the result"), "")],
        "reason": reason,
        "error_list": [{"anchor": "reason", "message": error}] if error else [],
    }
    return render(request, "cases/revoke.html", context, status=status)
