"""Applications not yet sent: kept sealed as they are entered, so that nobody loses work.

A draft is no attestation and nobody but its person reads it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.datastructures import MultiValueDict

from xactin.cases.applications import examination
from xactin.cases.dossiers.commands import Given, upload
from xactin.cases.dossiers.surroundings import applicant_facts, language
from xactin.cases.models import Draft
from xactin.cases.papers.drawings import DrawingError
from xactin.cases.procedures.queries import InForce
from xactin.identity.queries import Actor
from xactin.kernel.local import local_day
from xactin.kernel.procedure.description import Document
from xactin.kernel.procedure.package import Package
from xactin.ledger.clock import now
from xactin.vault import commands as vault
from xactin.vault import secrets


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
    """What was entered so far."""

    data: dict[str, Any]
    agency: str
    files: tuple[DraftFile, ...]

    def given(self) -> list[Given]:
        """The documents as `submit` takes them."""
        return [Given(kind=file.kind, file=UUID(file.id)) for file in self.files]


EMPTY = Content(data={}, agency="", files=())


def _context(actor: Actor, code: str) -> str:
    return f"draft:{actor.person_id}:{code}"


def of(actor: Actor, code: str) -> Content:
    """The actor's draft for a procedure, empty when there is none."""
    row = Draft.objects.filter(person_id=actor.person_id, code=code).first()
    return EMPTY if row is None else _opened(row, _context(actor, code))


def _opened(row: Draft, context: str) -> Content:
    kept = orjson.loads(secrets.unseal(bytes(row.sealed), context))
    return Content(kept["data"], kept["agency"], tuple(DraftFile(**file) for file in kept["files"]))


def change(*, by: Actor, code: str, how: Callable[[Content], Content]) -> Content:
    """Keeps the draft as `how` changes it, one change after the other: a page sends its text and its files
    at the same time, and neither may undo the other."""
    context = _context(by, code)
    empty = {"sealed": secrets.seal(orjson.dumps(asdict(EMPTY)), context), "updated_at": now()}
    with transaction.atomic():
        Draft.objects.get_or_create(person_id=by.person_id, code=code, defaults=empty)
        row = Draft.objects.select_for_update().get(person_id=by.person_id, code=code)
        changed = how(_opened(row, context))
        row.sealed, row.updated_at = secrets.seal(orjson.dumps(asdict(changed)), context), now()
        row.save(update_fields=["sealed", "updated_at"])
    return changed


def forget(*, by: Actor, code: str) -> None:
    """Throws the draft away: it has become a dossier."""
    Draft.objects.filter(person_id=by.person_id, code=code).delete()


def merged(draft: Content, data: Mapping[str, Any], agency: str) -> Content:
    """The draft with what the form holds now; its files stay."""
    return replace(draft, data=dict(data), agency=agency[:40])


def uploaded(
    *, by: Actor, found: InForce, files: MultiValueDict[str, Any]
) -> tuple[list[DraftFile], dict[str, RefusedFile]]:
    """The files of inputs `document.<kind>`, now in the vault, and what was wrong with the others."""
    result = found.package.procedure.result
    goes_back = result.attach if result else ()
    accepted = {document.kind: document.media for document in found.package.procedure.documents}
    kept: list[DraftFile] = []
    refused: dict[str, RefusedFile] = {}
    for name, sent in files.items():
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
    """The draft with these files, each in place of the one it had of its kind."""
    kinds = {file.kind for file in files}
    return replace(draft, files=(*(kept for kept in draft.files if kept.kind not in kinds), *files))


def prefilled(package: Package, known: Mapping[str, str]) -> dict[str, str]:
    """What the account knows of the form's answers, by JSON pointer (`x-ui.fill` of a field names the fact)."""
    found: dict[str, str] = {}

    def walk(schema: Mapping[str, Any], pointer: str) -> None:
        for name, inner in schema.get("properties", {}).items():
            fact = inner.get("x-ui", {}).get("fill", "").removeprefix("person.")
            if fact and known.get(fact):
                found[f"{pointer}/{name}"] = known[fact]
            walk(inner, f"{pointer}/{name}")

    walk(package.form_schema, "")
    return found


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
    file: DraftFile | None
    error: str


def documents(package: Package, draft: Content, errors: Mapping[str, str]) -> list[DocumentLine]:
    """The documents of the form in the package's order."""
    brought = {file.kind: file for file in draft.files}
    return [
        DocumentLine(
            described.kind,
            described,
            brought.get(described.kind),
            errors.get(f"document.{described.kind}", ""),
        )
        for described in package.procedure.documents
        if not described.show_only
    ]
