"""A person's own dossiers: what happens, what is asked, what came out."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xactin.cases.applications import act_drafts, drafts
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import commands, queries
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.wording import lapse_text
from xactin.cases.errors import ActError, Invalid, NotFound
from xactin.cases.lists import queries as lists
from xactin.cases.models import Case
from xactin.cases.parties.queries import invitations, joinable
from xactin.cases.procedures import queries as procedures
from xactin.cases.web import parties, screens, shown, timeline
from xactin.cases.web.access import signed_in_required, typed_kept
from xactin.cases.web.officials.desk import asked_of
from xactin.cases.web.page import forms
from xactin.cases.web.shown import acted_by
from xactin.ledger.errors import AlreadyDone
from xactin.ledger.queries import snapshot
from xactin.ui.schema_form import SchemaForm, parse
from xactin.vault.ids import new_id


def _case(request: HttpRequest, case: UUID) -> Case:
    try:
        return queries.case_for(acted_by(request), case)
    except NotFound as missing:
        raise Http404(missing.text) from missing


@signed_in_required
@require_GET
@snapshot()
def cases(request: HttpRequest) -> HttpResponse:
    """The actor's dossiers, newest first."""
    if acted_by(request).post_code:  # an official's list is that of the post; nothing of it is theirs
        return redirect("cases:desk-list")
    filters, choices = shown.own_filters(request.GET)
    rows = lists.cases(acted_by(request), filters)
    page = rows[: filters.limit]
    context = {
        "rows": [shown.case_head(row) for row in page],
        "filters": choices,
        "filtered": shown.is_filtered(request.GET),
        "next": str(page[-1].pk) if len(rows) > filters.limit else "",
        "invitations": [parties.brief(row) for row in invitations(acted_by(request))],
        "drafts": shown.drafts_of(acted_by(request)),
    }
    return render(request, "cases/own_list.html", context)


@snapshot()
def _page(
    request: HttpRequest,
    found: UUID,
    *,
    data: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    tried: forms.Tried | None = None,
    brought: Sequence[drafts.DraftFile] = (),
    status: int = 200,
) -> HttpResponse:
    """The dossier as it stands now: where something was refused, somebody else may have acted meanwhile."""
    actor, case = acted_by(request), _case(request, found)
    tasks = [task for task in screens.tasks(actor, case, tried=tried) if task["acts"]]
    package = procedures.version(case.version_id).package
    opened = queries.content_of(actor, case, purpose="own")
    current = content.form_data(opened)
    # Letters are to who applied: another party reads what is theirs alone.
    theirs, reader = queries.asked_for(actor, case), str(actor.person_id)
    asked = (
        queries.said_last(case, "supplement", by=reader) if theirs and case.phase == "supplement" else None
    )
    refused = queries.said_last(case, "refuse", by=reader) if theirs and case.phase == "refused" else None
    form = SchemaForm(package.form_schema, data=data if data is not None else current, errors=errors or {})
    context = {
        "case": shown.case_head(case),
        "is_new": "new" in request.GET,
        "crumbs": [(_("My dossiers"), reverse("cases:own-list")), (case.number, "")],
        "facts": shown.case_facts(case),
        "timeline": timeline.timeline(actor, case),
        "summary": SchemaForm(package.form_schema, data=current).summary(),
        "cards": shown.file_cards(actor, case),
        "result": shown.result_of(case) if queries.reads_result(actor, case) else None,
        "theirs": theirs,
        "papers": shown.papers_of(case) if theirs else [],
        "parties": parties.listed(actor, case),
        "has_parties": bool(joinable(package)),
        "refused": refused,
        "again_url": reverse("cases:procedure", args=[package.code]),
        "asked": asked,
        "asked_due": queries.asked_until(case) if asked else None,
        "asked_lapse": lapse_text(package),
        "tasks": tasks if asked is None else [],
        "task_errors": screens.faults_of(tasks),
        "refusal": (errors or {}).get("", ""),
        "refusal_title": _("This was not done"),
        "form": form,
        "form_errors": any(where.startswith("/") for where in errors or {}),
        "error_list": form.error_list() if errors else [],
        "documents": shown.document_lines(
            package, replace(drafts.EMPTY, files=tuple(brought)), errors or {}, shown.sent_cards(actor, case)
        )
        if asked
        else [],
        "may_withdraw": queries.may_withdraw(actor, case),
        "entry": new_id(),
    }
    return render(request, "cases/own_case.html", context, status=status)


@signed_in_required
@require_GET
def case(request: HttpRequest, case: UUID) -> HttpResponse:
    """One dossier: the timeline, the papers, the result, and what is asked of its applicant."""
    if acted_by(request).post_code:  # the QR of a receipt leads here; at work it leads to the desk
        return redirect("cases:desk-case", case=case)
    return _page(request, case)


@signed_in_required
@require_POST
def supply(request: HttpRequest, case: UUID) -> HttpResponse:
    """Brings what was asked for. Files that came once stay with the page, whatever else is wrong with it."""
    actor, version = acted_by(request), procedures.version(_case(request, case).version_id)
    data = parse(version.package.form_schema, request.POST)
    files, refused = drafts.uploaded(by=actor, found=version, files=request.FILES)
    sent = dict(request.POST.lists())
    removed = request.POST.get("remove", "")
    before = [one for one in drafts.uploads(by=actor, found=version, sent=sent) if one.id != removed]
    page = partial(_page, request, case, data=data, brought=[*before, *files])
    if refused:
        errors = {name: error.text for name, error in refused.items()}
        return page(errors=errors, status=next(iter(refused.values())).status)
    if removed:
        return page()
    try:
        applications.supply(
            by=actor,
            case=case,
            data=data or None,
            documents=drafts.with_files(drafts.EMPTY, [*before, *files]).given(),
            entry=shown.entry_of(request),
        )
    except Invalid as invalid:
        return page(errors=invalid.errors, status=422)
    except ActError as refusal:
        return page(errors={"": refusal.text}, status=refusal.status)
    return redirect("cases:own", case=case)


@typed_kept
@signed_in_required
@require_POST
def act(request: HttpRequest, case: UUID, task: str, act: str) -> HttpResponse:
    """What the procedure asks of its applicant on the way: to check a draft, say."""
    asked = asked_of(request, case, task, act)
    tried = forms.Tried(task=task, act=act, data=asked["data"], note=asked["note"])
    try:
        commands.act(by=acted_by(request), case=case, entry=shown.entry_of(request), **asked)
    except AlreadyDone:
        return redirect("cases:own", case=case)
    except Invalid as invalid:
        return _page(request, case, tried=tried.wrong(invalid.errors), status=422)
    except ActError as refusal:
        return _page(request, case, tried=tried, errors={"": refusal.text}, status=refusal.status)
    act_drafts.forget(acted_by(request), case, task, act)
    return redirect("cases:own", case=case)


@signed_in_required
@require_POST
def withdraw(request: HttpRequest, case: UUID) -> HttpResponse:
    """Takes the application back."""
    try:
        applications.withdraw(
            by=acted_by(request),
            case=case,
            note=request.POST.get("note", ""),
            entry=shown.entry_of(request),
        )
    except Invalid as invalid:
        return _page(request, case, errors=invalid.errors, status=422)
    except ActError as refusal:
        return _page(request, case, errors={"": refusal.text}, status=refusal.status)
    return redirect("cases:own", case=case)
