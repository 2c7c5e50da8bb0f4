"""The shapes of the API: what is sent and what is answered."""

from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Header, Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from xactin.identity.web.refusals import refusals

Kind = Literal[
    "advance",
    "return",
    "supplement",
    "refuse",
    "withdraw",
    "stop",
    "add",
    "write",
    "revise",
    "start",
    "release",
]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def _storable(text: str) -> str:
    """Text that a database and a signature can hold: no NUL, no half of a character."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("holds a character that is none")
    return text


Text = Annotated[str, AfterValidator(_storable)]


def _moment(text: object) -> object:
    """Refuses what pydantic would take beside RFC 3339: a bare number as seconds."""
    if not isinstance(text, str) or "T" not in text.upper():
        raise ValueError("is no RFC 3339 time")
    return text


Instant = Annotated[AwareDatetime, BeforeValidator(_moment)]
Limit = Annotated[int, Field(ge=1, le=200)]
Words = Annotated[Text, Field(max_length=200, description="words, with or without diacritics")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="the same key and body again replays the answer; kept 24 hours",
    ),
]


class GivenIn(Schema):
    """A document: its kind, as the procedure asks for it, and the id of an uploaded file."""

    kind: Annotated[Text, Field(max_length=80)]
    file: UUID


class VisitorIn(Schema):
    """Who stands at the counter, as their card says. `despite`: what was asked (422) and is so nevertheless."""

    number: Annotated[Text, Field(max_length=20)]
    name: Annotated[Text, Field(max_length=200)]
    phone: Annotated[Text, Field(max_length=20)] = ""
    present: Literal[True] | None = None
    despite: Annotated[list[Literal["again", "namesake"]], Field(max_length=2)] = []


class CaseIn(Schema):
    """An application: `data` follows the procedure's form. `visitor`: for whom an official begins it at a counter."""

    procedure: Annotated[Text, Field(max_length=40, examples=["1.013225"])]
    data: dict[str, Any]
    documents: Annotated[list[GivenIn], Field(max_length=100)] = []
    agency: Annotated[Text, Field(max_length=35)] | None = Field(
        default=None, description="code of the handling agency; by default the first of the procedure's level"
    )
    visitor: VisitorIn | None = None
    source: UUID | None = Field(default=None, description="the case that an official's work comes from")


class ActIn(Schema):
    """An act of an open task. An applicant withdraws by task and act `withdraw`."""

    task: Annotated[Text, Field(max_length=60, examples=["t1"])]
    act: Annotated[Text, Field(max_length=60, examples=["accept"])]
    data: dict[str, Any] = Field(default={}, description="by the act's `data_schema`")
    note: Annotated[Text, Field(max_length=4000)] = ""
    files: Annotated[list[UUID], Field(max_length=20)] = Field(
        default=[],
        description="ids of uploaded files that come with the act, where it takes some (`attaches`)",
    )
    shown: Annotated[Text, Field(max_length=100)] | None = Field(
        default=None,
        description="`shown` of the task as it was read; 409 `stale` where it changed since. Without it the act "
        "stands on what is so now, and its entry says that nothing was shown",
    )


class SignatureIn(Schema):
    """A passkey's answer to a challenge: `PublicKeyCredential.toJSON()`."""

    entry: UUID
    credential: dict[str, Any]


class ProcedureRow(Schema):
    """A procedure in the catalogue."""

    code: str
    version: str
    name: str
    level: str
    field: str
    score: float | None = Field(None, description="how well it fits `q`; compares within one answer only")


class FieldToBrowse(Schema):
    """A field of procedures: its code is what to send as `field`."""

    code: str
    name: str
    url: str


class SearchAdvice(Schema):
    """What to do where nothing fits well: other words, fields to look through, where to go."""

    text: str
    words: list[str]
    fields: list[FieldToBrowse]
    where: list[str]


class ProcedurePage(Schema):
    """A page of the catalogue; `next` is what to send as `after`. With `q` the best comes first, and `sure` is false
    where the best may well be another thing than was asked for."""

    items: list[ProcedureRow]
    next: str | None
    sure: bool = True
    advice: SearchAdvice | None = None


class DocumentAsked(Schema):
    """A document an application has to bring. `required`: always, never, or when a rule (CEL) says so."""

    kind: str
    name: str
    required: bool | str
    media: list[str]
    show_only: bool


class WorkedExample(Schema):
    """An application to try with: upload a file for each kind of document and send it as it is."""

    data: dict[str, Any]
    documents: list[str]


class ProcedureOut(Schema):
    """A procedure as an applicant needs it; `form` is JSON Schema 2020-12, `digest` what entries sign."""

    code: str
    version: str
    digest: Digest
    name: str
    summary: str
    level: str
    handled_by: str
    applicants: list[str] = Field(description="who may apply: `citizen`, `firm`; empty: anybody")
    form: dict[str, Any]
    documents: list[DocumentAsked]
    limit: dict[str, Any]
    fee: list[dict[str, Any]]
    legal_basis: list[str]
    privacy: dict[str, Any]
    example: WorkedExample | None


class CaseOut(Schema):
    """A case. `state` is one of the national portal's ten, `phase` our finer one, `fee` in đồng."""

    id: UUID
    number: str
    procedure: str
    version: str
    agency: str
    applicant: str | None = Field(description="null: a consulted agency is not told whose case it is")
    owner: str | None = Field(description="whose matter it is, where that is not who applied")
    origin: Literal["person", "counter", "post", "case", "signal", "schedule", "authority"]
    state: Annotated[int, Field(ge=1, le=10)]
    state_text: str
    phase: Literal["submitted", "processing", "supplement", "done", "refused", "withdrawn", "stopped"]
    fee: int
    submitted_at: Moment
    received_at: Moment | None
    due_at: Moment | None
    finished_at: Moment | None
    late: bool = Field(description="a step was not done in its time, or the case ended too late")


class FileOut(Schema):
    """A file of the vault."""

    id: UUID
    name: str
    sha256: Digest
    size: int
    media_type: str


class PartFile(FileOut):
    """A file that is a part of a case, such as `document.drawing`."""

    part: str


class CaseWhole(CaseOut):
    """A case with what the asker may read of it: values by part, and files."""

    content: dict[str, Any]
    documents: list[PartFile]


class CasePage(Schema):
    """A page of cases; `next` is what to send as `after`."""

    items: list[CaseOut]
    next: UUID | None


class OfferedAct(Schema):
    """An act a task offers. `data_schema` is what its `data` follows, `example` data that does."""

    id: str
    label: str
    kind: Kind
    data_schema: dict[str, Any] | None = None
    example: dict[str, Any] | None = None
    attaches: str | None = Field(
        default=None, description="the part that files with it become, where it takes some"
    )
    shown: str | None = Field(
        default=None, description="`shown` for this act, where it relies on other parts"
    )


class TaskRow(Schema):
    """An open task: who has to do it, in which post, until when."""

    id: str
    node: str
    name: str
    agency: str | None
    post: str
    opened_at: Moment
    due: Moment | None


class TaskOut(TaskRow):
    """An open task of a case; `mine`: the asker may do it."""

    mine: bool
    shown: str = Field(description="what the task relies on now; send it back as `shown` of the act")
    acts: list[OfferedAct]


class PartyIn(Schema):
    """Whom to invite: number (CCCD, tax code) and full name have to be those of one person with an account."""

    kind: Annotated[Text, Field(max_length=60, description="a party that the procedure names")]
    number: Annotated[Text, Field(max_length=20)]
    name: Annotated[Text, Field(max_length=200)]


class PartyOut(Schema):
    """Somebody who was invited to a case. `verified`: their card was compared."""

    invitation: UUID
    kind: str
    name: str
    verified: bool
    state: Literal["invited", "accepted", "declined", "revoked"]
    invited_at: Moment
    answered_at: Moment | None


class PartyList(Schema):
    """The parties of a case beside who applied."""

    items: list[PartyOut]


class InvitationOut(Schema):
    """An invitation to the asker: to which case, as what."""

    invitation: UUID
    case: UUID
    number: str
    procedure: str
    kind: str
    state: Literal["invited", "accepted", "declined", "revoked"]
    invited_at: Moment


class InvitationList(Schema):
    """What waits for the asker's answer."""

    items: list[InvitationOut]


class InvitationAnswer(Schema):
    """Joins (true), or declines."""

    accept: bool


class TaskList(Schema):
    """The open tasks of a case."""

    items: list[TaskOut]


class InboxRow(TaskRow):
    """An open task with its case."""

    case: CaseOut


class InboxPage(Schema):
    """A page of the inbox; `next` is what to send as `after`."""

    items: list[InboxRow]
    next: str | None


class DoneOut(Schema):
    """What became of an act: the entry it left in the case's chain."""

    case: UUID
    number: str
    entry: UUID
    seq: int
    phase: str


class ChallengeOut(Schema):
    """What a passkey has to sign, within ten minutes: sha256 of the statement, and the browser's options."""

    entry: UUID
    statement: dict[str, Any]
    challenge: Digest
    options: dict[str, Any]


class AttestationOut(Schema):
    """An entry of a case; `index` is its place in the log once it has one."""

    seq: int
    at: Moment
    act: str
    by: dict[str, Any]
    custody: Literal["server", "passkey"]
    entry: UUID
    index: int | None
    voided: bool
    digest: str
    shown: bool = Field(description="false: signed by a program that did not send `shown`")


class AttestationList(Schema):
    """Every entry of a case in order."""

    items: list[AttestationOut]


def answers_file(media_type: str, description: str, *statuses: int) -> dict[str, Any]:
    """The same for an operation that answers a file."""
    told = refusals(*statuses)
    schema = (
        {"type": "object"} if media_type == "application/json" else {"type": "string", "format": "binary"}
    )
    told["responses"][200] = {"description": description, "content": {media_type: {"schema": schema}}}
    return told
