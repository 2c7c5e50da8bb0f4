"""Pages for people and firms: find a procedure, see what it needs, apply."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xactin.cases.applications import commands as applications
from xactin.cases.applications import drafts, examination
from xactin.cases.applications.applicants import reason_against
from xactin.cases.dossiers.surroundings import (
    applicant_facts,
    handling_agencies,
    handling_agency,
    language,
)
from xactin.cases.dossiers.wording import limit_text
from xactin.cases.errors import ActError, Invalid
from xactin.cases.models import ProcedureVersion
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures import search, search_commands
from xactin.cases.procedures.queries import InForce
from xactin.cases.web import shown
from xactin.cases.web.access import applicant_required
from xactin.cases.web.advice import advice
from xactin.cases.web.shown import acted_by
from xactin.identity import commands as identity
from xactin.identity.queries import Actor
from xactin.kernel.local import local_day
from xactin.kernel.procedure.package import Package
from xactin.ledger.clock import now
from xactin.ledger.errors import AlreadyDone
from xactin.ui.pieces import Line
from xactin.ui.schema_form import SchemaForm, parse
from xactin.vault.ids import new_id

MOST_FOUND: Final = 20
MOST_LISTED: Final = 100


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
    """Procedures in force, searched in the words of people, what fits best first and its near twins below it."""
    words = request.GET.get("q", "").strip()[:200]
    level, field = request.GET.get("level", "")[:20], request.GET.get("field", "")[:40]
    if not words:
        rows = procedures.catalogue(level=level, field=field).defer("files", "search")[:MOST_LISTED]
        return render(request, "cases/catalogue.html", {"groups": [_group([row], "") for row in rows]})
    found = search.found(words=words, level=level, field=field)
    actor: Actor | None = getattr(request, "actor", None)
    if not (actor and actor.post_code) and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        search_commands.count_asked(words)
    groups = [_group(group, words) for group in found.groups[:MOST_FOUND]]
    shown_below = {"words": words, "groups": groups, "advice": None if found.sure else advice(found.rows)}
    return render(request, "cases/catalogue.html", shown_below)


def _group(rows: list[ProcedureVersion], words: str) -> dict[str, Any]:
    """A procedure as a card, its near twins as links. Each link carries the words: whoever follows it has found."""
    query = f"?{urlencode({'q': words})}" if words else ""
    card = shown.procedure_card(procedures.version(rows[0].pk).package)
    english = language() == "en"
    twins = [
        {
            "code": row.code,
            "name": row.name_en if english else row.name_vi,
            "url": reverse("cases:procedure", args=[row.code]) + query,
        }
        for row in rows[1:]
    ]
    return {"card": replace(card, url=card.url + query), "twins": twins}


@require_GET
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """What a procedure needs, how long it takes, what it costs, who does it, and its flow."""
    package = _procedure(code).package
    if request.GET.get("q"):
        search_commands.count_opened(request.GET["q"][:200])
    actor: Actor | None = getattr(request, "actor", None)
    context = {
        "shown": shown.procedure_page(package),
        # Who is not signed in yet may be anybody.
        "against": reason_against(actor, package) if actor and not actor.post_code else "",
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
    against = reason_against(actor, found.package)
    if against:
        context = {
            "name": shown.procedure_page(found.package)["name"],
            "crumbs": _crumbs(found.package),
            "reason": against,
        }
        return render(request, "cases/not_for_you.html", context, status=403)
    if request.method == "GET":
        asked = request.GET.get("draft", "")
        return _form(request, actor, found, drafts.of(actor, code, _id(asked) if asked else None), {}, 200)
    files, refused = drafts.uploaded(by=actor, found=found, files=request.FILES)
    try:
        kept, moved = _written(request, actor, found), None
    except drafts.ChangedElsewhere as elsewhere:
        kept, moved = elsewhere.apart, elsewhere
    except drafts.TooManyDrafts as full:
        sent = parse(found.package.form_schema, request.POST)
        return _form(request, actor, found, replace(drafts.EMPTY, data=sent), {"": full.text}, full.status)
    removed = request.POST.get("remove", "")
    kept = drafts.change(
        by=actor,
        code=code,
        draft=UUID(kept.id),
        how=lambda one: drafts.without(drafts.with_files(one, files), removed),
    )
    errors = {name: error.text for name, error in refused.items()}
    if moved:
        return _form(request, actor, found, kept, errors | {"": moved.text}, moved.status)
    if removed:
        return _form(request, actor, found, kept, errors, 200)
    errors = errors or drafts.faults(actor, found, kept)
    if not errors:
        return redirect(_check_url(code, kept))
    return _form(request, actor, found, kept, errors, next((e.status for e in refused.values()), 422))


def _id(text: str) -> UUID:
    """The id of a draft as a page sends it; a new one where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return new_id()


def _check_url(code: str, draft: drafts.Content) -> str:
    return f"{reverse('cases:check', args=[code])}?draft={draft.id}"


def _written(request: HttpRequest, actor: Actor, found: InForce) -> drafts.Content:
    """The draft with the text of the page that sent it."""
    sent = request.POST
    return drafts.write(
        by=actor,
        code=found.package.code,
        draft=_id(sent.get("draft", "")),
        page=drafts.Page(own=sent.get("page", "")[:40], seen=sent.get("seen", "")[:40]),
        data=parse(found.package.form_schema, sent),
        agency=sent.get("agency", ""),
    )


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
        "crumbs": _crumbs(package),
        "path": shown.path_steps(0),
        "form": form,
        "draft": draft.id or new_id(),
        "page": new_id(),
        "seen": draft.page,
        "others": [one for one in drafts.all_of(actor, package.code) if one.id != draft.id],
        "another": f"{reverse('cases:apply', args=[package.code])}?draft={new_id()}",
        "documents": lines,
        "upload_url": reverse("cases:upload", args=[package.code]),
        "agencies": [
            {"code": one.code, "name": one.name_en if english else one.name_vi}
            for one in handling_agencies(package.procedure.level)
        ],
        "agency": draft.agency,
        "bar": errors.get("", ""),
        "bar_title": _("You cannot apply with these answers") if status == 422 else _("This was not done"),
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
    try:
        _written(request, actor, found)
    except drafts.ChangedElsewhere as moved:
        return JsonResponse({"error": moved.text, "draft": moved.apart.id}, status=moved.status)
    except ActError as refused:
        return JsonResponse({"error": refused.text}, status=refused.status)
    return JsonResponse({"saved": True})


@applicant_required
@require_POST
def forget(request: HttpRequest, code: str) -> HttpResponse:
    """Throws a draft away."""
    drafts.forget(by=acted_by(request), draft=_id(request.POST.get("draft", "")))
    return redirect("cases:own-list")


@applicant_required
@require_POST
def upload(request: HttpRequest, code: str) -> HttpResponse:
    """One document for the draft, sent by the page in the background; the error says what to mend."""
    actor, found = acted_by(request), _procedure(code)
    files, refused = drafts.uploaded(by=actor, found=found, files=request.FILES)
    if refused:
        error = next(iter(refused.values()))
        return JsonResponse({"error": error.text}, status=error.status)
    place = _id(request.POST.get("draft", ""))
    try:
        drafts.change(by=actor, code=code, draft=place, how=lambda kept: drafts.with_files(kept, files))
    except ActError as full:
        return JsonResponse({"error": full.text}, status=full.status)
    return JsonResponse(next((file.as_json() for file in files), {}), status=201)


@applicant_required
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Everything once more before it is attested; then the receipt."""
    actor, found = acted_by(request), _procedure(code)
    package = found.package
    kept = drafts.of(actor, code, _id(request.GET.get("draft", "")) if "draft" in request.GET else None)
    if drafts.faults(actor, found, kept):
        return redirect(f"{reverse('cases:apply', args=[code])}?draft={kept.id}")
    changed = request.method == "POST" and request.POST.get("shown") != kept.digest()
    if request.method == "POST" and not changed:
        try:
            done = applications.submit(
                by=actor,
                code=code,
                data=kept.data,
                documents=kept.given(),
                agency=kept.agency or None,
                entry=shown.entry_of(request),
                draft=UUID(kept.id),
            )
        except AlreadyDone:
            return redirect("cases:own-list")
        except Invalid as invalid:
            return _form(request, actor, found, kept, invalid.errors, 422)
        except ActError as refused:
            return _form(request, actor, found, kept, {"": refused.text}, refused.status)
        return redirect(reverse("cases:own", kwargs={"case": done.case}) + "?new=1")
    context = {
        "shown": shown.procedure_page(package),
        "crumbs": _crumbs(package),
        "path": shown.path_steps(1),
        "changed": _("This draft was changed in another window. Please look at it once more.")
        if changed
        else "",
        "digest": kept.digest(),
        "edit_url": f"{reverse('cases:apply', args=[code])}?draft={kept.id}",
        "handling": _handling(package, kept.agency),
        "summary": SchemaForm(package.form_schema, data=kept.data).summary(),
        "cards": [
            replace(file.card, title=line["label"])
            for line in shown.document_lines(package, kept, {})
            for file in line["files"]
        ],
        "fee": examination.fee(package, kept.data, applicant_facts(actor), local_day(now())),
        "entry": new_id(),
    }
    return render(request, "cases/check.html", context, status=409 if changed else 200)


def _handling(package: Package, agency: str) -> list[Line]:
    """Who will decide and how long it takes: what a person signs is addressed to somebody. An agency that no longer
    is one is told when it is sent."""
    lines = [Line(_("How long"), limit_text(package.procedure.limit))]
    try:
        found = handling_agency(package.procedure.level, agency)
    except Invalid:
        return lines
    return [Line(_("Handled by"), found.name_en if language() == "en" else found.name_vi), *lines]
