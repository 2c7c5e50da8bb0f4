"""Pages on which an official begins work of their own: which there are, and the form of one."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xactin.cases.counter import queries as counter
from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.wording import limit_text
from xactin.cases.errors import ActError, Invalid, NotFound
from xactin.cases.models import Case
from xactin.cases.office import queries
from xactin.cases.office.commands import begin_work
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.web import shown
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.kernel.procedure.package import Package
from xactin.ledger.errors import AlreadyDone
from xactin.ui.schema_form import SchemaForm, parse
from xactin.vault.ids import new_id


@official_required
@require_GET
def beginnings(request: HttpRequest) -> HttpResponse:
    """The work that this post may begin."""
    rows = [
        {
            "name": text_in(package.procedure.name, language()),
            "summary": text_in(package.procedure.summary, language()),
            "limit": limit_text(package.procedure.limit),
            "url": reverse("cases:begin", args=[package.code]),
        }
        for package in queries.beginnings(acted_by(request))
    ]
    received = [
        {
            "name": text_in(package.procedure.name, language()),
            "summary": text_in(package.procedure.summary, language()),
            "url": reverse("cases:receive", args=[package.code]),
        }
        for package in counter.beginnings(acted_by(request))
    ]
    title = _("Receive at the counter") if received and not rows else _("Begin work")
    return render(request, "cases/beginnings.html", {"title": title, "rows": rows, "received": received})


@official_required
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """The form of a case that this post begins; sent, it is attested and its first tasks are open. `?source=` names
    the case that it comes from."""
    actor = acted_by(request)
    source = _source(request)
    try:
        package = procedures.today(code).package
    except procedures.NoSuchProcedure as missing:
        raise Http404(missing.text) from missing
    if not queries.may_begin(actor, package, queries.FROM_CASE if source else queries.ORIGIN).allowed:
        raise Http404
    schema = queries.form_for(actor, package.form_schema)
    if request.method == "GET":
        return _form(request, package, SchemaForm(schema), source=source)
    data = parse(schema, request.POST)
    try:
        done = begin_work(
            by=actor,
            code=code,
            data=data,
            source=source.pk if source else None,
            entry=shown.entry_of(request),
        )
    except AlreadyDone:
        return redirect("cases:desk-list")
    except Invalid as invalid:
        form = SchemaForm(schema, data=data, errors=invalid.errors)
        refusal = invalid.errors.get("", "")
        return _form(request, package, form, refusal=refusal, source=source, status=422)
    except ActError as refused:
        form = SchemaForm(schema, data=data)
        return _form(request, package, form, refusal=refused.text, source=source, status=refused.status)
    return redirect("cases:desk-case", case=done.case)


def _source(request: HttpRequest) -> Case | None:
    """The case that the address names as what the new one comes from. Raises Http404 for one not seen."""
    named = request.GET.get("source", "")
    try:
        return dossiers.case_for(acted_by(request), UUID(named)) if named else None
    except (ValueError, NotFound) as missing:
        raise Http404 from missing


def _form(
    request: HttpRequest,
    package: Package,
    form: SchemaForm,
    *,
    source: Case | None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    name = text_in(package.procedure.name, language())
    context: dict[str, Any] = {
        "name": name,
        "summary": text_in(package.procedure.summary, language()),
        "crumbs": [(_("Begin work"), reverse("cases:beginnings")), (name, "")],
        "form": form,
        "source": source,
        "error_list": form.error_list(),
        "refusal": refusal,
        "refusal_title": _("This was not done"),
        "entry": new_id(),
    }
    return render(request, "cases/begin.html", context, status=status)
