"""The API of the room: procedures, cases, acts, files (design: interfaces, "the main resources").

Thin: each operation is one command or query. Refusals are exceptions with a status and both
languages; the site turns them into RFC 9457 problem details.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Field, File, Header, Query, Router, Schema
from ninja.files import UploadedFile

from xactin.cases.dossiers import commands, queries
from xactin.cases.errors import Forbidden
from xactin.cases.procedures import queries as procedures
from xactin.cases.web import answers
from xactin.cases.web.idempotency import once
from xactin.identity.queries import Actor, signing_with
from xactin.identity.web.rest import BearerAuth

router = Router(tags=["cases"])
TOKEN = BearerAuth()
Limit = Annotated[int, Field(ge=1, le=200)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]


class GivenIn(Schema):
    """A document of an application."""

    kind: str = Field(max_length=80)
    file: UUID


class CaseIn(Schema):
    """An application: `data` follows the procedure's form."""

    procedure: str = Field(max_length=40)
    data: dict[str, Any]
    documents: list[GivenIn] = Field(default=[], max_length=100)
    agency: str | None = Field(default=None, max_length=35, description="code of the handling agency")


class ActIn(Schema):
    """An act of an open task."""

    task: str = Field(max_length=60)
    act: str = Field(max_length=60)
    data: dict[str, Any] = {}
    note: str = Field(default="", max_length=4000)


class SignatureIn(Schema):
    """A passkey's answer to a challenge, as the browser gives it."""

    entry: UUID
    credential: dict[str, Any]


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


@router.get("/procedures", summary="Procedures in force")
def list_procedures(
    request: HttpRequest, q: str = "", level: str = "", field: str = "", after: str = "", limit: Limit = 50
) -> dict[str, Any]:
    """What can be applied for today; `q` with or without diacritics. No token is needed."""
    return answers.procedure_page(words=q, level=level, field=field, after=after, limit=limit)


@router.get("/procedures/{code}", summary="One procedure")
def get_procedure(request: HttpRequest, code: str) -> dict[str, Any]:
    """Form, documents, limits, fee, and a worked example to try with. No token is needed."""
    return answers.procedure(procedures.today(code))


@router.post("/cases", auth=TOKEN, response={201: dict[str, Any]}, summary="Apply")
def post_case(request: HttpRequest, body: CaseIn, key: Key = None) -> HttpResponse:
    """Attests an application for the one who asks; the answer comes after the durable write."""

    def submit() -> tuple[int, dict[str, Any]]:
        done = commands.submit(
            by=_actor(request),
            code=body.procedure,
            data=body.data,
            documents=[commands.Given(kind=given.kind, file=given.file) for given in body.documents],
            agency=body.agency,
        )
        return 201, answers.case(queries.case_for(_actor(request), done.case))

    return once(_actor(request), key, request, submit)


@router.get("/cases", auth=TOKEN, summary="Cases")
def list_cases(
    request: HttpRequest,
    state: Annotated[int | None, Query(ge=1, le=10)] = None,
    due_before: datetime | None = None,
    q: str = "",
    after: UUID | None = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """The cases the asker may see, newest first."""
    filters = queries.Filters(words=q, state=state, due_before=due_before, after=after, limit=limit)
    return answers.page(queries.cases(_actor(request), filters), limit, answers.case)


@router.get("/cases/{case}", auth=TOKEN, summary="One case")
def get_case(request: HttpRequest, case: UUID) -> dict[str, Any]:
    """A case with the content the asker may read; the reading is logged."""
    return answers.case_whole(_actor(request), queries.case_for(_actor(request), case))


@router.get("/cases/{case}/tasks", auth=TOKEN, summary="Open tasks of a case")
def list_tasks(request: HttpRequest, case: UUID) -> dict[str, Any]:
    """Who has to do what now; `acts` are those of a task, `mine` tells whether the asker may do them."""
    actor = _actor(request)
    return {"items": [answers.task(found) for found in queries.tasks_of(actor, queries.case_for(actor, case))]}


@router.post("/cases/{case}/acts", auth=TOKEN, response={201: dict[str, Any], 428: dict[str, Any]}, summary="Act")
def post_act(request: HttpRequest, case: UUID, body: ActIn, key: Key = None) -> HttpResponse:
    """Does an act; 428 with {statement, challenge} where the post's policy asks for a passkey."""
    actor = _actor(request)

    def act() -> tuple[int, dict[str, Any]]:
        asked: dict[str, Any] = {"task": body.task, "act": body.act, "data": body.data, "note": body.note}
        if actor.requires_passkey:
            signing = signing_with(actor)
            if signing is None:
                raise Forbidden(_("This post signs with a passkey, and you have not enrolled one."))
            return 428, answers.challenge(commands.prepare(by=signing, case=case, **asked))
        return 201, answers.done(commands.act(by=actor, case=case, **asked))

    return once(actor, key, request, act)


@router.post("/cases/{case}/acts/signature", auth=TOKEN, response={201: dict[str, Any]}, summary="Sign an act")
def post_signature(request: HttpRequest, case: UUID, body: SignatureIn) -> HttpResponse:
    """Completes an act that a passkey has signed."""
    done = commands.complete(by=_actor(request), case=case, entry=body.entry, credential=body.credential)
    return answers.json(201, answers.done(done))


@router.get("/cases/{case}/attestations", auth=TOKEN, summary="Attestations of a case")
def list_attestations(request: HttpRequest, case: UUID) -> dict[str, Any]:
    """Every act in order, each with its index in the log once it has one."""
    actor = _actor(request)
    found = queries.attestations(actor, queries.case_for(actor, case))
    return {"items": [answers.attested(one) for one in found]}


@router.get("/cases/{case}/bundle", auth=TOKEN, summary="The proof of a case")
def get_bundle(request: HttpRequest, case: UUID) -> HttpResponse:
    """A proof bundle: `xactin verify` checks it without us."""
    actor = _actor(request)
    found = queries.case_for(actor, case)
    return answers.download(queries.bundle(actor, found), "application/json", f"{found.number}.json")


@router.get("/cases/{case}/result.pdf", auth=TOKEN, summary="The result")
def get_result(request: HttpRequest, case: UUID) -> HttpResponseBase:
    """The signed PDF, once issued."""
    actor = _actor(request)
    return answers.file(actor, queries.result_file(actor, queries.case_for(actor, case)))


@router.get("/tasks", auth=TOKEN, summary="The inbox")
def list_inbox(request: HttpRequest, mine: bool = True, q: str = "") -> dict[str, Any]:
    """The open tasks the asker may do, those due first at the top."""
    return {"items": [answers.inbox_row(row) for row in queries.inbox(_actor(request), words=q)[: queries.PAGE]]}


@router.post("/files", auth=TOKEN, response={201: dict[str, Any]}, summary="Upload a file")
def post_file(request: HttpRequest, file: Annotated[UploadedFile, File()]) -> HttpResponse:
    """Keeps a file of at most 50 MB for an application; its type is found by looking inside."""
    assert file.file is not None  # an upload has content, or it is refused before
    stored = commands.upload(by=_actor(request), stream=file.file, name=file.name or "")
    return answers.json(201, answers.stored(stored))


@router.get("/files/{file}", auth=TOKEN, summary="Download a file")
def get_file(request: HttpRequest, file: UUID) -> HttpResponseBase:
    """A file the asker may open; the opening is logged."""
    return answers.file(_actor(request), queries.file_for(_actor(request), file))
