"""Until when the law on archives keeps a dossier, and what stands of it in this room's own tables."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.cases.rules import search_words
from xactin.identity.queries import folded
from xactin.kernel.local import local_day
from xactin.kernel.procedure.description import Privacy
from xactin.ledger.commands import Gone, Holding, Statement

FOR_EVER: Final = date.max
"""The day on which what is kept permanently, or still runs, may go."""

_FORGET_NAME: Final = """
UPDATE cases_case SET applicant_name = '', owner_name = '', owner_key = '', words = %s::tsvector WHERE id = %s
"""
_FORGET_TYPED: Final = "DELETE FROM cases_actdraft WHERE case_id = %s"
_FORGET_PENDING: Final = "DELETE FROM cases_pendingact WHERE case_id = %s"


def keep_until(subject: str) -> date | None:
    """The first day on which the dossier may go; None where its procedure says no time (work of the office's own).

    A time is counted in whole years after the year in which the work ended: the later of the two ways of counting.
    """
    id = _id(subject)
    case = None if id is None else Case.objects.filter(pk=id).first()
    if case is None:
        return None
    if case.finished_at is None:
        return FOR_EVER
    return kept_until(
        procedures.version(case.version_id).package.procedure.privacy, local_day(case.finished_at)
    )


def _id(subject: str) -> UUID | None:
    """The dossier's id; None for a subject of this kind that this room never made."""
    try:
        return UUID(subject.partition(":")[2])
    except ValueError:
        return None


def kept_until(privacy: Privacy | None, ended: date) -> date | None:
    """The first day on which what ended on a day may go."""
    if privacy is None:
        return None
    if isinstance(privacy.years, str):
        return FOR_EVER
    return date(min(ended.year + privacy.years + 1, FOR_EVER.year), 1, 1)


def forget(subject: str, gone: Gone) -> Iterable[Statement]:
    """Whose dossier it is and what it is found by go with the form; what officials typed and did not send goes with
    anything."""
    id = _id(subject)
    if id is None:
        return
    yield _FORGET_TYPED, (id,)
    yield _FORGET_PENDING, (id,)
    if any(part.startswith("form.") for part in gone):
        case = Case.objects.select_related("version").defer("version__files").get(pk=id)
        yield _FORGET_NAME, (search_words(case.number, folded(case.version.name_vi), ""), id)


HOLDING: Final = Holding(forget, keep_until)
