"""Orders to erase, as the entries of a dossier tell them, against their rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from xactin.cases.audit.derived import unlike
from xactin.cases.models import Erasure
from xactin.cases.runtime import DROP_ERASURE, ERASE, ERASURE
from xactin.ledger.queries import EntryRow


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order: what it names, who gave it and what became of it."""

    parts: Mapping[str, Any]
    basis: str
    ordered_by_id: UUID
    ordered_at: datetime
    outcome: str = ""
    ended_by_id: UUID | None = None
    ended_at: datetime | None = None


COLUMNS: Final = tuple(Ordered.__dataclass_fields__)
_ENDS: Final = {ERASE: "erased", DROP_ERASURE: "dropped"}


def ordered(entries: Sequence[EntryRow]) -> dict[UUID, Ordered]:
    """The orders of one dossier, by the entry that gave them."""
    found: dict[UUID, Ordered] = {}
    for row in entries:
        said, effect = row.statement, row.effect
        if said["act"] == ERASURE:
            by = UUID(said["by"]["person"])
            found[UUID(said["id"])] = Ordered(effect["parts"], effect["basis"], by, row.at)
        elif said["act"] in _ENDS and "order" in effect:
            order = UUID(effect["order"])
            found[order] = replace(
                found[order],
                outcome=_ENDS[said["act"]],
                ended_by_id=UUID(said["by"]["person"]),
                ended_at=row.at,
            )
    return found


def differences(rows: Sequence[Erasure], entries: Sequence[EntryRow]) -> Iterator[str]:
    """What rows of one dossier say other than its entries."""
    return unlike("erasure", rows, ordered(entries), COLUMNS, begun="ordered")
