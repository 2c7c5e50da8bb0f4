"""Applications not yet sent: kept sealed as they are entered, so that nobody loses work.

A draft is no attestation and nobody but its person reads it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from xactin.cases.applications import examination
from xactin.cases.applications.commands import Given, upload
from xactin.cases.dossiers.surroundings import applicant_facts, language
from xactin.cases.errors import ActError
from xactin.cases.models import Draft
from xactin.cases.papers.drawings import DrawingError
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import InForce
from xactin.identity.queries import Actor
from xactin.kernel.local import local_day
from xactin.kernel.procedure.description import Document
from xactin.kernel.procedure.package import Package
from xactin.ledger.clock import now
from xactin.vault import commands as vault
from xactin.vault import secrets
from xactin.vault.ids import new_id
from xactin.vault.queries import own_upload


@dataclass(frozen=True)
class DraftFile:
    """A document already uploaded for a draft."""

    kind: str
    id: str
    name: str
    size: int
    media_type: str

    def as_json(self) -> dict[str, str | int]:
        """What the page is told of an upload."""
        return asdict(self)


@dataclass(frozen=True)
class RefusedFile:
    """Why a file was not taken, in the person's language, and the status that goes with it."""

    text: str
    status: int


@dataclass(frozen=True)
class Content:
    """What was entered so far. `page` is the open page that wrote the text last."""

    data: dict[str, Any]
    agency: str
    files: tuple[DraftFile, ...]
    id: str = ""
    page: str = ""

    def given(self) -> list[Given]:
        """The documents as `submit` takes them."""
        return [Given(kind=file.kind, file=UUID(file.id)) for file in self.files]

    def digest(self) -> str:
        """By which a page says what it showed."""
        told = orjson.dumps(
            [self.data, self.agency, [file.id for file in self.files]], option=orjson.OPT_SORT_KEYS
        )
        return sha256(told).hexdigest()


@dataclass(frozen=True)
class Page:
    """A page that is open in a browser: its own name, and who had written the draft last when it was opened."""

    own: str
    seen: str


@dataclass(frozen=True)
class Open:
    """A draft in a list: what its procedure is, whom it is about as far as that was entered, and since when."""

    id: str
    code: str
    about: str
    updated_at: datetime


class ChangedElsewhere(ActError):
    """Another page changed the draft since this one was opened. Nothing was overwritten: what this page held is a
    draft of its own, `apart`."""

    status = 409
    code = "draft_changed"
    apart: Content

    def __init__(self, apart: Content) -> None:
        super().__init__(
            _(
                "This draft was changed in another window. What you entered here is kept as a draft of its own; "
                "the other one stands among your drafts."
            )
        )
        self.apart = apart


class TooManyDrafts(ActError):
    """A person keeps as many drafts of one procedure as anybody may need; more is a program."""

    status = 409
    code = "too_many_drafts"

    def __init__(self) -> None:
        super().__init__(_("You have too many drafts of this procedure. Please send or delete some first."))


EMPTY = Content(data={}, agency="", files=())
MOST: Final = 30
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _context(person: UUID, code: str) -> str:
    return f"draft:{person}:{code}"


def of(actor: Actor, code: str, draft: UUID | None = None) -> Content:
    """A draft of the actor for a procedure, by default the one written last; empty when there is none."""
    rows = Draft.objects.filter(person_id=actor.person_id, code=code)
    row = (rows.filter(pk=draft) if draft else rows.order_by("-updated_at")).first()
    return replace(EMPTY, id=str(draft or new_id())) if row is None else _opened(row)


def all_of(actor: Actor, code: str = "") -> list[Open]:
    """The actor's drafts, of one procedure or of all, the last written first."""
    rows = Draft.objects.filter(person_id=actor.person_id, **({"code": code} if code else {}))
    return [
        Open(str(row.pk), row.code, _about(row.code, _opened(row).data), row.updated_at)
        for row in rows.order_by("-updated_at")[:100]
    ]


def _about(code: str, data: Mapping[str, Any]) -> str:
    """The answer by which a paper of this procedure is told from others (a child's name); "" while there is none."""
    try:
        result = procedures.today(code).package.procedure.result
    except procedures.NoSuchProcedure:
        return ""
    value: Any = data
    for name in result.compare[0].split("/")[1:] if result and result.compare else [""]:
        value = value.get(name, "") if isinstance(value, Mapping) else ""
    return str(value)[:200]


def _opened(row: Draft) -> Content:
    kept = orjson.loads(secrets.unseal(bytes(row.sealed), _context(row.person_id, row.code)))
    files = tuple(DraftFile(**file) for file in kept["files"])
    return Content(kept["data"], kept["agency"], files, str(row.pk), kept.get("page", ""))


def change(*, by: Actor, code: str, draft: UUID, how: Callable[[Content], Content]) -> Content:
    """Keeps the draft as `how` changes it, one change after the other: a page sends its text and its files
    at the same time, and neither may undo the other. Raises TooManyDrafts."""
    with transaction.atomic():
        row = _row(by, code, draft)
        changed = replace(how(_opened(row)), id=str(row.pk))
        _keep(row, changed)
    return changed


def write(*, by: Actor, code: str, draft: UUID, page: Page, data: Mapping[str, Any], agency: str) -> Content:
    """Keeps the text of a page. Raises TooManyDrafts, and ChangedElsewhere when another page wrote meanwhile."""
    told = Content(dict(data), agency[:40], (), page=page.own)
    with transaction.atomic():
        row = _row(by, code, draft)
        kept = _opened(row)
        same = (kept.data, kept.agency) == (told.data, told.agency)
        if same or kept.page in (page.own, page.seen):
            changed = replace(told, id=kept.id, files=kept.files)
            _keep(row, changed)
            return changed
        other = _row(by, code, new_id())
        apart = replace(told, id=str(other.pk), files=kept.files)
        _keep(other, apart)
    raise ChangedElsewhere(apart)


def _row(by: Actor, code: str, draft: UUID) -> Draft:
    """The row of a draft of this person under lock, made where there is none. Another's id leads to a new one."""
    rows = Draft.objects.filter(person_id=by.person_id, code=code)
    row = rows.select_for_update().filter(pk=draft).first()
    if row is not None:
        return row
    if rows.count() >= MOST:
        raise TooManyDrafts
    empty = secrets.seal(orjson.dumps(asdict(EMPTY)), _context(by.person_id, code))
    defaults = {"person_id": by.person_id, "code": code, "sealed": empty, "updated_at": now()}
    # Text and files of a new draft come at once: whoever made the row meanwhile is, nearly always, this page itself.
    made, _new = Draft.objects.get_or_create(pk=draft, defaults=defaults)
    if (made.person_id, made.code) != (by.person_id, code):
        made = Draft.objects.create(pk=new_id(), **defaults)
    return rows.select_for_update().get(pk=made.pk)


def _keep(row: Draft, content: Content) -> None:
    row.sealed = secrets.seal(orjson.dumps(asdict(content)), _context(row.person_id, row.code))
    row.updated_at = now()
    row.save(update_fields=["sealed", "updated_at"])


def forget(*, by: Actor, draft: UUID) -> None:
    """Throws a draft of this person away."""
    Draft.objects.filter(person_id=by.person_id, pk=draft).delete()


def without(draft: Content, file: str) -> Content:
    """The draft less one of its files."""
    return replace(draft, files=tuple(kept for kept in draft.files if kept.id != file))


def uploaded(
    *, by: Actor, found: InForce, files: MultiValueDict[str, Any]
) -> tuple[list[DraftFile], dict[str, RefusedFile]]:
    """The files of inputs `document.<kind>`, now in the vault, and what was wrong with the others."""
    result = found.package.procedure.result
    goes_back = result.attach if result else ()
    accepted = {document.kind: document.media for document in found.package.procedure.documents}
    kept: list[DraftFile] = []
    refused: dict[str, RefusedFile] = {}
    every = [(name, sent) for name, several in files.lists() for sent in several]
    for name, sent in every:
        kind = name.removeprefix("document.")
        if kind not in accepted or not isinstance(sent, UploadedFile) or sent.file is None:
            continue
        try:
            stored = upload(
                by=by,
                stream=sent.file,
                name=sent.name or kind,
                accepts=accepted[kind],
                stamped=f"document.{kind}" in goes_back,
            )
        except (vault.FileRefused, DrawingError, vault.Busy) as error:
            refused[name] = RefusedFile(error.in_language(language()), error.status)
            continue
        kept.append(DraftFile(kind, str(stored.id), stored.name, stored.size, stored.media_type))
    return kept, refused


def with_files(draft: Content, files: Sequence[DraftFile]) -> Content:
    """The draft with these files beside those it has: a paper may be several files."""
    return replace(draft, files=(*draft.files, *files))


def uploads(*, by: Actor, found: InForce, sent: Mapping[str, Sequence[str]]) -> list[DraftFile]:
    """Files that the person uploaded before, by the ids that a page sends back (`document.<kind>_id`): what was
    uploaded once is not lost because something else on the page was wrong."""
    kept = []
    for document in found.package.procedure.documents:
        for given in sent.get(f"document.{document.kind}_id", ()):
            file = own_upload(UUID(given), owner=str(by.person_id)) if _UUID.fullmatch(given) else None
            if file is not None:
                kept.append(DraftFile(document.kind, str(file.id), file.name, file.size, file.media_type))
    return kept


def prefilled(package: Package, known: Mapping[str, str]) -> dict[str, str]:
    """What the account knows of the form's answers, by JSON pointer (`x-ui.fill` of a field names the fact)."""
    found: dict[str, str] = {}

    def walk(schema: Mapping[str, Any], pointer: str) -> None:
        for name, inner in schema.get("properties", {}).items():
            fact = inner.get("x-ui", {}).get("fill", "").removeprefix("person.")
            if fact and known.get(fact) and _may_stand(inner, known[fact]):
                found[f"{pointer}/{name}"] = known[fact]
            walk(inner, f"{pointer}/{name}")

    walk(package.form_schema, "")
    return found


def _may_stand(field: Mapping[str, Any], value: str) -> bool:
    """Whether a field takes a value at all: a firm's tax code is no number of a CCCD."""
    return re.search(field.get("pattern", ""), value) is not None


def nested(values: Mapping[str, str]) -> dict[str, Any]:
    """Values by JSON pointer as the form's data."""
    data: dict[str, Any] = {}
    for pointer, value in values.items():
        *path, last = pointer.strip("/").split("/")
        inner = data
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return data


def faults(actor: Actor, found: InForce, draft: Content) -> dict[str, str]:
    """What is still missing or wrong, in the person's language."""
    kinds = {file.kind for file in draft.files}
    return examination.faults(
        found.package, draft.data, kinds, applicant_facts(actor), language(), local_day(now())
    )


@dataclass(frozen=True)
class DocumentLine:
    """A document asked for, with what was brought for it."""

    kind: str
    described: Document
    files: tuple[DraftFile, ...]
    error: str


def documents(package: Package, draft: Content, errors: Mapping[str, str]) -> list[DocumentLine]:
    """The documents of the form in the package's order."""
    return [
        DocumentLine(
            described.kind,
            described,
            tuple(file for file in draft.files if file.kind == described.kind),
            errors.get(f"document.{described.kind}", ""),
        )
        for described in package.procedure.documents
        if not described.show_only
    ]
