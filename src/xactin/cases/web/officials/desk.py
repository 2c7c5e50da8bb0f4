"""The workplace of officials: the screen of a case with the acts of this post."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xactin.cases.applications import act_drafts, drafts
from xactin.cases.dossiers import commands, queries
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import ActError, Invalid, NotFound, Stale
from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.cases.web import screens, shown, timeline
from xactin.cases.web.access import keep_typed, official_required, typed_kept
from xactin.cases.web.page import changes, forms, walk
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import Actor, signing_with
from xactin.ledger import queries as ledger
from xactin.ledger.errors import AlreadyDone, LedgerError
from xactin.ledger.queries import snapshot
from xactin.notices.commands import try_again
from xactin.ui.schema_form import parse


@snapshot()
def _page(
    request: HttpRequest,
    case: UUID,
    *,
    refusal: str = "",
    tried: forms.Tried | None = None,
    changed: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    actor = acted_by(request)
    try:
        found = queries.case_for(actor, case)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    way = walk.of(request, actor, found.pk)
    context = screens.case(actor, found, way=way, tried=tried) | {
        "done": done_line(request, actor, found) if status == 200 else "",
        "changes": changes.since(actor, found, request.POST.get("shown", ""), changed),
        "kept": forms.orphaned(actor, found, tried),
        "refusal": refusal,
        "refusal_title": _("This was not done"),
    }
    return render(request, "cases/desk_case.html", context, status=status)


@official_required
@require_GET
def case(request: HttpRequest, case: UUID) -> HttpResponse:
    """All of a case on one screen."""
    return _page(request, case)


@official_required
@require_GET
def head(request: HttpRequest, case: UUID) -> HttpResponse:
    """How long the chain of a case is now, for a page that keeps itself up to date: 304 where it has not grown.

    Two look-ups by key and nothing opened, for every open page asks it each two seconds.
    """
    if not queries.sees(acted_by(request), case):
        raise Http404(NotFound().text)
    seq = ledger.head_of(commands.subject_of(case))
    tag = f'"{seq}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag, "Cache-Control": "private, no-cache"})
    return JsonResponse({"seq": seq}, headers={"ETag": tag, "Cache-Control": "private, no-cache"})


@official_required
@require_POST
def again(request: HttpRequest, case: UUID, job: int) -> HttpResponse:
    """A step that the system failed to do is tried again at once; harmless, so whoever sees the case may ask."""
    try:
        found = queries.case_for(acted_by(request), case)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    if job in {one["job"] for one in screens.troubles(found)}:
        try_again(job)
    return redirect("cases:desk-case", case=case)


def asked_of(request: HttpRequest, case: UUID, task: str, act: str) -> dict[str, Any]:
    """What the form of an act sends, read by the act's own schema."""
    actor = acted_by(request)
    try:
        schema = queries.act_schema(actor, case, task, act)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    data = parse(schema, request.POST) if schema else {}
    note = request.POST.get(forms.NOTE, "")
    return {"task": task, "act": act, "data": data, "note": note, "shown": request.POST.get("shown", "")}


def _came(request: HttpRequest, case: UUID) -> tuple[list[drafts.DraftFile], str]:
    """The files that came with an act, those of a try before among them, and what was wrong with the others."""
    actor = acted_by(request)
    if not request.FILES and not any(name.startswith("document.") for name in request.POST):
        return [], ""
    found = procedures.version(queries.case_for(actor, case).version_id)
    came, refused = drafts.uploaded(by=actor, found=found, files=request.FILES)
    before = drafts.uploads(by=actor, found=found, sent=dict(request.POST.lists()))
    return [*before, *came], next((one.text for one in refused.values()), "")


@typed_kept
@official_required
@require_POST
def typed(request: HttpRequest, case: UUID, task: str, act: str) -> HttpResponse:
    """Keeps what is being typed in the form of an act; 409 when the page is too old to say who writes."""
    return HttpResponse(status=204 if keep_typed(request, case, task, act) else 409)


@typed_kept
@official_required
@require_POST
def act(request: HttpRequest, case: UUID, task: str, act: str) -> HttpResponse:
    """Does an act with the server-held key, or tells on the same screen what happened instead."""
    asked = asked_of(request, case, task, act)
    came, wrong = _came(request, case)
    tried = forms.Tried(task=task, act=act, data=asked["data"], note=asked["note"], files=came, fault=wrong)
    if wrong:
        return _page(request, case, tried=tried, status=422)
    files = [UUID(file.id) for file in came]
    try:
        done = commands.act(
            by=acted_by(request), case=case, entry=shown.entry_of(request), files=files, **asked
        )
    except AlreadyDone:
        return redirect("cases:desk-case", case=case)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    except Invalid as invalid:
        keep_typed(request, case, task, act)
        return _page(request, case, tried=tried.wrong(invalid.errors), status=422)
    except (ActError, LedgerError) as refused:
        keep_typed(request, case, task, act)
        changed = refused.facts.get("changed", ()) if isinstance(refused, Stale) else ()
        return _page(
            request, case, tried=tried, refusal=words_of(refused), changed=changed, status=refused.status
        )
    act_drafts.forget(acted_by(request), case, task, act)
    return redirect(_after(request, case, done.entry))


def _after(request: HttpRequest, case: UUID, entry: UUID) -> str:
    """Where one goes after an act: its dossier, which says what was done and leads on in the list."""
    query = request.GET.copy()
    query["done"] = str(entry)
    return f"{reverse('cases:desk-case', args=[case])}?{query.urlencode()}"


def done_line(request: HttpRequest, actor: Actor, found: Case) -> str:
    """What the actor has just done, by the entry that the address names; "" where they did not."""
    entry = request.GET.get("done", "")
    for one in queries.attestations(actor, found) if entry else ():
        if one.entry == entry and one.by.get("person") == str(actor.person_id):
            package = procedures.version(found.version_id).package
            return timeline.act_title(package, one.act)
    return ""


def words_of(refused: ActError | LedgerError) -> str:
    """A refusal in the page's language."""
    return refused.vi if language() == "vi" else refused.en


@typed_kept
@official_required
@require_POST
def prepare(request: HttpRequest, case: UUID, task: str, act: str) -> JsonResponse:
    """The statement of an act and what the browser needs to ask a passkey for its signature."""
    actor = signing_with(acted_by(request))
    if actor is None:
        return JsonResponse({"error": _("No passkey is enrolled for this post.")}, status=409)
    asked = asked_of(request, case, task, act)
    came, wrong = _came(request, case)
    if wrong:
        return JsonResponse({"error": wrong}, status=422)
    try:
        files = [UUID(file.id) for file in came]
        prepared = commands.prepare(by=actor, case=case, files=files, **asked)
    except Invalid as invalid:
        return JsonResponse({"error": invalid.text, "errors": invalid.errors}, status=422)
    except (ActError, LedgerError) as refused:
        return JsonResponse({"error": words_of(refused)}, status=refused.status)
    return JsonResponse({"entry": prepared.statement["id"], "options": prepared.options})


@official_required
@require_POST
def sign(request: HttpRequest, case: UUID) -> JsonResponse:
    """Completes a prepared act with the passkey's answer."""
    try:
        sent: Mapping[str, Any] = orjson.loads(request.body)
        entry, credential = UUID(sent["entry"]), dict(sent["credential"])
    except (KeyError, TypeError, ValueError):
        return JsonResponse({"error": _("The signature could not be read.")}, status=400)
    try:
        done = commands.complete(by=acted_by(request), case=case, entry=entry, credential=credential)
    except (ActError, LedgerError) as refused:
        return JsonResponse({"error": words_of(refused)}, status=refused.status)
    act_drafts.forget_closed(acted_by(request), case)
    return JsonResponse({"seq": done.seq, "phase": done.phase, "url": _after(request, case, done.entry)})
