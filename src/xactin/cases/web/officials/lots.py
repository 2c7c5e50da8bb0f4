"""Many dossiers at once: chosen in the inbox, looked at beside one another, confirmed once, followed to the end."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import ActError, Invalid, NotFound
from xactin.cases.lists import queries as lists
from xactin.cases.lots import commands, queries
from xactin.cases.lots.rules import MOST, text_schema
from xactin.cases.models import Lot
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.web.access import official_required
from xactin.cases.web.lists.asked import tasks_asked
from xactin.cases.web.officials import lot_rows
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import signing_with
from xactin.kernel.procedure import engine
from xactin.kernel.refusal import Refusal
from xactin.ledger.queries import snapshot
from xactin.ui.schema_form import SchemaForm, parse

MOST_SENT = MOST * 2
"""Tasks that one form may name."""


@official_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """What was chosen in the inbox, by kind and act; where there is one way only, it is taken."""
    actor = acted_by(request)
    tasks = _chosen(request)
    kinds = queries.alike(actor, tasks)
    version, node, act = _wanted(request)
    if act or (len(kinds) == 1 and len(kinds[0].acts) == 1):
        only = kinds[0] if kinds else None
        try:
            lot = commands.gather(
                by=actor,
                tasks=tasks,
                version=version or (only.version if only else 0),
                node=node or (only.node if only else ""),
                act=act or (only.acts[0].id if only else ""),
            )
        except ActError as refused:
            messages.error(request, refused.text)
            return redirect("cases:inbox")
        if len(tasks) > MOST:
            messages.warning(request, _("At most %d dossiers go together: the first were taken.") % MOST)
        return redirect("cases:lot", lot=lot.pk)
    if not kinds:
        messages.error(request, _("Choose tasks first, by the boxes before the lines."))
        return redirect("cases:inbox")
    context = {"kinds": [_kind(one) for one in kinds], "crumbs": [(_("Inbox"), reverse("cases:inbox"))]}
    return render(request, "cases/lot_choose.html", context)


def _chosen(request: HttpRequest) -> list[int]:
    """The tasks that the form names, or all that the filters of its list find."""
    if request.POST.get("all"):
        filters = tasks_asked(request, QueryDict(request.POST.get("filters", "")[:1000]))
        return lists.inbox_ids(acted_by(request), filters, most=MOST + 1)
    named = request.POST.getlist("task")[:MOST_SENT]
    return [int(one) for one in named if one.isascii() and one.isdigit() and len(one) < 19]


def _wanted(request: HttpRequest) -> tuple[int, str, str]:
    version, _slash, rest = request.POST.get("kind", "").partition("/")
    node, _slash, act = rest.partition("/")
    return (
        (int(version), node, act)
        if version.isascii() and version.isdigit() and len(version) < 19
        else (0, "", "")
    )


def _kind(one: queries.Alike) -> dict[str, Any]:
    package = procedures.version(one.version).package
    return {
        "procedure": text_in(package.procedure.name, language()),
        "task": text_in(engine.node_name(package, one.node), language()),
        "count": len(one.tasks),
        "tasks": one.tasks,
        "acts": [
            {"value": f"{one.version}/{one.node}/{act.id}", "label": text_in(act.label, language())}
            for act in one.acts
        ],
    }


@official_required
@require_GET
def lot(request: HttpRequest, lot: UUID) -> HttpResponse:
    """A lot: its dossiers beside one another, or, once it is confirmed, what has become of each."""
    return _page(request, _found(request, lot))


def _found(request: HttpRequest, lot: UUID) -> Lot:
    try:
        return queries.lot_for(acted_by(request), lot)
    except NotFound as missing:
        raise Http404(missing.text) from missing


@snapshot()
def _page(
    request: HttpRequest, found: Lot, *, form: SchemaForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    actor = acted_by(request)
    context = _head(found) | {"crumbs": [(_("Inbox"), reverse("cases:inbox")), (_("Many at once"), "")]}
    if found.confirmed_at is not None:
        return render(request, "cases/lot_state.html", context | lot_rows.became(found))
    act, asked = queries.act_of(found)
    schema = text_schema(act, asked)
    rows = lot_rows.reviewed(actor, found)
    can_sign = signing_with(actor) is not None
    context |= {
        "along": [row for row in rows if not row["refused"]],
        "left": [row for row in rows if row["refused"]],
        "form": form or (SchemaForm(schema) if schema else None),
        "refusal": refusal,
        "passkey": can_sign,
        "needs_passkey": actor.requires_passkey,
        "ceremonies": -(-len(rows) // commands.CEREMONY),
    }
    return render(request, "cases/lot_review.html", context, status=status)


def _head(found: Lot) -> dict[str, Any]:
    package = procedures.version(found.version_id).package
    act, _asked = queries.act_of(found)
    return {
        "lot": found,
        "procedure": text_in(package.procedure.name, language()),
        "task": text_in(engine.node_name(package, found.node), language()),
        "act": text_in(act.label, language()),
        "leads": act.kind == "advance",
    }


def _confirmed(request: HttpRequest, found: Lot, *, passkey: bool) -> Lot:
    act, asked = queries.act_of(found)
    schema = text_schema(act, asked)
    shown = {}
    for one in request.POST.getlist("item"):
        item, _colon, digest = one.partition(":")
        if item.isascii() and item.isdigit() and len(item) < 19:
            shown[int(item)] = digest
    data = parse(schema, request.POST) if schema else {}
    return commands.confirm(by=acted_by(request), lot=found.pk, shown=shown, data=data, passkey=passkey)


@official_required
@require_POST
def confirm(request: HttpRequest, lot: UUID) -> HttpResponse:
    """One confirmation for all that were left ticked, signed with the key kept here."""
    found = _found(request, lot)
    try:
        _confirmed(request, found, passkey=False)
    except Invalid as invalid:
        act, asked = queries.act_of(found)
        schema = text_schema(act, asked)
        form = SchemaForm(schema, data=parse(schema, request.POST), errors=invalid.errors) if schema else None
        return _page(request, found, form=form, refusal=invalid.errors.get("", invalid.text), status=422)
    except ActError as refused:
        return _page(request, found, refusal=refused.text, status=refused.status)
    return redirect("cases:lot", lot=lot)


@official_required
@require_POST
def prepare(request: HttpRequest, lot: UUID) -> JsonResponse:
    """What the device has to sign next of a lot, which is confirmed first; `options` null at the end."""
    found = _found(request, lot)
    try:
        if found.confirmed_at is None:
            _confirmed(request, found, passkey=True)
        asked = commands.ask(by=acted_by(request), lot=found.pk)
    except Invalid as invalid:
        return JsonResponse({"error": invalid.text, "errors": invalid.errors}, status=422)
    except Refusal as refused:
        return JsonResponse({"error": refused.in_language(language())}, status=refused.status)
    url = reverse("cases:lot", args=[lot])
    return JsonResponse(
        {"options": asked[2] if asked else None, "count": len(asked[0]) if asked else 0, "url": url}
    )


@official_required
@require_POST
def sign(request: HttpRequest, lot: UUID) -> JsonResponse:
    """Takes the device's answer; the work on what it signed begins."""
    try:
        sent: Mapping[str, Any] = orjson.loads(request.body)
        credential = dict(sent["credential"])
    except (KeyError, TypeError, ValueError):
        return JsonResponse({"error": _("The signature could not be read.")}, status=400)
    try:
        commands.answer(by=acted_by(request), lot=_found(request, lot).pk, credential=credential)
    except Refusal as refused:
        return JsonResponse({"error": refused.in_language(language())}, status=refused.status)
    return JsonResponse({"url": reverse("cases:lot", args=[lot])})


@official_required
@require_POST
def drop(request: HttpRequest, lot: UUID) -> HttpResponse:
    """Gives a lot up: what was not done stays in the inbox."""
    found = _found(request, lot)
    commands.drop(by=acted_by(request), lot=found.pk)
    return redirect("cases:inbox") if found.confirmed_at is None else redirect("cases:lot", lot=lot)
