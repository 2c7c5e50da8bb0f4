"""All tables of the database, out and in again by COPY.

The schema itself is not copied: migrations make it, at the state that the backup names. So a
backup goes from PostgreSQL 18 to 15 and back, and from an earlier version of ours to this one.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]
LIST = """
    SELECT c.relname, array_agg(a.attname ORDER BY a.attnum)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    GROUP BY c.relname ORDER BY c.relname
"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
MIGRATIONS = "django_migrations"
# The queue's own references are checked at once, whatever a transaction wishes.
RIGID = """
    SELECT r.relname, c.conname FROM pg_constraint c
    JOIN pg_class r ON r.oid = c.conrelid
    JOIN pg_namespace n ON n.oid = r.relnamespace AND n.nspname = 'public'
    WHERE c.contype = 'f' AND NOT c.condeferrable AND c.conparentid = 0 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Table:
    """A table by name, with the columns that are copied (computed ones are not)."""

    name: str
    columns: tuple[str, ...]

    def _columns(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))

    def read(self, connection: Connection) -> Iterator[memoryview]:
        """Its rows in COPY's text format, which no version of PostgreSQL has changed."""
        query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(
            self._columns(), sql.Identifier(self.name)
        )
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            yield from (memoryview(block) for block in copy)

    def write(self, connection: Connection, blocks: Iterable[bytes]) -> None:
        """Fills the table."""
        name = sql.Identifier(self.name)
        query = sql.SQL("COPY {} ({}) FROM STDIN").format(name, self._columns())
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            for block in blocks:
                copy.write(block)


def write_alike(connection: Connection) -> None:
    """For this transaction, values are written as text in one way, whatever this server was set to."""
    settings: tuple[LiteralString, ...] = (
        "datestyle = 'ISO, YMD'",
        "intervalstyle = 'postgres'",
        "timezone = 'UTC'",
    )
    for setting in settings:
        connection.execute(sql.SQL("SET LOCAL " + setting))


def tables(connection: Connection) -> list[Table]:
    """Every table of ours, in the order of names."""
    return [Table(str(name), tuple(columns)) for name, columns in connection.execute(LIST).fetchall()]  # type: ignore[arg-type]


def sequences(connection: Connection) -> dict[str, int | None]:
    """Where each sequence stands; None for one never used."""
    return {str(name): value for name, value in connection.execute(SEQUENCES).fetchall()}  # type: ignore[misc]


def set_sequences(connection: Connection, values: dict[str, int | None]) -> None:
    """Puts the sequences where they stood."""
    for name, value in values.items():
        used = value is not None
        connection.execute(
            "SELECT setval(quote_ident(%s)::regclass, %s, %s)", [name, value if used else 1, used]
        )


@contextmanager
def quiet(connection: Connection, names: Collection[str]) -> Iterator[None]:
    """While tables are filled their own triggers keep still: what they would do stands in the backup already.

    References between tables are checked at the end, when all rows are there: tables come in the order of their names.
    """
    _switch(connection, names, "DISABLE")
    rigid = connection.execute(RIGID).fetchall()
    _defer(connection, rigid, "DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _defer(connection, rigid, "NOT DEFERRABLE")
    _switch(connection, names, "ENABLE")


def _defer(connection: Connection, references: Iterable[tuple[object, ...]], when: LiteralString) -> None:
    for table, reference in references:
        query = sql.SQL("ALTER TABLE {} ALTER CONSTRAINT {} " + when)
        connection.execute(query.format(sql.Identifier(str(table)), sql.Identifier(str(reference))))


def _switch(connection: Connection, names: Collection[str], way: LiteralString) -> None:
    for name in names:
        connection.execute(sql.SQL("ALTER TABLE {} " + way + " TRIGGER USER").format(sql.Identifier(name)))


def empty(connection: Connection, names: Iterable[str]) -> None:
    """Removes the rows that migrations themselves made, so that only the backup's stand."""
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    connection.execute(sql.SQL("TRUNCATE {}").format(listed))
