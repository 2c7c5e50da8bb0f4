"""What a counter took in and the code it gave, as the entries of a dossier tell them, against their row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from xactin.cases.audit.derived import unlike
from xactin.cases.models import Receipt
from xactin.cases.runtime import BEGIN, FOLLOW_CODE
from xactin.ledger.queries import EntryRow


@dataclass(frozen=True, slots=True)
class Taken:
    """What a counter took in, with the code that holds."""

    counter: str
    received_at: datetime
    mac: str
    code_at: datetime


COLUMNS: Final = tuple(Taken.__dataclass_fields__)


def taken(case: UUID, entries: Sequence[EntryRow]) -> dict[UUID, Taken]:
    """The receipt of one dossier; none where no counter took it in."""
    first = entries[0]
    if first.statement["act"] != BEGIN or "counter" not in first.effect:
        return {}
    given = [row for row in entries if row.statement["act"] == FOLLOW_CODE]
    if not given:
        return {}
    last = given[-1]
    return {case: Taken(first.effect["counter"]["agency"], first.at, last.effect["mac"], last.at)}


def differences(row: Receipt | None, case: UUID, entries: Sequence[EntryRow]) -> Iterator[str]:
    """What the row of one dossier says other than its entries."""
    return unlike("receipt", [row] if row else [], taken(case, entries), COLUMNS, begun="gave")
