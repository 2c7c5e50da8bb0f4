"""The API of parties: who takes part in a case, inviting somebody, answering an invitation."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from xactin.cases.dossiers import queries as dossiers
from xactin.cases.models import Party
from xactin.cases.parties import commands, queries
from xactin.cases.web.access import require_few_invitations
from xactin.cases.web.api import answers, nouns
from xactin.cases.web.api.nouns import Key
from xactin.identity.queries import Actor
from xactin.identity.web.idempotency import Answer, once
from xactin.identity.web.refusals import refusals
from xactin.identity.web.rest import BearerAuth, caller
from xactin.ledger.queries import snapshot

router = Router(tags=["cases"])
TOKEN = BearerAuth()


@router.get(
    "/cases/{case}/parties",
    auth=TOKEN,
    response=nouns.PartyList,
    summary="Parties of a case",
    openapi_extra=refusals(401, 403, 404),
)
@snapshot()
def list_parties(request: HttpRequest, case: UUID) -> dict[str, Any]:
    """Who was invited beside who applied, and what they answered; empty for a consulted agency."""
    actor = caller(request)
    return {"items": [_party(one) for one in queries.members(actor, dossiers.case_for(actor, case))]}


@router.post(
    "/cases/{case}/parties",
    auth=TOKEN,
    response={201: nouns.PartyOut},
    summary="Invite a party",
    openapi_extra=refusals(401, 403, 404, 409, 413),
)
def post_party(request: HttpRequest, case: UUID, body: nouns.PartyIn, key: Key = None) -> HttpResponse:
    """Attests an invitation: by who applied or, where nobody does, by the agency that handles the case."""
    actor = caller(request)

    def invite(entry: UUID) -> Answer:
        require_few_invitations(request, actor)
        invitation = commands.invite(by=actor, case=case, entry=entry, **body.model_dump())
        return _told(actor, case, invitation)

    return once(actor, key, request, invite, lambda entry: _told(actor, case, entry.id))


@router.post(
    "/cases/{case}/parties/{invitation}/revoke",
    auth=TOKEN,
    response={201: nouns.PartyOut},
    summary="Take an invitation back",
    openapi_extra=refusals(401, 403, 404, 409, 413),
)
def post_revocation(request: HttpRequest, case: UUID, invitation: UUID, key: Key = None) -> HttpResponse:
    """Attests that an invitation nobody answered yet is taken back: by who could invite."""
    actor = caller(request)

    def revoke(entry: UUID) -> Answer:
        commands.revoke(by=actor, case=case, invitation=invitation, entry=entry)
        return _told(actor, case, invitation)

    return once(actor, key, request, revoke, lambda _entry: _told(actor, case, invitation))


@router.get(
    "/invitations",
    auth=TOKEN,
    response=nouns.InvitationList,
    summary="Invitations",
    openapi_extra=refusals(401, 403),
)
@snapshot()
def list_invitations(request: HttpRequest) -> dict[str, Any]:
    """What waits for the asker's own answer; nothing of a case's content."""
    return {"items": [_invitation(row) for row in queries.invitations(caller(request))]}


@router.post(
    "/invitations/{invitation}/answer",
    auth=TOKEN,
    response={201: nouns.InvitationOut},
    summary="Answer an invitation",
    openapi_extra=refusals(401, 403, 404, 409, 413),
)
def post_answer(
    request: HttpRequest, invitation: UUID, body: nouns.InvitationAnswer, key: Key = None
) -> HttpResponse:
    """Attests that the invited person takes part, or does not."""
    actor = caller(request)
    does = commands.accept if body.accept else commands.decline

    def told() -> Answer:
        return 201, _invitation(queries.invitation_for(actor, invitation))

    def answer(entry: UUID) -> Answer:
        found = queries.invitation_for(actor, invitation)
        does(by=actor, case=found.case_id, invitation=invitation, entry=entry)
        return told()

    return once(actor, key, request, answer, lambda _entry: told())


def _told(actor: Actor, case: UUID, invitation: UUID) -> Answer:
    members = queries.members(actor, dossiers.case_for(actor, case))
    return 201, next(_party(one) for one in members if one.invitation == invitation)


def _party(one: queries.Member) -> dict[str, Any]:
    return {
        "invitation": str(one.invitation),
        "kind": one.kind,
        "name": one.full_name,
        "verified": one.verified,
        "state": one.state,
        "invited_at": answers.moment(one.invited_at),
        "answered_at": answers.moment(one.answered_at),
    }


def _invitation(row: Party) -> dict[str, Any]:
    return {
        "invitation": str(row.pk),
        "case": str(row.case_id),
        "number": row.case.number,
        "procedure": row.case.version.code,
        "kind": row.kind,
        "state": row.state,
        "invited_at": answers.moment(row.invited_at),
    }
