"""What dossiers of an earlier version have to be given after tables were brought to this one."""

from datetime import UTC, datetime
from typing import Final

from xactin.cases.dossiers.state.lateness import late_after
from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.cases.rules import fold
from xactin.identity.queries import sort_key
from xactin.ledger import queries as ledger

UNSETTLED: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""What the migration wrote where nobody has looked yet."""


def settle_cases() -> int:
    """Says of dossiers of before from when they were late, and their place in a list of people; how many.

    If we crash here, those that were not come to still say so, and are done at the next start.
    """
    settled = 0
    for case in Case.objects.filter(late_at=UNSETTLED).defer("state", "words").iterator(chunk_size=500):
        Case.objects.filter(pk=case.pk, late_at=UNSETTLED).update(
            late_at=_late_at(case), owner_key=sort_key(case.owner_name or case.applicant_name)
        )
        settled += 1
    return settled


def _late_at(case: Case) -> datetime | None:
    """As its entries tell it."""
    package = procedures.version(case.version_id).package
    state: dict[str, object] = {}
    late: datetime | None = None
    for row in ledger.entries_of(f"case:{case.pk}"):
        if "state" in row.effect:
            state = fold(state, row.effect["state"])
            late = late_after(package, state, was=late, at=row.at)
    return late
