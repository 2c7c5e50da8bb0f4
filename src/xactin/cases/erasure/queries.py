"""What may be erased, until when it is kept, and which orders wait for a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.dossiers.records import subject_of
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.surroundings import language
from xactin.cases.erasure.retention import keep_until
from xactin.cases.errors import NotFound
from xactin.cases.models import Case, Erasure
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.rights import ERASE, CaseFacts
from xactin.cases.runtime import ERASURE
from xactin.identity.queries import Actor, may
from xactin.kernel.local import local_day
from xactin.ledger.clock import now
from xactin.vault.queries import commitments_of


@dataclass(frozen=True, kw_only=True)
class Erasable:
    """A dossier as who may order its erasure sees it: what it has, by part, none of it opened."""

    case: Case
    parts: Sequence[str]
    until: date | None
    waiting: Erasure | None

    @property
    def kept(self) -> bool:
        """Whether the law on archives still keeps it; on the day itself it does not."""
        return self.until is not None and self.until > local_day(now())


def facts_of(case: Case) -> CaseFacts:
    """What decides about erasing a dossier."""
    return CaseFacts(
        subject=subject_of(case.pk),
        path=case.agency.path,
        owners=(case.applicant_id,) if case.applicant_id else (),
        agency=case.agency_id,
    )


def case_for(actor: Actor, case: UUID) -> Case:
    """A dossier that this actor may order to erase. Raises NotFound."""
    found = Case.objects.select_related("agency", "version").defer("version__files").filter(pk=case).first()
    if found is None or not may(actor, ERASURE, facts_of(found)).allowed:
        raise NotFound
    return found


def erasable(actor: Actor, case: UUID) -> Erasable:
    """What could go of a dossier. Raises NotFound."""
    found = case_for(actor, case)
    return Erasable(
        case=found,
        parts=sorted(standing(found)),
        until=keep_until(subject_of(found.pk)),
        waiting=Erasure.objects.filter(case=found, ended_at__isnull=True)
        .select_related("ordered_by")
        .first(),
    )


def part_name(case: Case, part: str) -> str:
    """What a part is, in words: a document's name, who answered, the first question of a piece of the form."""
    package = procedures.version(case.version_id).package
    documents = {one.kind: text_in(one.name, language()) for one in package.procedure.documents}
    task = content.writer_of(content.writers(package), part)
    if task:
        return text_in(package.procedure.tasks[task].name, language())
    if part.startswith("document."):
        return documents.get(content.document_kind(part), part)
    if part.startswith("note."):
        return _("Note on an act")
    names = content.form_parts(package, dict.fromkeys(package.form_schema.get("properties", {}))).get(
        part, {}
    )
    fields = [package.form_schema["properties"][name].get("x-ui", {}).get("label") for name in names]
    return ", ".join(text_in(label, language()) for label in fields if label) or part


def standing(case: Case) -> dict[str, list[str]]:
    """What stands of a dossier, by part: commitments."""
    return dict(commitments_of(subject_of(case.pk)))


def orders(actor: Actor) -> list[Erasure]:
    """The orders that wait, of dossiers where this actor has the duty; the oldest first."""
    waiting = Erasure.objects.filter(ended_at__isnull=True).select_related("case__agency", "ordered_by")
    return [one for one in waiting.order_by("ordered_at") if actor.has(ERASE, one.case.agency.path)]


def by_number(actor: Actor, number: str) -> Case:
    """The dossier with this number. Raises NotFound."""
    found = Case.objects.filter(number=number.strip()).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return case_for(actor, found)
