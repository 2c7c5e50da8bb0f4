"""Anybody with a paper in hand: is it ours, is it unchanged, is it still in force?"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xactin.cases.dossiers.surroundings import language
from xactin.cases.papers.inspect import verify_result
from xactin.cases.papers.qr import CodeError, parse_code
from xactin.cases.procedures import queries as procedures
from xactin.cases.results import queries
from xactin.cases.web import answers, timeline
from xactin.identity import queries as identity
from xactin.identity.web.rates import limited
from xactin.kernel.bundle import Trust, verify_bundle
from xactin.ledger import queries as ledger

LARGEST = 60 * 1024 * 1024


def _trust() -> Trust:
    return Trust.parse(ledger.authority().verifier_key)


@require_http_methods(["GET", "POST"])
@limited("verify", "30/m/ip")
def upload(request: HttpRequest) -> HttpResponse:
    """A code typed in, or a file: the browser calculates; without JavaScript we do."""
    context: dict[str, object] = {"trust": ledger.authority().verifier_key, "error": ""}
    code = request.GET.get("code", "").strip()
    if code:
        try:
            return redirect("cases:verify-code", code=parse_code(code))
        except CodeError:
            context["error"] = _(
                "This is not a code of ours. Please compare it letter by letter with the paper."
            )
            return render(request, "cases/verify.html", context, status=422)
    file = request.FILES.get("file") if request.method == "POST" else None
    if request.method == "POST" and file is None:
        context["error"] = _("Please choose the PDF or the proof bundle first.")
        return render(request, "cases/verify.html", context, status=422)
    if file is not None and (file.size or 0) > LARGEST:
        context["error"] = _("This file is larger than anything we issue.")
        return render(request, "cases/verify.html", context, status=413)
    if file is not None:
        context["verdict"] = _verdict(file.read())
        context["file_name"] = file.name
    return render(request, "cases/verify.html", context)


def _verdict(data: bytes) -> dict[str, object]:
    """The verdict in the page's language: the PDF's own, what its bundle proves, and whether it is in force."""
    words = language()
    if not data.startswith(b"%PDF-"):
        found = verify_bundle(data, _trust())
        valid, problems, checked = found.valid, found.problems, found.checked
    else:
        result = verify_result(data, _trust())
        valid, problems = result.valid, result.problems
        checked = (*(result.verdict.checked if result.verdict else ()), *result.notes)
    revoked = queries.revoked(data) if valid else None
    return {
        "valid": valid and revoked is None,
        "problems": [getattr(problem, words) for problem in problems],
        "checked": [getattr(remark, words) for remark in checked],
        "revoked": revoked,
    }


@require_GET
def result(request: HttpRequest, code: str) -> HttpResponse:
    """What was issued under a code: by whom, when, still in force; and the proof, calculated in the browser."""
    try:
        found = queries.by_code(parse_code(code))
    except CodeError:
        found = None
    if found is None:
        return render(request, "cases/verify_unknown.html", {"code": code}, status=404)
    context = {
        "result": found,
        "trust": ledger.authority().verifier_key,
        "trial": settings.XACTIN_TRIAL,
        "words": _words_of(found),
    }
    return render(request, "cases/verify_result.html", context)


def _words_of(found: queries.Issued) -> dict[str, dict[str, str]]:
    """What the acts and the posts in a proof are called; the proof itself names them by their codes."""
    package = procedures.version(found.version).package
    rows = ledger.entries_of(f"case:{found.case}")
    posts = identity.posts_named(row.statement["by"].get("post") for row in rows)
    by = {code: ", ".join(timeline.post_names(post)) for code, post in posts.items()}
    for row in rows:
        signer = row.statement["by"]
        if "system" in signer:
            by[signer["system"]] = _("The system")
        elif "post" not in signer:
            by[signer["person"]] = _("Applicant")
    acts = {row.statement["act"]: timeline.act_title(package, row.statement["act"]) for row in rows}
    return {"acts": acts, "by": by}


@require_GET
def bundle(request: HttpRequest, code: str) -> HttpResponse:
    """The proof of an issued result: it discloses the hash of the paper, nothing of its content."""
    try:
        found = queries.by_code(parse_code(code))
    except CodeError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return answers.download(
        queries.bundle(found), "application/json", f"{found.number.replace('/', '-')}.json"
    )
