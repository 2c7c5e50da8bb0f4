"""An authority for tests, and people who may sign in it."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from xactin.kernel.attestation import make_statement
from xactin.kernel.signatures import PublicKey, sign_ed25519
from xactin.ledger import clock
from xactin.ledger.audit import folds, rebuild_tables, run_audit
from xactin.ledger.chains import signers
from xactin.ledger.chains.chain import EntryRef, acting
from xactin.ledger.commands import begin_authority, grant_mandate, sequence_once, system_signer
from xactin.ledger.log.authority import AuthorityInfo, authority, remember
from xactin.ledger.models import Entry
from xactin.vault.ids import new_id


@dataclass(frozen=True)
class Person:
    """Somebody with a server-held key and a mandate."""

    name: str
    post: str | None
    agency: str | None
    private: Ed25519PrivateKey
    mandate: UUID

    @property
    def key_id(self) -> str:
        """The key that signs."""
        return PublicKey.ed25519(self.private.public_key().public_bytes_raw()).id

    def by(self) -> dict[str, str | None]:
        """The `by` of statements."""
        return {"person": self.name, "post": self.post, "agency": self.agency}

    def on_behalf(self) -> None:
        """Nobody else."""

    def sign(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        """The signature over a statement."""
        return sign_ed25519(self.private, statement)

    def state(self, subject: str, act: str = "case.note.write", **fields: Any) -> dict[str, Any]:
        """A statement of this person; `fields` change it."""
        given: dict[str, Any] = {
            "id": str(new_id()),
            "authority": authority().id,
            "subject": subject,
            "act": act,
            "by": self.by(),
            "at": clock.now(),
            "key": self.key_id,
        }
        return make_statement(**given | fields)

    def act(self, subject: str, effect: Mapping[str, Any] | None = None, **fields: Any) -> EntryRef:
        """A whole act: locked, signed, appended, committed."""
        with acting(subject=subject, mandates=[self.mandate]) as chain:
            statement = self.state(subject, **fields)
            return chain.append(statement, self.sign(statement), effect or {})


def an_authority(id: str = "H44", *, demo: bool = True) -> AuthorityInfo:
    """A new authority in an empty database; what processes remember of earlier ones is forgotten."""
    remember(None)
    clock.forget()
    return begin_authority(id=id, name="Tỉnh thử nghiệm", demo=demo, origin=f"xactin.test/log/{id}")


def a_person(name: str = "person-1", post: str | None = "H44-p1", agency: str | None = "H44") -> Person:
    """Somebody who may sign everything."""
    private = Ed25519PrivateKey.generate()
    key = PublicKey.ed25519(private.public_key().public_bytes_raw())
    mandate = grant_mandate(key=key, person=name, post=post, agency=agency, by=system_signer("identity"))
    return Person(name, post, agency, private, mandate)


@contextmanager
def folds_aside() -> Iterator[None]:
    """The ledger alone: what higher rooms check of their own rows is not asked."""
    before = dict(folds._folds)
    folds._folds.clear()
    try:
        yield
    finally:
        folds._folds.clear()
        folds._folds.update(before)


def sequence_all() -> None:
    """Everything that waits gets its place in the log."""
    while sequence_once():
        continue


@contextmanager
def attested() -> Iterator[None]:
    """The one wrapper of tests of commands: something was attested, and the ledger alone tells the same.

    After what stands inside: there are new entries, the audit is clean (effects decided again, folds equal the
    tables), and tables written anew from all entries equal those that the command wrote.
    """
    before = Entry.objects.count()
    yield
    assert Entry.objects.count() > before, "nothing was attested"
    sequence_all()
    assert run_audit(1) == []
    with transaction.atomic():
        written, left = rebuild_tables()
        assert left == []
        rebuilt = {table: _rows_of(table) for table in written}
        transaction.set_rollback(True)
    assert rebuilt == {table: _rows_of(table) for table in written}


def _rows_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t ORDER BY 1')  # noqa: S608 (names of our tables)
        return [str(row[0]) for row in cursor.fetchall()]


_TABLES: Final = """
SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
   AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 GROUP BY c.oid
"""
_LAY: Final = (
    'INSERT INTO "{table}" ({columns})'
    ' SELECT {columns} FROM jsonb_populate_recordset(NULL::"{table}", %s::jsonb)'
)
forgets: Final[list[Callable[[], object]]] = [clock.forget, signers.forget]
"""What a process remembers of rows, by key or id: many worlds of tests have the same. Higher rooms add theirs."""
_recalled: Final[dict[Hashable, list[tuple[str, str]]]] = {}


def recalled(key: Hashable, make: Callable[[], object]) -> None:
    """What `make` writes into an empty authority's tables: by its commands once a process, then as the same rows.

    Most tests begin with a world that hundreds of commands make; how those work is tried elsewhere. `key` holds all
    that `make` depends on. Where an authority stands already, `make` is called as it is.
    """
    for forget in forgets:
        forget()
    if Entry.objects.exists():
        make()
        return
    remember(None)
    rows = _recalled.get(key)
    if rows is None:
        before = _all_rows()
        make()
        _recalled[key] = _written(before, _all_rows())
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, told in rows:
            cursor.execute(statement, (told,))


def _all_rows() -> dict[tuple[str, str], Counter[str]]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchall()
    return {(table, columns): Counter(_rows_of(table)) for table, columns in tables}


def _written(
    before: Mapping[tuple[str, str], Counter[str]], after: Mapping[tuple[str, str], Counter[str]]
) -> list[tuple[str, str]]:
    """Statements that lay down what was added; rows that stood before must not have been touched."""
    found = []
    for (table, columns), rows in after.items():
        assert not before[table, columns] - rows, f"a row of {table} was changed"
        added = ",".join((rows - before[table, columns]).elements())
        if added:
            found.append((_LAY.format(table=table, columns=columns), f"[{added}]"))
    return found
