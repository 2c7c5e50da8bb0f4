"""The ledger's own derived tables, and what must stand on both sides of a join."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import connection

from xactin.ledger.audit.findings import Finding
from xactin.ledger.audit.folds import all_claims
from xactin.ledger.audit.history import History, Standing

_BOTH_SIDES: Final = (
    (
        "removed",
        "leaf {} of the log has no entry: it was removed",
        "SELECT l.index FROM ledger_leaf l LEFT JOIN ledger_entry e ON e.number = l.entry WHERE e.number IS NULL",
    ),
    (
        "log",
        "entry number {} has no place in the log and does not wait for one",
        "SELECT e.number FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry = e.number"
        " LEFT JOIN ledger_unsequenced u ON u.number = e.number WHERE l.index IS NULL AND u.number IS NULL",
    ),
    (
        "removed",
        "entry number {} waits for a place in the log, but is gone",
        "SELECT u.number FROM ledger_unsequenced u LEFT JOIN ledger_entry e USING (number) WHERE e.number IS NULL",
    ),
    (
        "log",
        "entry number {} has a place in the log and waits for another",
        "SELECT u.number FROM ledger_unsequenced u JOIN ledger_leaf l ON l.entry = u.number",
    ),
)
_UNTOLD: Final = """
SELECT c.subject FROM ({claims}) c (subject)
 WHERE NOT EXISTS (SELECT FROM ledger_head h WHERE h.subject = c.subject AND h.seq >= 0)
"""
_COLUMNS: Final = ("person", "post", "agency", "system")


def check_tables(history: History) -> list[Finding]:
    """Joins, the table of mandates, and rows of higher rooms whose subject has no entry."""
    return [*_joins(), *_mandates(history), *_claims()]


def _joins() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        for kind, text, sql in _BOTH_SIDES:
            cursor.execute(sql)
            yield from (Finding(kind, "log", text.format(row[0])) for row in cursor.fetchall())


def _mandates(history: History) -> Iterator[Finding]:
    gone = set(history.by_id)
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT id, mandate, ended, key, person, post, agency, system FROM ledger_mandate ORDER BY id"
        )
        for id, *row in cursor:
            standing = history.by_id.get(str(id))
            if standing is None:
                yield Finding("table", f"mandate:{id}", "a mandate that nobody granted")
                continue
            gone.discard(str(id))
            yield from (Finding("table", f"mandate:{id}", text) for text in _compared(standing, *row))
    yield from (
        Finding("table", f"mandate:{id}", "the mandate was granted, and its row is gone") for id in gone
    )


def _compared(
    standing: Standing, document: bytes, ended: datetime | None, key: str, *columns: str | None
) -> Iterator[str]:
    given = [standing.mandate[name] for name in _COLUMNS]
    if (bytes(document), key, list(columns)) != (standing.document, standing.key.id, given):
        yield "the mandate's row is not what was granted"
    if (ended and ended.isoformat()) != standing.ended:
        yield "the mandate's row says another end than the entries"


def _claims() -> Iterator[Finding]:
    """Rows that no chain speaks of. The database compares: only what is wrong leaves it."""
    with connection.cursor() as cursor:
        for claims in all_claims():
            cursor.execute(_UNTOLD.format(claims=claims))
            yield from (
                Finding("table", subject, "rows of a subject that no entry speaks of")
                for (subject,) in cursor.fetchall()
            )
