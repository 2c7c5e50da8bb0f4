"""The counter's page: an official begins a case for a person who stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xactin.cases.applications import drafts
from xactin.cases.counter import queries
from xactin.cases.counter.commands import Visitor, begin_for
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import Invalid
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import InForce, text_in
from xactin.cases.web import shown
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.kernel.refusal import Refusal
from xactin.ledger.errors import AlreadyDone
from xactin.ui.schema_form import SchemaForm, parse
from xactin.vault.ids import new_id

_CARD = ("number", "name", "phone")
PREFIX = "visitor_"
"""Before the fields of the card: a form of a procedure may have a field `name` of its own."""


@official_required
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """Whose dossier it is, its form and papers; sent, it is attested. Files that came once stay with the page."""
    actor = acted_by(request)
    try:
        found = procedures.today(code)
    except procedures.NoSuchProcedure as missing:
        raise Http404(missing.text) from missing
    if not queries.may_receive(actor, found.package).allowed:
        raise Http404
    if request.method == "GET":
        return _page(request, found)
    card = {name: request.POST.get(PREFIX + name, "").strip()[:200] for name in _CARD}
    data = parse(found.package.form_schema, request.POST)
    came, refused = drafts.uploaded(by=actor, found=found, files=request.FILES)
    kept = [*drafts.uploads(by=actor, found=found, sent=dict(request.POST.lists())), *came]
    removed = request.POST.get("remove", "")
    kept = [one for one in kept if one.id != removed]
    typed: dict[str, Any] = {"card": card, "data": data, "files": kept}
    if refused:
        errors = {name: error.text for name, error in refused.items()}
        return _page(request, found, **typed, errors=errors, status=422)
    if removed:
        return _page(request, found, **typed)
    try:
        done = begin_for(
            by=actor,
            visitor=Visitor(**card),
            code=code,
            data=data,
            documents=drafts.with_files(drafts.EMPTY, kept).given(),
            entry=shown.entry_of(request),
        )
    except AlreadyDone:
        return redirect("cases:desk-list")
    except Invalid as invalid:
        return _page(request, found, **typed, errors=invalid.errors, status=422)
    except Refusal as refusal:
        errors = {"": refusal.in_language(language())}
        return _page(request, found, **typed, errors=errors, status=refusal.status)
    return redirect("cases:desk-case", case=done.case)


def _page(
    request: HttpRequest,
    found: InForce,
    *,
    card: Mapping[str, str] | None = None,
    data: dict[str, Any] | None = None,
    files: Sequence[drafts.DraftFile] = (),
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    package, told = found.package, dict(errors or {})
    form = SchemaForm(
        package.form_schema,
        data=data,
        errors={at: text for at, text in told.items() if at.startswith("/")},
    )
    lines = shown.document_lines(package, replace(drafts.EMPTY, files=tuple(files)), told)
    name = text_in(package.procedure.name, language())
    context = {
        "name": name,
        "summary": text_in(package.procedure.summary, language()),
        "crumbs": [(_("Receive at the counter"), reverse("cases:beginnings") + "#counter"), (name, "")],
        "card": [
            {
                "name": PREFIX + one,
                "label": label,
                "value": (card or {}).get(one, ""),
                "error": told.get(one, ""),
            }
            for one, label in zip(_CARD, _labels(), strict=True)
        ],
        "form": form,
        "error_list": [*_marked(told, lines), *form.error_list()],
        "documents": lines,
        "refusal": told.get("", ""),
        "refusal_title": _("This was not done"),
        "entry": new_id(),
    }
    return render(request, "cases/counter.html", context, status=status)


def _marked(told: Mapping[str, str], lines: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Above the form, what is wrong with the card and with the papers: each leads to its input."""
    marked = [{"anchor": PREFIX + one, "message": told[one]} for one in _CARD if one in told]
    papers = [(f"u-{line['name']}".replace(".", "-"), line["error"]) for line in lines if line["error"]]
    return [*marked, *({"anchor": anchor, "message": text} for anchor, text in papers)]


def _labels() -> tuple[str, str, str]:
    return _("Personal number (CCCD) or tax code"), _("Full name"), _("Phone (optional)")
