"""What may be done with drafts of procedures: read a file into one, save, review, drop, and publish those reviewed.

A draft binds nobody and is not attested. A review is, over the digest of exactly the package that the draft makes;
somebody else publishes what was reviewed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from xactin.cases.errors import Forbidden, Invalid, Stale
from xactin.cases.models import ProcedureDraft, ProcedureVersion
from xactin.cases.procedures import commands as catalogue
from xactin.cases.procedures.designs.design import Design
from xactin.cases.procedures.designs.flow import lost_returns
from xactin.cases.procedures.drafts import queries
from xactin.cases.procedures.national.doubts import Doubt
from xactin.cases.procedures.national.reading import LARGEST, Unreadable, read
from xactin.cases.procedures.reviewing import problems_of
from xactin.identity import commands as identity
from xactin.identity.queries import Actor, Facts, folded, may
from xactin.kernel.local import local_day
from xactin.kernel.procedure.examples import Wrong
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import PackageError, Problem, Refused
from xactin.ledger import commands as ledger
from xactin.ledger import queries as ledger_queries
from xactin.ledger.clock import now
from xactin.vault.ids import new_id

__all__ = [
    "CHANGED",
    "LARGEST",
    "NEW",
    "SAME",
    "Imported",
    "Unreadable",
    "begin",
    "change",
    "drop",
    "import_file",
    "problems",
    "publish",
    "restore",
    "review",
]

NEW: Final = "new"
SAME: Final = "same"
CHANGED: Final = "changed"
REVIEW: Final = "procedure.review"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. `outcome`: new, same (nothing was done), changed (the next draft of its procedure)."""

    outcome: str
    draft: ProcedureDraft


@transaction.atomic
def import_file(*, by: Actor | None, sent: bytes) -> Imported:
    """Reads a file of the national database into a draft; the same file again changes nothing.

    `by` None: whoever has the machine, on its command line. Raises Unreadable and Forbidden.
    """
    if by is not None:
        _require(by, "procedure.design", "procedure:")
    reading = read(sent, local_day(now()), queries.offices())
    digest, code = sha256(sent).hexdigest(), reading.design.code
    last = ProcedureDraft.objects.select_for_update().filter(code=code).order_by("-number").first()
    known = ProcedureDraft.objects.filter(code=code, source_digest=digest).order_by("-number").first()
    if known is not None:
        return Imported(SAME, known)
    design, doubts = reading.design, list(reading.doubts)
    taken = set(ProcedureVersion.objects.filter(code=code).values_list("version", flat=True))
    taken |= set(ProcedureDraft.objects.filter(code=code).values_list("design__version", flat=True))
    if design.version in taken:
        design = design.model_copy(update={"version": f"{design.version}.{last.number + 1 if last else 1}"})
    row = _begun(by, design, last.number + 1 if last else 1, doubts, sent.decode(errors="replace"), digest)
    return Imported(CHANGED if last else NEW, row)


@transaction.atomic
def begin(*, by: Actor, design: Design) -> ProcedureDraft:
    """A draft that is written here. Raises Forbidden."""
    _require(by, "procedure.design", f"procedure:{design.code}")
    last = ProcedureDraft.objects.select_for_update().filter(code=design.code).order_by("-number").first()
    return _begun(by, design, last.number + 1 if last else 1, [], "", "")


def _begun(
    by: Actor | None, design: Design, number: int, doubts: Sequence[Doubt], source: str, digest: str
) -> ProcedureDraft:
    at = now()
    return ProcedureDraft.objects.create(
        id=new_id(),
        code=design.code,
        number=number,
        **_listed(design),
        doubts=[asdict(doubt) for doubt in doubts],
        source=source,
        source_digest=digest,
        created_by=by.person_id if by else None,
        created_at=at,
        updated_at=at,
    )


def _listed(design: Design) -> dict[str, object]:
    return {
        "name_vi": design.name.vi[:300],
        "search": folded(" ".join([design.code, design.name.vi, design.name.en, design.field_name.vi])),
        "design": design.model_dump(mode="json"),
    }


@transaction.atomic
def change(*, by: Actor, draft: UUID, design: Design, revision: int) -> ProcedureDraft:
    """Writes a draft anew; a review of it ends. `revision`: the one that was read.

    Raises Forbidden, NotFound, Stale where somebody else saved meanwhile, Invalid where it has ended or would be of
    another procedure.
    """
    _require(by, "procedure.design", f"procedure:{design.code}")
    row = _standing(by, draft)
    if row.revision != revision:
        raise Stale(
            _("Somebody else has saved this draft meanwhile. Open it again and enter your change once more.")
        )
    if design.code != row.code:
        raise Invalid({"code": _("A draft stays with its procedure: begin another draft for another code.")})
    for name, value in _listed(design).items():
        setattr(row, name, value)
    row.revision += 1
    row.updated_at = now()
    row.reviewed_by = row.reviewed_at = row.reviewed_entry = None
    row.reviewed_digest = ""
    row.save()
    return row


def problems(design: Design) -> tuple[Package | None, list[Problem]]:
    """The package of a design, and everything that keeps it from being published here. Changes nothing."""
    try:
        package = queries.package_of(design)
    except PackageError as error:
        return None, list(error.problems)
    except (Wrong, Refused) as error:
        return None, [
            Problem("not_played", "steps", _not_played(error.vi, "vi"), _not_played(error.en, "en"))
        ]
    return package, [*lost_returns(design), *problems_of(package)]


def _not_played(told: str, language: str) -> str:
    if language == "vi":
        return f"Chưa đi được từ bước nộp hồ sơ đến bước cuối: {told}"
    return f"The way from the filing to the end cannot be gone: {told}"


@transaction.atomic
def review(*, by: Actor, draft: UUID, revision: int) -> ProcedureDraft:
    """Stands behind a draft as it is: it may be published. Attested over the digest of its package.

    Raises Forbidden, NotFound, Stale, Invalid, and NotPublishable with all that is wrong.
    """
    row = _standing(by, draft)
    subject = f"procedure:{row.code}"
    _require(by, REVIEW, subject)
    if row.revision != revision:
        raise Stale(
            _("Somebody else has saved this draft meanwhile. Look at it again before you stand behind it.")
        )
    package, wrong = problems(queries.design_of(row))
    if package is None or wrong:
        raise catalogue.NotPublishable(wrong)
    effect = {"version": package.version, "digest": package.digest}
    with ledger.acting(subject=subject, mandates=[by.mandate_id]) as chain:
        ref = chain.attest(identity.signer_of(by), act=REVIEW, effect=effect)
        row.reviewed_at, row.reviewed_entry = chain.at, ref.id
    row.reviewed_by, row.reviewed_digest = by.person_id, package.digest
    row.save()
    return row


@transaction.atomic
def publish(*, by: Actor, drafts: Sequence[UUID]) -> list[ProcedureDraft]:
    """Puts reviewed drafts in force, all or none. Who reviewed one does not publish it.

    Raises Forbidden, NotPublishable, and Invalid with what is wrong by code where a draft is not reviewed as it stands.
    """
    rows = queries.standing(drafts)
    packages, wrong = {}, {}
    for row in rows:
        _require(by, "procedure.publish", f"procedure:{row.code}")
        told = _unfit(by, row)
        if told:
            wrong[row.code] = told
            continue
        packages[row.pk] = queries.package_of(queries.design_of(row))
        if packages[row.pk].digest != row.reviewed_digest or not _attested(row):
            wrong[row.code] = _("The draft is no longer what was reviewed.")
    if wrong or not rows:
        raise Invalid(wrong or {"drafts": _("Choose at least one draft.")})
    for row in rows:
        catalogue.publish(by=by, package=packages[row.pk])
        row.published = ProcedureVersion.objects.only("pk").get(digest=row.reviewed_digest)
        row.save(update_fields=["published"])
    return rows


def _unfit(by: Actor, row: ProcedureDraft) -> str:
    if row.published_id is not None or row.dropped_at is not None:
        return _("This draft has ended.")
    if row.reviewed_at is None:
        return _("Nobody has reviewed this draft yet.")
    if row.reviewed_by == by.person_id:
        return _("You have reviewed this draft yourself: somebody else publishes it.")
    return ""


def _attested(row: ProcedureDraft) -> bool:
    """Whether the review that the row tells of stands in the ledger, over this digest."""
    entry = ledger_queries.entry(row.reviewed_entry) if row.reviewed_entry else None
    return (
        entry is not None
        and entry.statement["act"] == REVIEW
        and entry.statement["subject"] == f"procedure:{row.code}"
        and entry.effect["digest"] == row.reviewed_digest
    )


@transaction.atomic
def drop(*, by: Actor, draft: UUID) -> ProcedureDraft:
    """Ends a draft that is not wanted; it is kept, and `restore` takes it up again. Raises Forbidden and NotFound."""
    _require(by, "procedure.design", "procedure:")
    row = _standing(by, draft)
    row.dropped_at = now()
    row.save(update_fields=["dropped_at"])
    return row


@transaction.atomic
def restore(*, by: Actor, draft: UUID) -> ProcedureDraft:
    """Takes a dropped draft up again. Raises Forbidden and NotFound."""
    _require(by, "procedure.design", "procedure:")
    row = queries.draft(by, draft)
    row.dropped_at = None
    row.save(update_fields=["dropped_at"])
    return row


def _standing(by: Actor, draft: UUID) -> ProcedureDraft:
    """A draft that has not ended, locked. Raises NotFound, Forbidden and Invalid."""
    queries.draft(by, draft)
    row = ProcedureDraft.objects.select_for_update().get(pk=draft)
    if row.published_id is not None or row.dropped_at is not None:
        raise Invalid({"draft": _("This draft has ended.")})
    return row


def _require(by: Actor, act: str, subject: str) -> None:
    decision = may(by, act, Facts(subject=subject))
    if not decision.allowed:
        raise Forbidden(decision.reason)
