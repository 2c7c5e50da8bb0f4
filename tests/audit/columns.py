"""Every column of every table, changed by SQL one at a time: does the audit name it?

`docs/audit.md` says of each column whether it is compared, attested, or free, and why; here it is tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.apps import apps
from django.db import DatabaseError, connection, transaction

from xactin.cases.procedures import queries as procedures
from xactin.identity import queries as identity
from xactin.ledger import clock
from xactin.ledger.audit import run_audit
from xactin.ledger.log.authority import remember

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "audit.md"
_OTHERS: Final = {
    "boolean": ("NOT {c}", "true"),
    "integer": ("{c} + 1", "1"),
    "bigint": ("{c} + 1", "1"),
    "smallint": ("{c} + 1", "1"),
    "timestamp with time zone": ("{c} + interval '1 hour'", "now()"),
    "date": ("{c} + 1", "current_date"),
    "interval": ("{c} + interval '1 hour'",),
    "bytea": ("sha256({c})", "'\\x00'::bytea"),
    "jsonb": ("'{{\"x\": 1}}'::jsonb", "'[\"x\"]'::jsonb"),
    "json": ("'{{\"x\": 1}}'::json",),
    "uuid": ("gen_random_uuid()",),
    "tsvector": ("'x:1'::tsvector",),
}
_TEXT: Final = ("{c} || 'x'", "reverse({c})", "'x'", "left({c}, 1)", "repeat('0', length({c}))")


_ORDERS: Final = {
    "identity_workcalendar.id": "o.agency_id = t.agency_id",
    "vault_value.id": "o.subject = t.subject AND o.part = t.part",
}
"""Numbers of which nothing counts but their order, among rows like these: the first of two is put last."""


@dataclass(frozen=True, order=True)
class Column:
    """A column of a table of ours, or of a library's model."""

    table: str
    name: str
    type: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


def columns() -> list[Column]:
    """All columns of all models, libraries' among them; no database is asked."""
    found = {
        Column(model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if field.column and not model._meta.proxy
    }
    return sorted(found)


def described() -> dict[str, dict[str, str]]:
    """The lists of `docs/audit.md`: {heading: {`table.column`: what is said of it}}."""
    found: dict[str, dict[str, str]] = {}
    heading = ""
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").split(":")[0].lower()
        elif line.startswith("- `") and heading:
            names, _, said = line.removeprefix("- ").partition(": ")
            for name in names.split(", "):
                found.setdefault(heading, {})[name.strip("`")] = said
    return found


def typed(column: Column) -> Column:
    """The column with its type in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
            (column.table, column.name),
        )
        (kind,) = cursor.fetchone()
    return Column(column.table, column.name, kind)


def seen(column: Column) -> bool | None:
    """Whether the audit names a change of this column in one row; None where no row can be changed."""
    for change in _changes(column):
        with transaction.atomic():
            try:
                hit = _change(column, change)
                if hit:
                    forget()
                    found = run_audit(1)
            except DatabaseError:
                hit = 0
                transaction.set_rollback(True)
                continue
            transaction.set_rollback(True)
        forget()
        if hit:
            return bool(found)
    return None


def _changes(column: Column) -> Iterator[str]:
    if str(column) in _ORDERS:
        yield f'(SELECT max("{column.name}") + 1 FROM "{column.table}")'
        return
    kinds = _OTHERS.get(typed(column).type, _TEXT)
    name = f'"{column.name}"'
    for kind in kinds:
        yield kind.format(c=name)
    yield f'(SELECT {name} FROM "{column.table}" o WHERE o.{name} IS DISTINCT FROM t.{name} LIMIT 1)'


def _change(column: Column, change: str) -> int:
    name = f'"{column.name}"'
    alike = _ORDERS.get(str(column))
    beside = (
        f'AND EXISTS (SELECT FROM "{column.table}" o WHERE {alike} AND o.{name} > t.{name})' if alike else ""
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            f'UPDATE "{column.table}" t SET {name} = {change} WHERE ctid = ('
            f'SELECT ctid FROM "{column.table}" t WHERE {change} IS DISTINCT FROM {name} {beside}'
            f" ORDER BY {name} IS NULL, {name}::text LIMIT 1)"
        )
        return cursor.rowcount


def forget() -> None:
    """What this process remembers of rows."""
    remember(None)
    clock.forget()
    procedures.version.cache_clear()
    procedures.row.cache_clear()
    procedures.forget_standing()
    identity.forget_tree()
