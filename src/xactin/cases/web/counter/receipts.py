"""What a counter took in: the list, the receipt to print, another code for who lost theirs."""

import dataclasses
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xactin.cases.applications import drafts
from xactin.cases.counter import attachments, code_commands, queries
from xactin.cases.dossiers import paper_facts
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import Invalid, NotFound
from xactin.cases.models import Case, state_name
from xactin.cases.procedures import queries as procedures
from xactin.cases.results.seals import issued_form
from xactin.cases.web import shown
from xactin.cases.web.access import official_required
from xactin.cases.web.api import answers
from xactin.cases.web.shown import acted_by
from xactin.kernel.refusal import Refusal
from xactin.ledger.queries import snapshot
from xactin.vault import secrets

SHOWN_FOR: Final = 30 * 60  # seconds for which the browser that took a dossier in can print its code again
_COOKIE: Final = "xactin_receipt"


def shown_once(request: HttpRequest, case: UUID, code: str) -> HttpResponse:
    """To the receipt's page. The code goes along sealed in the official's own browser, for half an hour: a printer may
    be out of paper, and in the database nobody finds it."""
    page = reverse("cases:receipt", args=[case])
    answer = redirect(page)
    sealed = urlsafe_b64encode(secrets.seal(code.encode(), _context(request, case))).decode()
    answer.set_cookie(
        _COOKIE,
        sealed,
        max_age=SHOWN_FOR,
        path=page,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


def _context(request: HttpRequest, case: UUID) -> str:
    return f"receipt:{case}:{acted_by(request).person_id}"


def _code(request: HttpRequest, case: UUID) -> str:
    """The code that this browser still holds; "" where it holds none, or one that was replaced since."""
    try:
        sealed = urlsafe_b64decode(request.COOKIES.get(_COOKIE, ""))
        code = secrets.unseal(sealed, _context(request, case)).decode()
    except (Base64Error, ValueError, secrets.SecretsError):
        return ""
    return code if queries.holds(case, code) else ""


@official_required
@require_GET
def receipts(request: HttpRequest) -> HttpResponse:
    """What this counter took in, for whichever agency, the newest first."""
    rows = [
        {
            "number": case.number,
            "name": case.version.name_vi,
            "applicant": case.applicant_name,
            "agency": case.agency.name_vi,
            "elsewhere": case.agency_id != acted_by(request).agency_id,
            "at": case.receipt.received_at,
            "state": state_name(case),
            "due": case.due_at if not case.finished_at else None,
            "url": reverse("cases:receipt", args=[case.pk]),
        }
        for case in queries.receipts(acted_by(request))
    ]
    return render(
        request, "cases/counter/receipts.html", {"rows": rows, "title": _("Receipts of this counter")}
    )


@official_required
@require_GET
def receipt(request: HttpRequest, case: UUID) -> HttpResponse:
    """A receipt: its number, its code while this browser holds it, and the paper to print."""
    return _page(request, _case(request, case))


@official_required
@require_GET
def paper(request: HttpRequest, case: UUID) -> HttpResponse:
    """Form 01 as a PDF: the same number however often it is printed, with the code while this browser holds it."""
    with snapshot():
        found = _case(request, case)
        drawn = paper_facts.form(acted_by(request), found, "01", follow_code=_code(request, case))
    inline = "view" in request.GET
    return answers.download(issued_form(drawn), "application/pdf", f"{found.number}-01.pdf", inline=inline)


@official_required
@require_POST
def replace(request: HttpRequest, case: UUID) -> HttpResponse:
    """Another code, for somebody whose card was compared again."""
    found = _case(request, case)
    if request.POST.get("compared") != "yes":
        error = _("Please compare the card of who asks for it, and say so.")
        return _page(request, found, error=error, status=422)
    try:
        code = code_commands.replace(by=acted_by(request), case=case)
    except Refusal as refusal:
        return _page(request, found, error=refusal.in_language(language()), status=refusal.status)
    return shown_once(request, case, code)


@official_required
@require_POST
def attach(request: HttpRequest, case: UUID) -> HttpResponse:
    """The scans that the intake promised."""
    actor, found = acted_by(request), _case(request, case)
    version = procedures.version(found.version_id)
    came, refused = drafts.uploaded(by=actor, found=version, files=request.FILES)
    kept = [*drafts.uploads(by=actor, found=version, sent=dict(request.POST.lists())), *came]
    if refused:
        errors = {name: error.text for name, error in refused.items()}
        return _page(request, found, files=kept, errors=errors, status=422)
    try:
        attachments.attach(by=actor, case=case, documents=drafts.with_files(drafts.EMPTY, kept).given())
    except Invalid as invalid:
        error = invalid.errors.get("", "")
        return _page(request, found, files=kept, errors=invalid.errors, error=error, status=422)
    except Refusal as refusal:
        told = refusal.in_language(language())
        return _page(request, found, files=kept, error=told, status=refusal.status)
    return redirect("cases:receipt", case=case)


def _page(
    request: HttpRequest,
    found: Case,
    *,
    files: Sequence[drafts.DraftFile] = (),
    errors: Mapping[str, str] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    package = procedures.version(found.version_id).package
    awaited = queries.promised(found, found.state["parts"])
    lines = shown.document_lines(package, dataclasses.replace(drafts.EMPTY, files=tuple(files)), errors or {})
    context = {
        "case": shown.case_head(found),
        "code": _code(request, found.pk),
        "pdf": reverse("cases:receipt-paper", args=[found.pk]) + "?view",
        "crumbs": [(_("Receipts of this counter"), reverse("cases:receipts")), (found.number, "")],
        "awaited": [line for line in lines if line["name"].removeprefix("document.") in awaited],
        "error": error,
    }
    return render(request, "cases/counter/receipt.html", context, status=status)


def _case(request: HttpRequest, case: UUID) -> Case:
    try:
        return queries.receipt_of(acted_by(request), case)[0]
    except NotFound as missing:
        raise Http404(missing.text) from missing
