"""That a result was handed out, as the entries of a dossier tell it, against its row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from xactin.cases.audit.derived import unlike
from xactin.cases.models import Handover
from xactin.cases.runtime import HAND_OVER
from xactin.ledger.queries import EntryRow


@dataclass(frozen=True, slots=True)
class Handed:
    """At whose counter, when, and whether to a proxy."""

    counter: str
    at: datetime
    proxy: bool


COLUMNS: Final = tuple(Handed.__dataclass_fields__)


def handed(case: UUID, entries: Sequence[EntryRow]) -> dict[UUID, Handed]:
    """The handing out of one dossier's result; the first, where entries tell of two."""
    row = next((row for row in entries if row.statement["act"] == HAND_OVER), None)
    return {case: Handed(row.effect["counter"], row.at, row.effect["proxy"])} if row else {}


def twice(entries: Sequence[EntryRow]) -> Iterator[str]:
    """Entries that hand out again what somebody has."""
    found = [row for row in entries if row.statement["act"] == HAND_OVER]
    yield from (f"entry {row.seq}: the result was handed out before" for row in found[1:])


def differences(row: Handover | None, case: UUID, entries: Sequence[EntryRow]) -> Iterator[str]:
    """What the row of one dossier says other than its entries."""
    return unlike("handover", [row] if row else [], handed(case, entries), COLUMNS, begun="handed")
