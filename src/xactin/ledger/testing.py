"""An authority for tests, and people who may sign in it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from xactin.kernel.attestation import make_statement
from xactin.kernel.signatures import PublicKey, sign_ed25519
from xactin.ledger import clock
from xactin.ledger.audit import folds, rebuild_tables, run_audit
from xactin.ledger.authority import AuthorityInfo, authority, remember
from xactin.ledger.chain import EntryRef, acting
from xactin.ledger.commands import begin_authority, grant_mandate, sequence_once, system_signer
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
