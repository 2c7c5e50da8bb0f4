"""Pages for people and firms: find a procedure, see what it needs, apply."""

from collections.abc import Mapping
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xactin.cases.applications import drafts, examination
from xactin.cases.dossiers import commands
from xactin.cases.dossiers.surroundings import applicant_facts, handling_agencies, language
from xactin.cases.errors import ActError, Invalid
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import InForce
from xactin.cases.web import shown
from xactin.cases.web.access import applicant_required
from xactin.cases.web.shown import acted_by
from xactin.identity import commands as identity
from xactin.identity.queries import Actor
from xactin.kernel.local import local_day
from xactin.kernel.procedure.package import Package
from xactin.ledger.clock import now
from xactin.ledger.errors import AlreadyDone
from xactin.ui.schema_form import SchemaForm, parse
from xactin.vault.ids import new_id


def _procedure(code: str) -> InForce:
    try:
        found = procedures.today(code)
    except procedures.NoSuchProcedure as missing:
        raise Http404(missing.text) from missing
    if not found.package.procedure.begun("person"):
        raise Http404
    return found


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The portal: what do you need?"""
    cards = [shown.procedure_card(procedures.version(row.pk).package) for row in procedures.catalogue()[:6]]
    context = {
        "cards": cards,
        "suggestions": [(card.name, card.url) for card in cards[:3]],
        "no_procedures_title": _("No procedure is published yet"),
        "no_procedures_text": _("The authority publishes its procedures here."),
    }
    return render(request, "cases/home.html", context)


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """Procedures in force, searched with or without diacritics."""
    words = request.GET.get("q", "").strip()[:200]
    rows = procedures.catalogue(words=words, level=request.GET.get("level", ""))[:100]
    cards = [shown.procedure_card(procedures.version(row.pk).package) for row in rows]
    return render(request, "cases/catalogue.html", {"cards": cards, "words": words})


@require_GET
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """What a procedure needs, how long it takes, what it costs, who does it, and its flow."""
    package = _procedure(code).package
    context = {
        "shown": shown.procedure_page(package),
        "crumbs": [(_("Procedures"), reverse("cases:catalogue")), (package.code, "")],
        "flow_url": reverse("cases:diagram", args=[package.digest]),
        "flow_steps": shown.flow_steps(package),
    }
    return render(request, "cases/procedure.html", context)


@require_GET
def diagram(request: HttpRequest, digest: str) -> HttpResponse:
    """The BPMN of a version, for the viewer in the page. It never changes."""
    found = procedures.by_digest(digest)
    if found is None:
        raise Http404
    response = HttpResponse(found.package.files["process.bpmn"], content_type="application/xml")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


# The way back must lead to the draft as it stands: a page that the browser kept from before it was filled in
# would be saved over it.
@cache_control(private=True, no_store=True)
@applicant_required
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """The form with its documents; what is entered is kept as a draft, whatever is wrong with it."""
    actor, found = acted_by(request), _procedure(code)
    draft = drafts.of(actor, code)
    errors: Mapping[str, str] = {}
    status = 200
    if request.method == "POST":
        sent = parse(found.package.form_schema, request.POST)
        files, refused = drafts.uploaded(by=actor, found=found, files=request.FILES)
        agency = request.POST.get("agency", "")
        draft = drafts.change(
            by=actor,
            code=code,
            how=lambda kept: drafts.with_files(drafts.merged(kept, sent, agency), files),
        )
        errors = {name: error.text for name, error in refused.items()} or drafts.faults(actor, found, draft)
        if not errors:
            return redirect("cases:check", code=code)
        status = next((error.status for error in refused.values()), 422)
    return _form(request, actor, found, draft, errors, status)


def _form(
    request: HttpRequest,
    actor: Actor,
    found: InForce,
    draft: drafts.Content,
    errors: Mapping[str, str],
    status: int,
) -> HttpResponse:
    package = found.package
    known = drafts.prefilled(package, identity.applicant_of(actor)) if not draft.data else {}
    form = SchemaForm(
        package.form_schema,
        data=draft.data or drafts.nested(known) or None,
        errors={where: text for where, text in errors.items() if where.startswith("/")},
        prefilled=dict.fromkeys(known, _("From your account")),
    )
    lines = shown.document_lines(package, draft, errors)
    marked = [
        {"anchor": f"u-{line['name']}".replace(".", "-"), "message": line["error"]}
        for line in lines
        if line["error"]
    ]
    english = language() == "en"
    context = {
        "shown": shown.procedure_page(package),
        "crumbs": [
            (_("Procedures"), reverse("cases:catalogue")),
            (package.code, reverse("cases:procedure", args=[package.code])),
        ],
        "path": shown.path_steps(0),
        "form": form,
        "documents": lines,
        "upload_url": reverse("cases:upload", args=[package.code]),
        "agencies": [
            {"code": one.code, "name": one.name_en if english else one.name_vi}
            for one in handling_agencies(package.procedure.level)
        ],
        "agency": draft.agency,
        "bar": errors.get("", ""),
        "bar_title": _("You cannot apply with these answers"),
        "error_list": [*form.error_list(), *marked],
    }
    return render(request, "cases/apply.html", context, status=status)


def _crumbs(package: Package) -> list[tuple[str, str]]:
    place = reverse("cases:procedure", args=[package.code])
    return [(_("Procedures"), reverse("cases:catalogue")), (package.code, place)]


@applicant_required
@require_POST
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """Keeps what is entered so far; asked for by the page itself while the person writes."""
    actor, found = acted_by(request), _procedure(code)
    sent = parse(found.package.form_schema, request.POST)
    agency = request.POST.get("agency", "")
    drafts.change(by=actor, code=code, how=lambda kept: drafts.merged(kept, sent, agency))
    return JsonResponse({"saved": True})


@applicant_required
@require_POST
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """One document for the draft, sent by the page in the background; the error says what to mend."""
    actor, found = acted_by(request), _procedure(code)
    files, refused = drafts.uploaded(by=actor, found=found, files=request.FILES)
    if refused:
        error = next(iter(refused.values()))
        return JsonResponse({"error": error.text}, status=error.status)
    drafts.change(by=actor, code=code, how=lambda kept: drafts.with_files(kept, files))
    return JsonResponse(next((file.as_json() for file in files), {}), status=201)


@applicant_required
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Everything once more before it is attested; then the receipt."""
    actor, found = acted_by(request), _procedure(code)
    package, kept = found.package, drafts.of(actor, code)
    if drafts.faults(actor, found, kept):
        return redirect("cases:apply", code=code)
    if request.method == "POST":
        try:
            done = commands.submit(
                by=actor,
                code=code,
                data=kept.data,
                documents=kept.given(),
                agency=kept.agency or None,
                entry=shown.entry_of(request),
            )
        except AlreadyDone:
            return redirect("cases:own-list")
        except Invalid as invalid:
            return _form(request, actor, found, kept, invalid.errors, 422)
        except ActError as refused:
            return _form(request, actor, found, kept, {"": refused.text}, refused.status)
        drafts.forget(by=actor, code=code)
        return redirect(reverse("cases:own", kwargs={"case": done.case}) + "?new=1")
    context = {
        "shown": shown.procedure_page(package),
        "crumbs": [
            (_("Procedures"), reverse("cases:catalogue")),
            (package.code, reverse("cases:procedure", args=[package.code])),
        ],
        "path": shown.path_steps(1),
        "summary": SchemaForm(package.form_schema, data=kept.data).summary(),
        "cards": [
            replace(line["card"], title=line["label"])
            for line in shown.document_lines(package, kept, {})
            if line["card"]
        ],
        "fee": examination.fee(package, kept.data, applicant_facts(actor), local_day(now())),
        "entry": new_id(),
    }
    return render(request, "cases/check.html", context)
