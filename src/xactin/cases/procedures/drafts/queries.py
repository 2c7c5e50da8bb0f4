"""What may be asked about drafts of procedures. For who writes, publishes or inspects them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from xactin.cases.errors import Forbidden, NotFound
from xactin.cases.models import ProcedureDraft
from xactin.cases.procedures.designs.design import Design
from xactin.cases.procedures.designs.files import files_of
from xactin.cases.procedures.designs.template import usual_template
from xactin.identity.queries import Actor, Facts, folded, may, posts_filled
from xactin.kernel.procedure.package import Package, load_package

EXAMINES: Final = "officer"
"""The role that the usual flow examines by."""


def drafts(by: Actor, *, words: str = "", state: str = "") -> QuerySet[ProcedureDraft]:
    """Drafts by name, the newest of each code only unless it is asked for what ended. Raises Forbidden."""
    _may_read(by)
    found = ProcedureDraft.objects.defer("source", "design").order_by("name_vi", "code", "-number")
    for word in folded(words).split():
        found = found.filter(search__contains=word)
    return found.filter(_in_state(state or "standing"))


def _in_state(state: str) -> Q:
    standing = Q(published__isnull=True, dropped_at__isnull=True)
    return {
        "open": standing & Q(reviewed_at__isnull=True),
        "reviewed": standing & Q(reviewed_at__isnull=False),
        "published": Q(published__isnull=False),
        "dropped": Q(dropped_at__isnull=False),
    }.get(state, standing)


def draft(by: Actor, id: UUID) -> ProcedureDraft:
    """One draft. Raises Forbidden and NotFound."""
    _may_read(by)
    found = ProcedureDraft.objects.select_related("published").filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def before(row: ProcedureDraft) -> ProcedureDraft | None:
    """The draft of the same procedure before this one."""
    return ProcedureDraft.objects.filter(code=row.code, number__lt=row.number).order_by("-number").first()


def design_of(row: ProcedureDraft) -> Design:
    """What a draft says."""
    return Design.model_validate(row.design)


def package_of(design: Design) -> Package:
    """The package that a design becomes. Raises PackageError, Wrong and Refused, as `files_of` does."""
    return load_package(files_of(design, usual_template(design) if design.result is not None else ""))


def offices() -> set[str]:
    """The functions of agencies where somebody holds the post that examines dossiers."""
    return {function for function, role in posts_filled() if role == EXAMINES}


def standing(ids: Sequence[UUID]) -> list[ProcedureDraft]:
    """These drafts in the order given, but those that are not there; locked until the transaction ends."""
    rows = {
        row.pk: row for row in ProcedureDraft.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    }
    return [rows[id] for id in dict.fromkeys(ids) if id in rows]


def _may_read(by: Actor) -> None:
    decision = may(by, "procedure.read", Facts(subject="procedure:"))
    if not decision.allowed:
        raise Forbidden(decision.reason)
