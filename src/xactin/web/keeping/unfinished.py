"""A restore that was broken off can be repeated: a table that stands only meanwhile says how far it came.

Migrations and rows cannot be one transaction. So the database says of itself whether what stands in it is ours to
go on with: nothing is ever written over an authority at work.
"""

from dataclasses import dataclass

from xactin.web.keeping.sealed import SealedFileError
from xactin.web.keeping.tables import Connection

_STANDS = "SELECT to_regclass('public.xactin_restore') IS NOT NULL"
_MAKE = "CREATE TABLE xactin_restore (made_at text NOT NULL, filled boolean NOT NULL)"


@dataclass(frozen=True, slots=True)
class Begun:
    """`again`: another try came before. `filled`: all rows and files are in already."""

    again: bool = False
    filled: bool = False


def begin(connection: Connection, made_at: str, *, empty: bool) -> Begun:
    """Marks an empty database, or finds the mark of a try before with the same backup. Raises SealedFileError."""
    ((standing,),) = connection.execute(_STANDS).fetchall()
    if not standing:
        if not empty:
            raise SealedFileError("the database is not empty; restore into a new one")
        with connection.transaction():
            connection.execute(_MAKE)
            connection.execute("INSERT INTO xactin_restore VALUES (%s, false)", [made_at])
        return Begun()
    ((of, filled),) = connection.execute("SELECT made_at, filled FROM xactin_restore").fetchall()
    if of != made_at:
        raise SealedFileError(f"a restore of the backup of {of} was broken off here; go on with that one")
    return Begun(again=True, filled=bool(filled))


def note_filled(connection: Connection) -> None:
    """Part of the transaction that fills the tables."""
    connection.execute("UPDATE xactin_restore SET filled = true")


def end(connection: Connection) -> None:
    """All is done."""
    connection.execute("DROP TABLE xactin_restore")
