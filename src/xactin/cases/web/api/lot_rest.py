"""The API of lots: one act for many dossiers, each attested singly; what became of each."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from xactin.cases.errors import Invalid, NotFound
from xactin.cases.lots import commands, queries
from xactin.cases.lots.rules import MOST
from xactin.cases.models import Lot
from xactin.cases.web.api import answers
from xactin.cases.web.api.nouns import Digest, Key, Moment, Text
from xactin.identity.queries import Actor
from xactin.identity.web.idempotency import Answer, once
from xactin.identity.web.refusals import refusals
from xactin.identity.web.rest import BearerAuth, caller
from xactin.ledger.queries import EntryRow, snapshot

router = Router(tags=["cases"])
TOKEN = BearerAuth()


class LotItemIn(Schema):
    """An open task; `shown` as `GET /cases/{id}/tasks` told it. Without it, that is said in the entry."""

    case: UUID
    task: Annotated[Text, Field(max_length=40)]
    shown: Annotated[Text, Field(max_length=100)] | None = None


class LotIn(Schema):
    """One act for many alike tasks: the same version of a procedure, the same task. `data`: one text, or nothing."""

    act: Annotated[Text, Field(max_length=60, examples=["approve"])]
    items: Annotated[list[LotItemIn], Field(min_length=1, max_length=MOST)]
    data: dict[str, Any] = {}


class LotItemOut(Schema):
    """What became of a dossier: chosen, out, unsigned, waiting, done, changed, gone or refused; `told` says why."""

    case: UUID
    task: str
    state: str
    told: str
    entry: UUID | None


class LotOut(Schema):
    """A lot and its dossiers; `finished_at` once none waits any more."""

    id: UUID
    act: str
    confirmed_at: Moment | None
    finished_at: Moment | None
    items: list[LotItemOut]


class LotChallengeOut(Schema):
    """What a passkey signs next of a lot: the root over these statements (at most 64), with the browser's options."""

    lot: UUID
    statements: list[dict[str, Any]]
    challenge: Digest
    options: dict[str, Any]


class CredentialIn(Schema):
    """The browser's answer, `credential.toJSON()`."""

    credential: dict[str, Any]


@router.post(
    "/lots",
    auth=TOKEN,
    response={202: LotOut, 428: LotChallengeOut},
    summary="Act on many",
    openapi_extra=refusals(401, 403, 404, 409, 413),
)
def post_lot(request: HttpRequest, body: LotIn, key: Key = None) -> HttpResponse:
    """Begins one act on many dossiers; the work goes on after the answer. 428 where a passkey has to sign first."""
    actor = caller(request)

    def begin(entry: UUID) -> Answer:
        tasks = _tasks(actor, body.items)
        (kind,) = set(tasks.values())
        lot = commands.gather(by=actor, tasks=tasks, version=kind[0], node=kind[1], act=body.act)
        told = {(one.case, one.task): one.shown for one in body.items}
        shown = {
            one.item.pk: told[one.item.case_id, one.item.token] or one.shown
            for one in queries.considered(
                actor, lot, own_answer=_("This dossier needs an answer of its own.")
            )
        }
        unseen = {item for item in shown if not shown[item]} | {
            one.pk for one in queries.items(lot) if told[one.case_id, one.token] is None
        }
        commands.confirm(
            by=actor,
            lot=lot.pk,
            shown={item: digest or commands.UNKNOWN for item, digest in shown.items()},
            data=body.data,
            passkey=actor.requires_passkey,
            unseen=unseen,
        )
        return _answer(actor, lot.pk)

    def retold(_entry: EntryRow) -> Answer:
        raise NotFound

    return once(actor, key, request, begin, retold)


def _tasks(actor: Actor, items: list[LotItemIn]) -> dict[int, tuple[int, str]]:
    """The open tasks that these name, with their kind. Raises NotFound, Invalid for several kinds."""
    named = {(one.case, one.task) for one in items}
    rows = queries.named(actor, [one.case for one in items])
    found = {row[0]: (row[3], row[4]) for row in rows if (row[1], row[2]) in named}
    if not found:
        raise NotFound
    if len(set(found.values())) > 1:
        raise Invalid({"/items": _("Only tasks of one kind go together.")})
    return found


def _answer(actor: Actor, lot: UUID) -> Answer:
    found = queries.lot_for(actor, lot)
    asked = commands.ask(by=actor, lot=lot) if found.passkey else None
    if asked is None:
        return 202, _lot(queries.lot_for(actor, lot))
    statements, root, options = asked
    return 428, {"lot": str(lot), "statements": statements, "challenge": root.hex(), "options": options}


def _lot(found: Lot) -> dict[str, Any]:
    return {
        "id": str(found.pk),
        "act": found.act,
        "confirmed_at": answers.moment(found.confirmed_at),
        "finished_at": answers.moment(found.finished_at),
        "items": [
            {
                "case": str(one.case_id),
                "task": one.token,
                "state": one.state,
                "told": one.told,
                "entry": str(one.entry) if one.entry else None,
            }
            for one in queries.items(found)
        ],
    }


@router.get(
    "/lots/{lot}", auth=TOKEN, response=LotOut, summary="A lot", openapi_extra=refusals(401, 403, 404)
)
@snapshot()
def get_lot(request: HttpRequest, lot: UUID) -> dict[str, Any]:
    """What has become of each dossier so far; a lot is seen by whoever began it, in the same post."""
    return _lot(queries.lot_for(caller(request), lot))


@router.post(
    "/lots/{lot}/signature",
    auth=TOKEN,
    response={202: LotOut, 428: LotChallengeOut},
    summary="Sign a lot",
    openapi_extra=refusals(401, 403, 404, 409, 413),
)
def post_lot_signature(request: HttpRequest, lot: UUID, body: CredentialIn) -> HttpResponse:
    """Takes the passkey's answer to what was asked last; 428 again while more than 64 statements are left."""
    actor = caller(request)
    commands.answer(by=actor, lot=lot, credential=body.credential)
    status, told = _answer(actor, lot)
    return answers.json(status, told)
