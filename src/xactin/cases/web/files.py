"""Files of dossiers: documents, forms 01 to 06, the result, the proof."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from xactin.cases.dossiers import paper_facts, queries
from xactin.cases.errors import NotFound
from xactin.cases.results.seals import issued_form
from xactin.cases.web.access import signed_in_required
from xactin.cases.web.api import answers
from xactin.cases.web.shown import acted_by
from xactin.ledger.queries import snapshot


@signed_in_required
@require_GET
@snapshot()
def file(request: HttpRequest, file: UUID) -> HttpResponseBase:
    """A file the actor may open; shown in the browser with `?view`, where that is safe."""
    actor = acted_by(request)
    try:
        return answers.file(actor, queries.file_for(actor, file), inline="view" in request.GET)
    except NotFound as missing:
        raise Http404(missing.text) from missing


@signed_in_required
@require_GET
def paper(request: HttpRequest, case: UUID, form: str) -> HttpResponse:
    """A form (01 to 06) as a PDF, drawn from the ledger whenever it is asked for; to print, with `?view`."""
    actor = acted_by(request)
    try:
        with snapshot():
            found = queries.case_for(actor, case)
            drawn = paper_facts.form(actor, found, form)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    name, inline = f"{found.number}-{form}.pdf", "view" in request.GET
    return answers.download(issued_form(drawn), "application/pdf", name, inline=inline)


@signed_in_required
@require_GET
@snapshot()
def result(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """The signed PDF, once issued."""
    actor = acted_by(request)
    try:
        return answers.file(actor, queries.result_file(actor, queries.case_for(actor, case)))
    except NotFound as missing:
        raise Http404(missing.text) from missing


@signed_in_required
@require_GET
@snapshot()
def bundle(request: HttpRequest, case: UUID) -> HttpResponse:
    """The proof bundle of a case as this actor holds it."""
    actor = acted_by(request)
    try:
        found = queries.case_for(actor, case)
        return answers.download(queries.bundle(actor, found), "application/json", f"{found.number}.json")
    except NotFound as missing:
        raise Http404(missing.text) from missing
