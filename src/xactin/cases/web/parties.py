"""Pages of the parties of a dossier: who takes part, inviting somebody, and the invited person's answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import ActError, Invalid, NotFound
from xactin.cases.models import Case, Party
from xactin.cases.parties import commands, queries
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.web import shown
from xactin.cases.web.access import applicant_required, require_few_invitations, signed_in_required
from xactin.cases.web.shown import acted_by
from xactin.identity import queries as identity
from xactin.identity.queries import Actor
from xactin.ledger.errors import AlreadyDone
from xactin.ledger.queries import snapshot
from xactin.ui.pieces import Line
from xactin.vault.ids import new_id

_FIELDS = ("kind", "number", "name")


def listed(actor: Actor, case: Case) -> list[dict[str, Any]]:
    """Everybody who was invited to a case, as far as the reader is told."""
    return [
        {
            "id": one.invitation,
            "waits": one.state == Party.State.INVITED,
            "as_what": text_in(one.as_what.name, language()),
            "name": one.full_name,
            "verified": one.verified,
            "state": one.state,
            "state_text": Party.State(one.state).label,
            "at": one.answered_at or one.invited_at,
        }
        for one in queries.members(actor, case)
    ]


@signed_in_required
@require_http_methods(["GET", "POST"])
def parties(request: HttpRequest, case: UUID) -> HttpResponse:
    """Who takes part in a dossier; sent, the form invites somebody."""
    actor = acted_by(request)
    try:
        if request.method == "GET":
            return _page(request, case)
        typed = {name: request.POST.get(name, "").strip()[:200] for name in _FIELDS}
        require_few_invitations(request, actor)
        commands.invite(by=actor, case=case, entry=shown.entry_of(request), **typed)
    except NotFound as missing:
        raise Http404(missing.text) from missing
    except AlreadyDone:
        pass  # the same form sent twice
    except Invalid as invalid:
        return _page(request, case, typed=typed, errors=invalid.errors, status=422)
    except ActError as refused:
        return _page(request, case, typed=typed, errors={"": refused.text}, status=refused.status)
    return redirect("cases:parties", case=case)


@signed_in_required
@require_POST
def revoke(request: HttpRequest, case: UUID, invitation: UUID) -> HttpResponse:
    """Takes an invitation back that waits for its answer."""
    try:
        commands.revoke(by=acted_by(request), case=case, invitation=invitation, entry=shown.entry_of(request))
    except NotFound as missing:
        raise Http404(missing.text) from missing
    except AlreadyDone:
        pass  # the same form sent twice
    except ActError as refused:
        return _page(request, case, errors={"": refused.text}, status=refused.status)
    return redirect("cases:parties", case=case)


@snapshot()
def _page(
    request: HttpRequest,
    id: UUID,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = acted_by(request)
    case = dossiers.case_for(actor, id)
    kinds = queries.may_invite(actor, case)
    home = "cases:desk-case" if actor.post_code else "cases:own"
    context = {
        "case": shown.case_head(case),
        "crumbs": [(case.number, reverse(home, args=[id])), (_("Parties"), "")],
        "layout": "ui/desk.html" if actor.post_code else "ui/portal.html",
        # An entry of its own for each form that takes back: two of them sent are two acts.
        "members": [one | {"entry": new_id()} for one in listed(actor, case)],
        "may_revoke": queries.may_revoke(actor, case),
        "kinds": [(kind, text_in(said.name, language())) for kind, said in kinds.items()],
        "typed": typed or {},
        "errors": errors or {},
        "error_list": [
            {"anchor": f"party-{one}", "message": errors[one]} for one in _FIELDS if errors and one in errors
        ],
        "refusal": (errors or {}).get("", ""),
        "refusal_title": _("This was not done"),
        "entry": new_id(),
    }
    return render(request, "cases/parties.html", context, status=status)


@applicant_required
@require_GET
@snapshot()
def invitation(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """What somebody is invited to: by whom, as what; nothing of the content."""
    return _invitation(request, invitation)


@applicant_required
@require_POST
def answer(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """Joins, or declines."""
    actor = acted_by(request)
    row = _own(actor, invitation)
    does = commands.accept if request.POST.get("answer") == "accept" else commands.decline
    try:
        does(by=actor, case=row.case_id, invitation=invitation, entry=shown.entry_of(request))
    except AlreadyDone:
        pass  # the same form sent twice
    except ActError as refused:
        return _invitation(request, invitation, refusal=refused.text, status=refused.status)
    if does is commands.accept:
        return redirect("cases:own", case=row.case_id)
    return redirect("cases:invitation", invitation=invitation)


def _own(actor: Actor, invitation: UUID) -> Party:
    try:
        return queries.invitation_for(actor, invitation)
    except NotFound as missing:
        raise Http404(missing.text) from missing


def _invitation(request: HttpRequest, id: UUID, *, refusal: str = "", status: int = 200) -> HttpResponse:
    row = _own(acted_by(request), id)
    context = {
        **brief(row),
        "row": row,
        "crumbs": [(_("My dossiers"), reverse("cases:own-list")), (_("Invitation"), "")],
        "facts": _facts(row),
        "waits": row.state == Party.State.INVITED,
        "state_text": Party.State(row.state).label,
        "refusal": refusal,
        "refusal_title": _("This was not done"),
        "entry": new_id(),
    }
    return render(request, "cases/invitation.html", context, status=status)


def brief(row: Party) -> dict[str, Any]:
    """An invitation in a list: what it is to, and as what."""
    procedure = procedures.version(row.case.version_id).package.procedure
    return {
        "id": row.pk,
        "number": row.case.number,
        "name": text_in(procedure.name, language()),
        "as_what": text_in(procedure.parties[row.kind].name, language()),
        "invited_at": row.invited_at,
    }


def _facts(row: Party) -> list[Line]:
    """Whose dossier it is and where it is handled: what a person needs to know before they answer."""
    agency = identity.agency(row.case.agency_id)
    handled = agency.name_en if language() == "en" else agency.name_vi
    lines = [Line(_("Dossier number"), row.case.number)]
    if row.case.applicant_name:
        lines.append(Line(_("Applied for by"), row.case.applicant_name))
    return [*lines, Line(_("Handled by"), handled), Line(_("You are invited as"), brief(row)["as_what"])]
