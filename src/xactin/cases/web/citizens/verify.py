"""Anybody with a paper in hand: is it ours, is it unchanged, is it still in force?"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xactin.cases.dossiers.surroundings import language
from xactin.cases.papers.inspect import verify_result
from xactin.cases.papers.qr import CodeError, parse_code
from xactin.cases.parties import queries as parties
from xactin.cases.procedures import queries as procedures
from xactin.cases.results import comparison, queries
from xactin.cases.web import timeline
from xactin.cases.web.api import answers
from xactin.identity import queries as identity
from xactin.identity.web.rates import allowed, limited
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.trust import Trust
from xactin.ledger import queries as ledger
from xactin.ledger.queries import snapshot

LARGEST = 60 * 1024 * 1024
COMPARISONS = "5/h/key"


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
    """The verdict in the page's language: in a person's words first, then how it was found.

    A sound file of a result that was revoked since is `revoked`, whatever the file itself still says.
    """
    words, signers = language(), ""
    if data.startswith(b"{"):
        found = verify_bundle(data, _trust())
        answer, problems, checked = found.answer, found.problems, (*found.endings, *found.checked)
        issued = queries.issued_for(one.subject for one in found.entries) if found.valid else None
    else:
        result = verify_result(data, _trust())
        answer, problems = result.answer, result.problems
        told, signers = result.verdict, ", ".join(one.signer for one in result.inspection.signatures)
        checked = (*(told.checked if told else ()), *result.notes)
        issued = queries.issued_as(data)
        if answer == "sealed":
            issued = queries.issued_with(data, (one.reason for one in result.inspection.signatures))
            answer, problems = ("attached", ()) if issued else (answer, problems)
        if issued is None and result.valid and told is not None:
            issued = queries.issued_for(one.subject for one in told.entries)
    if answer in ("valid", "attached") and issued and issued.revoked_at:
        answer = "revoked"
    return {
        "answer": answer,
        "issued": issued if answer in ("valid", "attached", "revoked") else None,
        "signers": signers,
        "problems": [getattr(problem, words) for problem in problems],
        "checked": [getattr(remark, words) for remark in checked],
    }


@require_http_methods(["GET", "POST"])
@limited("compare-address", "30/m/ip")
def result(request: HttpRequest, code: str) -> HttpResponse:
    """What was issued under a code: in force or not, by whom, when; and the proof, calculated in the browser.

    By POST a person compares the paper: five times an hour for each code, whoever asks.
    """
    with snapshot():
        try:
            found = queries.by_code(parse_code(code))
        except CodeError:
            found = None
        words = _words_of(found) if found else {}
    if found is None:
        return render(request, "cases/verify_unknown.html", {"code": code}, status=404)
    lines = comparison.lines_of(found)
    context: dict[str, object] = {
        "result": found,
        "trust": ledger.authority().verifier_key,
        "trial": settings.XACTIN_TRIAL,
        "words": words,
        "lines": [(line, "") for line in lines],
        "attached": " ".join(queries.attached_to(found)),
    }
    if request.method == "POST":
        # What was typed stays, to be mended letter by letter.
        context["lines"] = [(line, request.POST.get(line.name, "")[:200]) for line in lines]
        if not allowed(request, "compare", COMPARISONS, key=found.code):
            context["comparison"] = "late"
            return render(request, "cases/verify_result.html", context, status=429)
        context["comparison"] = comparison.fit_of(found, request.POST.dict())
    return render(request, "cases/verify_result.html", context)


def _words_of(found: queries.Issued) -> dict[str, dict[str, str]]:
    """What the acts and the posts in a proof are called; the proof itself names them by their codes."""
    package = procedures.version(found.version).package
    rows = ledger.entries_of(f"case:{found.case}")
    posts = identity.posts_named(row.statement["by"].get("post") for row in rows)
    kinds = parties.kinds_of(found.case)
    by = {code: ", ".join(timeline.post_names(post)) for code, post in posts.items()}
    for row in rows:
        signer = row.statement["by"]
        if "system" in signer:
            by[signer["system"]] = _("The system")
        elif "post" not in signer:
            kind = kinds.get(signer["person"], package.procedure.asks)
            by[signer["person"]] = timeline.party_name(package, kind)
    acts = {row.statement["act"]: timeline.act_title(package, row.statement["act"]) for row in rows}
    return {"acts": acts, "by": by}


@require_GET
@snapshot()
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
