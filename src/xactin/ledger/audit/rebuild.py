"""Derived tables written anew from the entries (`xactin audit --rebuild`): heads, mandates, and what rooms register.

Nothing is taken from the tables that are written, so what comes out is what the ledger says. Where entries, contents
or the log themselves are damaged there is nothing to rebuild from, and it is refused.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction

from xactin.ledger.audit.findings import Finding
from xactin.ledger.audit.folds import Told
from xactin.ledger.audit.history import History, Standing, read_history
from xactin.ledger.audit.running import audit, ranges_of
from xactin.ledger.audit.subjects import told_between

Rebuild = Callable[[Sequence[Told]], Mapping[str, int]]
"""Some subjects of one kind -> how many rows of which table were written. Runs in the one transaction of all."""

_rebuilds: Final[dict[str, Rebuild]] = {}
_rest: Final[list[Callable[[], Mapping[str, int]]]] = []

_HEADS: Final = """
INSERT INTO ledger_head (subject, seq, digest, at)
SELECT DISTINCT ON (subject) subject, seq, digest, at FROM ledger_entry ORDER BY subject, seq DESC
ON CONFLICT (subject) DO UPDATE SET seq = excluded.seq, digest = excluded.digest, at = excluded.at
"""
_MANDATE: Final = """
INSERT INTO ledger_mandate (id, key, person, post, agency, system, mandate, ended)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET key = excluded.key, person = excluded.person, post = excluded.post,
       agency = excluded.agency, system = excluded.system, mandate = excluded.mandate, ended = excluded.ended
"""


class RebuildRefused(RuntimeError):
    """Entries, contents or the log are not sound, so tables cannot be written from them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings
        first = findings[0]
        super().__init__(
            f"{len(findings)} findings are about what tables are rebuilt from, the first: "
            f"{first.kind}: {first.subject}: {first.text}"
        )


def register_rebuild(kind: str, rebuild: Rebuild) -> None:
    """Has `rebuild` called for all subjects of this kind, after the kinds that were registered before it: rows that
    others name come first. Called from a room's `apps.py`."""
    _rebuilds[kind] = rebuild


def register_rest(rebuild: Callable[[], Mapping[str, int]]) -> None:
    """Has `rebuild` called at the end, for rows that belong to no one subject, such as counters."""
    _rest.append(rebuild)


@transaction.atomic
def rebuild_tables() -> tuple[Mapping[str, int], list[Finding]]:
    """Writes what can be derived; returns how many rows of which table, and what an audit still finds after it.

    All in one transaction: whoever reads meanwhile sees the old rows or the new. Raises RebuildRefused, and then
    nothing was written. What is damaged is judged at the end: acts are decided again from rows of other rooms, and
    where those were changed, entries look wrong that are right.
    """
    damaged = _damaged(audit(1).findings)
    try:
        written = _written()
    except (LookupError, TypeError, ValueError, ObjectDoesNotExist, DatabaseError) as error:
        if damaged:  # an entry that says nothing readable
            raise RebuildRefused(damaged) from error
        raise
    left = audit(1).findings
    if _damaged(left):
        raise RebuildRefused(_damaged(left))
    return written, left


def _damaged(findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if one.kind != "table"]


def _written() -> Mapping[str, int]:
    history, written = read_history(), Counter[str]()
    written["ledger_head"] = _heads()
    written["ledger_mandate"] = _mandates(history)
    for kind, rebuild in _rebuilds.items():
        for low, high in list(ranges_of(kind)):
            _findings, told = told_between(history, low, high)
            written.update(rebuild([one for one in told if one.kind == kind]))
    for rebuild_rest in _rest:
        written.update(rebuild_rest())
    return written


def _heads() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_HEADS)
        return int(cursor.rowcount)


def _mandates(history: History) -> int:
    with connection.cursor() as cursor:
        cursor.executemany(_MANDATE, [_row(id, one) for id, one in history.by_id.items()])
    return len(history.by_id)


def _row(id: str, standing: Standing) -> tuple[str | bytes | None, ...]:
    mandate = standing.mandate
    said = (mandate[name] for name in ("person", "post", "agency", "system"))
    return (id, standing.key.id, *said, standing.document, standing.ended)
