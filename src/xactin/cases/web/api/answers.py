"""How the room's nouns look in the API. One function a noun; nothing is decided here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xactin.cases.dossiers import commands, queries
from xactin.cases.lists import queries as lists
from xactin.cases.models import Case, OpenTask, ProcedureVersion, state_name
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures import search
from xactin.cases.procedures.queries import InForce, text_in
from xactin.cases.web.advice import advice
from xactin.identity.queries import Actor
from xactin.kernel.attestation import time_text
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.description import Act, Document, Fee, Privacy
from xactin.ledger.clock import now
from xactin.ledger.queries import EntryRow
from xactin.vault import queries as vault

Noun = TypeVar("Noun")


def _language() -> str:
    return get_language() or "vi"


def json(status: int, body: Mapping[str, Any]) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(orjson.dumps(body, default=str), status=status, content_type="application/json")


def download(content: bytes, media_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    """A file made just now; `inline` for the browser to show, of what no browser takes for a page."""
    response = HttpResponse(content, content_type=media_type)
    shown = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(name)}"
    return response


def page(rows: Sequence[Case], limit: int, shown: Callable[[Case], dict[str, Any]]) -> dict[str, Any]:
    """A page of a keyset-paged list; `next` is what to send as `after`, null at the end."""
    items = rows[:limit]
    return {"items": [shown(row) for row in items], "next": str(items[-1].pk) if len(rows) > limit else None}


def moment(value: Any) -> str | None:
    """A time in RFC 3339, or null."""
    return None if value is None else time_text(value)


def case(row: Case) -> dict[str, Any]:
    """A case in a list."""
    return {
        "id": str(row.pk),
        "number": row.number,
        "procedure": row.version.code,
        "version": row.version.version,
        "agency": row.agency.code,
        "applicant": None if row.applicant_withheld else row.applicant_name,
        "owner": None if row.applicant_withheld else row.owner_name or row.applicant_name,
        "origin": row.origin,
        "state": row.national_state,
        "state_text": state_name(row),
        "phase": row.phase,
        "fee": row.fee,
        "submitted_at": moment(row.submitted_at),
        "received_at": moment(row.received_at),
        "due_at": moment(row.due_at),
        "finished_at": moment(row.finished_at),
        "late": row.late_at is not None and row.late_at < now(),
    }


def case_whole(actor: Actor, row: Case) -> dict[str, Any]:
    """A case with what the actor may read of it."""
    opened = queries.content_of(actor, row, purpose="api")
    return {
        **case(row),
        "content": opened,
        "documents": [stored(found) | {"part": found.part} for found in queries.files_of(actor, row)],
    }


def task(found: queries.TaskOf, row: Case) -> dict[str, Any]:
    """An open task of a case."""
    acts = (
        [_supply(row)]
        if found.task.kind == engine.SUPPLY
        else [_offered(found, act) for act in found.task.acts]
    )
    return {
        **_task(found.row, text_in(found.task.name, _language())),
        "mine": found.mine,
        "shown": found.shown,
        "acts": acts,
    }


def _supply(row: Case) -> dict[str, Any]:
    """The applicant's act that answers a supplement: changed answers of the form, new documents, or both."""
    document = {
        "type": "object",
        "required": ["kind", "file"],
        "properties": {"kind": {"type": "string"}, "file": {"type": "string", "format": "uuid"}},
    }
    schema = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            "data": procedures.version(row.version_id).package.form_schema,
            "documents": {"type": "array", "items": document},
        },
    }
    return {"id": engine.SUPPLY, "label": _("Supplement"), "kind": "advance", "data_schema": schema}


def _offered(found: queries.TaskOf, act: Act) -> dict[str, Any]:
    """An act with what a screen of it shows, where that is other than what one of its task does."""
    shown = found.shown_by.get(act.id, found.shown)
    own = {"shown": shown} if shown != found.shown else {}
    return offered(act) | own


def offered(act: Act) -> dict[str, Any]:
    """An act a task offers."""
    answer = {"id": act.id, "label": text_in(act.label, _language()), "kind": act.kind}
    told = {"data_schema": act.data_schema, "example": act.example, "attaches": act.attaches or None}
    return answer | {name: value for name, value in told.items() if value is not None}


def inbox_row(row: OpenTask) -> dict[str, Any]:
    """An open task in the inbox, with its case."""
    package = procedures.version(row.case.version_id).package
    name = text_in(engine.node_name(package, row.node), _language())
    return _task(row, name) | {"case": case(row.case)}


def inbox_page(rows: Sequence[OpenTask]) -> dict[str, Any]:
    """A page of the inbox."""
    items = rows[: lists.PAGE]
    more = len(rows) > lists.PAGE
    return {
        "items": [inbox_row(row) for row in items],
        "next": lists.cursor_of(items[-1]) if more else None,
    }


def _task(row: OpenTask, name: str) -> dict[str, Any]:
    return {
        "id": row.token,
        "node": row.node,
        "name": name,
        "agency": row.agency.code if row.agency else None,
        "post": row.role,
        "opened_at": moment(row.opened_at),
        "due": moment(row.due_at),
    }


def done(result: commands.ActDone) -> dict[str, Any]:
    """What became of an act."""
    return {
        "case": str(result.case),
        "number": result.number,
        "entry": str(result.entry),
        "seq": result.seq,
        "phase": result.phase,
    }


def done_before(entry: EntryRow, row: Case) -> dict[str, Any]:
    """The same, told from the entry of an act whose answer was lost."""
    return {
        "case": str(row.pk),
        "number": row.number,
        "entry": str(entry.id),
        "seq": entry.seq,
        "phase": entry.effect["phase"],
    }


def challenge(prepared: commands.Prepared) -> dict[str, Any]:
    """What a passkey has to sign: the statement, its hash and the browser's request options."""
    return {
        "entry": prepared.statement["id"],
        "statement": prepared.statement,
        "challenge": prepared.challenge.hex(),
        "options": prepared.options,
    }


def attested(one: queries.Attested) -> dict[str, Any]:
    """An entry of a case."""
    return {
        "seq": one.seq,
        "at": moment(one.at),
        "act": one.act,
        "by": dict(one.by),
        "custody": one.custody,
        "entry": one.entry,
        "index": one.index,
        "voided": one.voided,
        "digest": one.digest,
        "shown": one.shown,
    }


def stored(found: vault.StoredFile) -> dict[str, Any]:
    """A file of the vault."""
    return {
        "id": str(found.id),
        "name": found.name,
        "sha256": found.sha256,
        "size": found.size,
        "media_type": found.media_type,
    }


def file(actor: Actor, found: vault.StoredFile, *, inline: bool = False) -> StreamingHttpResponse:
    """A file of the vault, streamed; never served as a page of ours."""
    _row, chunks = vault.open_file(by=str(actor.person_id), purpose="download", id=found.id)
    response = StreamingHttpResponse(_bytes(chunks), content_type=found.media_type)
    shown = inline and found.media_type in {"application/pdf", "image/jpeg", "image/png"}
    response.headers["Content-Disposition"] = (
        f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(found.name)}"
    )
    response.headers["Content-Length"] = str(found.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _bytes(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chunks


def procedure_page(*, words: str, level: str, field: str, after: str, limit: int) -> dict[str, Any]:
    """A page of the catalogue in force today: by code, or in words by how well they fit."""
    if words.strip():
        return _found_page(search.found(words=words, level=level, field=field), after, limit)
    rows = procedures.catalogue(level=level, field=field).order_by("code")
    if after:
        rows = rows.filter(code__gt=after)
    found = list(rows.defer("files", "search")[: limit + 1])
    items = [_row(row) for row in found[:limit]]
    return {"items": items, "next": found[limit - 1].code if len(found) > limit else None}


def _found_page(found: search.Found, after: str, limit: int) -> dict[str, Any]:
    codes = [row.code for row in found.rows]
    begin = codes.index(after) + 1 if after in codes else 0
    rows = found.rows[begin : begin + limit]
    more = begin + limit < len(codes)
    return {
        "items": [_row(row) | {"score": found.scores[row.code]} for row in rows],
        "next": rows[-1].code if more else None,
        "sure": found.sure,
        "advice": None if found.sure else advice(found.rows),
    }


def _row(row: ProcedureVersion) -> dict[str, Any]:
    return {
        "code": row.code,
        "version": row.version,
        "name": row.name_en if _language() == "en" else row.name_vi,
        "level": row.level,
        "field": row.field_code,
    }


def procedure(found: InForce) -> dict[str, Any]:
    """A procedure as an applicant needs it."""
    package, language = found.package, _language()
    said = package.procedure
    return {
        "code": package.code,
        "version": package.version,
        "digest": package.digest,
        "name": text_in(said.name, language),
        "summary": text_in(said.summary, language),
        "level": said.level,
        "handled_by": text_in(said.handled_by, language),
        "applicants": list(said.applicants),
        "form": package.form_schema,
        "documents": [_document(document, language) for document in said.documents],
        "limit": dict(said.limit),
        "fee": [_fee(item, language) for item in said.fee],
        "legal_basis": list(said.legal_basis),
        "privacy": _privacy(said.privacy) if said.privacy else {},
        "example": _example(found),
    }


def _fee(fee: Fee, language: str) -> dict[str, Any]:
    told = {"kind": fee.kind, "name": text_in(fee.name, language), "amount": fee.amount}
    return told | ({"set_by": fee.set_by} if fee.set_by else {})


def _privacy(told: Privacy) -> dict[str, Any]:
    return {
        "purpose": told.purpose,
        "legal_basis": list(told.legal_basis),
        "receivers": told.receivers,
        "retention": {"years": told.years, "basis": told.basis},
    }


def _document(document: Document, language: str) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "name": text_in(document.name, language),
        "required": document.required,
        "media": list(document.media),
        "show_only": document.show_only,
    }


def _example(found: InForce) -> dict[str, Any] | None:
    """The first worked example of the package: a client can apply with it as it is."""
    examples = found.package.examples
    if not examples:
        return None
    first = examples[min(examples)]
    return {"data": first.get("data", {}), "documents": list(first.get("documents", ()))}
