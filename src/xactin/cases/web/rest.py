"""The API of the room: procedures, cases, acts, files (design: interfaces, "the main resources").

Thin: each operation is one command or query. Refusals are exceptions with a status and both
languages; the site turns them into RFC 9457 problem details.
"""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Field, File, Query, Router
from ninja.files import UploadedFile
from pydantic import ValidationError

from xactin.cases.applications import commands as applications
from xactin.cases.counter.commands import Seen, Visitor, begin_for
from xactin.cases.dossiers import commands, queries
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.lists import queries as lists
from xactin.cases.lists.persons import note_taken
from xactin.cases.office.commands import begin_work
from xactin.cases.procedures import queries as procedures
from xactin.cases.web.api import answers, lot_rest, nouns, party_rest
from xactin.cases.web.api.nouns import Instant, Key, Limit, Text, Words, answers_file
from xactin.identity.queries import Actor, signing_with
from xactin.identity.web.idempotency import Answer, once
from xactin.identity.web.refusals import refusals
from xactin.identity.web.rest import BearerAuth, caller
from xactin.kernel.procedure import engine
from xactin.ledger.queries import EntryRow, snapshot

router = Router(tags=["cases"])
router.add_router("", party_rest.router)
router.add_router("", lot_rest.router)
TOKEN = BearerAuth()
WITHDRAW = "withdraw"


@router.get(
    "/procedures", response=nouns.ProcedurePage, summary="Procedures in force", openapi_extra=refusals()
)
def list_procedures(
    request: HttpRequest,
    q: Words = "",
    level: Annotated[Text, Field(max_length=20)] = "",
    field: Annotated[Text, Field(max_length=40)] = "",
    after: Annotated[Text, Field(max_length=40)] = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """What can be applied for today. No token is needed."""
    return answers.procedure_page(words=q, level=level, field=field, after=after, limit=limit)


@router.get(
    "/procedures/{code}", response=nouns.ProcedureOut, summary="One procedure", openapi_extra=refusals(404)
)
def get_procedure(request: HttpRequest, code: Annotated[Text, Field(max_length=40)]) -> dict[str, Any]:
    """Form, documents asked for, limits, fee, and a worked example to apply with. No token is needed."""
    return answers.procedure(procedures.today(code))


@router.post(
    "/cases",
    auth=TOKEN,
    response={201: nouns.CaseOut},
    summary="Apply",
    openapi_extra=refusals(401, 403, 404, 409, 413),
)
def post_case(request: HttpRequest, body: nouns.CaseIn, key: Key = None) -> HttpResponse:
    """Attests an application for the one who asks, or, for who wears a post, work that this post may begin; the
    answer comes after the durable write."""
    actor = caller(request)

    def submit(entry: UUID) -> Answer:
        if body.visitor is not None:
            received = begin_for(
                by=actor,
                visitor=Visitor(**body.visitor.model_dump(include={"number", "name", "phone"})),
                code=body.procedure,
                data=body.data,
                documents=_given(body.documents),
                seen=Seen(
                    present=body.visitor.present, despite=body.visitor.despite, agency=body.agency or ""
                ),
                entry=entry,
            )
            return 201, answers.case(queries.case_for(actor, received.case))
        if actor.post_code:
            work = begin_work(
                by=actor,
                code=body.procedure,
                data=body.data,
                documents=_given(body.documents),
                source=body.source,
                entry=entry,
            )
            return 201, answers.case(queries.case_for(actor, work.case))
        done = applications.submit(
            by=actor,
            code=body.procedure,
            data=body.data,
            documents=_given(body.documents),
            agency=body.agency,
            entry=entry,
        )
        return 201, answers.case(queries.case_for(actor, done.case))

    def retold(entry: EntryRow) -> Answer:
        return 201, answers.case(queries.case_for(actor, _case_of(entry)))

    return once(actor, key, request, submit, retold)


@router.get("/cases", auth=TOKEN, response=nouns.CasePage, summary="Cases", openapi_extra=refusals(401, 403))
@snapshot()
def list_cases(
    request: HttpRequest,
    state: Annotated[int | None, Query(ge=1, le=10)] = None,
    late: bool = False,
    due_before: Instant | None = None,
    q: Words = "",
    after: UUID | None = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """The cases the asker may see, newest first. `late`: any step was late, or the end. `due_before` asks for
    those not yet finished."""
    filters = lists.Filters(words=q, state=state, late=late, due_before=due_before, after=after, limit=limit)
    found = lists.cases(caller(request), filters)
    note_taken(caller(request), found[:limit])
    return answers.page(found, limit, answers.case)


@router.get(
    "/cases/{case}",
    auth=TOKEN,
    response=nouns.CaseWhole,
    summary="One case",
    openapi_extra=refusals(401, 403, 404),
)
@snapshot()
def get_case(request: HttpRequest, case: UUID) -> dict[str, Any]:
    """A case with the content the asker may read; the reading is logged."""
    return answers.case_whole(caller(request), queries.case_for(caller(request), case))


@router.get(
    "/cases/{case}/tasks",
    auth=TOKEN,
    response=nouns.TaskList,
    exclude_none=False,
    exclude_unset=True,
    summary="Open tasks of a case",
    openapi_extra=refusals(401, 403, 404),
)
@snapshot()
def list_tasks(request: HttpRequest, case: UUID) -> dict[str, Any]:
    """Who has to do what now; `mine` tells whether the asker may do it.

    Whoever takes the act of kind `advance` of each task of theirs brings any sound case to its result.
    """
    actor = caller(request)
    found = queries.case_for(actor, case)
    return {"items": [answers.task(one, found) for one in queries.tasks_of(actor, found)]}


@router.post(
    "/cases/{case}/acts",
    auth=TOKEN,
    response={201: nouns.DoneOut, 428: nouns.ChallengeOut},
    summary="Act",
    openapi_extra=refusals(401, 403, 404, 409, 413),
)
def post_act(request: HttpRequest, case: UUID, body: nouns.ActIn, key: Key = None) -> HttpResponse:
    """Does an act; 428 with {statement, challenge} where the post's policy asks for a passkey."""
    actor = caller(request)

    def act(entry: UUID) -> Answer:
        if body.task == body.act == WITHDRAW:
            return 201, answers.done(applications.withdraw(by=actor, case=case, note=body.note, entry=entry))
        if body.task == body.act == engine.SUPPLY:
            return 201, answers.done(_supplied(actor, case, body.data, entry))
        asked: dict[str, Any] = body.model_dump(include={"task", "act", "data", "note", "shown", "files"})
        asked["unseen"] = body.shown is None
        if not actor.requires_passkey:
            return 201, answers.done(commands.act(by=actor, case=case, entry=entry, **asked))
        signing = signing_with(actor)
        if signing is None:
            raise Forbidden(_("This post signs with a passkey, and you have not enrolled one."))
        return 428, answers.challenge(commands.prepare(by=signing, case=case, **asked))

    def retold(entry: EntryRow) -> Answer:
        return 201, answers.done_before(entry, queries.case_for(actor, _case_of(entry)))

    return once(actor, key, request, act, retold)


def _supplied(actor: Actor, case: UUID, data: dict[str, Any], entry: UUID) -> commands.ActDone:
    """The applicant's answer to a supplement: `data` is {data?, documents?}."""
    try:
        documents = [nouns.GivenIn.model_validate(one) for one in data.get("documents") or ()]
    except (ValidationError, TypeError) as error:
        raise Invalid(
            {"/documents": _("A document is named by its kind and the id of an uploaded file.")}
        ) from error
    changed = data.get("data")
    if changed is not None and not isinstance(changed, dict):
        raise Invalid({"/data": _("The answers of the form are an object.")})
    return applications.supply(by=actor, case=case, data=changed, documents=_given(documents), entry=entry)


def _given(documents: list[nouns.GivenIn]) -> list[applications.Given]:
    return [applications.Given(kind=given.kind, file=given.file) for given in documents]


def _case_of(entry: EntryRow) -> UUID:
    return UUID(entry.statement["subject"].partition(":")[2])


@router.post(
    "/cases/{case}/acts/signature",
    auth=TOKEN,
    response={201: nouns.DoneOut},
    summary="Sign an act",
    openapi_extra=refusals(401, 403, 404, 409, 413),
)
def post_signature(request: HttpRequest, case: UUID, body: nouns.SignatureIn) -> HttpResponse:
    """Completes an act that a passkey has signed. The same signature twice is one act (409 the second time)."""
    done = commands.complete(by=caller(request), case=case, entry=body.entry, credential=body.credential)
    return answers.json(201, answers.done(done))


@router.get(
    "/cases/{case}/attestations",
    auth=TOKEN,
    response=nouns.AttestationList,
    summary="Attestations of a case",
    openapi_extra=refusals(401, 403, 404),
)
@snapshot()
def list_attestations(request: HttpRequest, case: UUID) -> dict[str, Any]:
    """Every act in order, each with its index in the log once it has one."""
    actor = caller(request)
    found = queries.attestations(actor, queries.case_for(actor, case))
    return {"items": [answers.attested(one) for one in found]}


@router.get(
    "/cases/{case}/bundle",
    auth=TOKEN,
    summary="The proof of a case",
    openapi_extra=answers_file("application/json", "A proof bundle", 401, 403, 404, 409),
)
@snapshot()
def get_bundle(request: HttpRequest, case: UUID) -> HttpResponse:
    """A proof bundle: `xactin verify` checks it without us. 409 until the log has reached the last act."""
    actor = caller(request)
    found = queries.case_for(actor, case)
    return answers.download(queries.bundle(actor, found), "application/json", f"{found.number}.json")


@router.get(
    "/cases/{case}/result.pdf",
    auth=TOKEN,
    summary="The result",
    openapi_extra=answers_file("application/pdf", "The signed PDF", 401, 403, 404),
)
@snapshot()
def get_result(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """The signed PDF, once issued."""
    actor = caller(request)
    return answers.file(actor, queries.result_file(actor, queries.case_for(actor, case)))


@router.get(
    "/tasks", auth=TOKEN, response=nouns.InboxPage, summary="The inbox", openapi_extra=refusals(401, 403)
)
@snapshot()
def list_inbox(
    request: HttpRequest,
    mine: bool = True,
    q: Words = "",
    after: Annotated[Text, Field(max_length=80)] = "",
) -> dict[str, Any]:
    """Open tasks, those due first at the top: of the asker, or (`mine=false`) of all cases they may see."""
    filters = lists.Filters(words=q, place=lists.cursor_from(after))
    found = lists.inbox(caller(request), filters, mine=mine, whole=True)
    if not mine:
        note_taken(caller(request), {row.case_id: row.case for row in found[: lists.PAGE]}.values())
    return answers.inbox_page(found)


@router.post(
    "/files",
    auth=TOKEN,
    response={201: nouns.FileOut},
    summary="Upload a file",
    openapi_extra=refusals(401, 403, 413, 415, 507),
)
def post_file(request: HttpRequest, file: Annotated[UploadedFile, File()]) -> HttpResponse:
    """Keeps a file of at most 50 MB for an application; its type is found by looking inside."""
    assert file.file is not None  # an upload has content, or it is refused before
    stored = applications.upload(by=caller(request), stream=file.file, name=file.name or "")
    return answers.json(201, answers.stored(stored))


@router.get(
    "/files/{file}",
    auth=TOKEN,
    summary="Download a file",
    openapi_extra=answers_file("*/*", "The file", 401, 403, 404),
)
@snapshot()
def get_file(request: HttpRequest, file: UUID) -> HttpResponseBase:
    """A file the asker may open; the opening is logged."""
    return answers.file(caller(request), queries.file_for(caller(request), file))
