"""The path of an act: one pipelined round trip to lock and read, one to write and commit.

A durable commit costs a few hundred microseconds, a round trip or a statement some forty: so an act locks
its subject and its mandates by one statement, and writes by one pipeline that ends with COMMIT. The
transaction is Django's own (`transaction.atomic`): hooks for after the commit run, the ORM may be used
meanwhile, and inside an outer `atomic()` the act becomes a savepoint of it and leaves the commit to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from psycopg import errors

from xactin.kernel.attestation import (
    CLAIM_LIMIT,
    EFFECT_PART,
    check_effect,
    check_statement,
    effect_digest,
    parse_time,
    time_text,
)
from xactin.kernel.batches import batches_of
from xactin.kernel.canonical import canonical
from xactin.kernel.mandates import MandateError, check_cover, check_mandate
from xactin.kernel.signatures import SignatureError, verify_signature
from xactin.ledger import clock
from xactin.ledger.chains.pipeline import Statement, run
from xactin.ledger.chains.signers import Signer, statement_of
from xactin.ledger.errors import AlreadyDone, ClaimRefused, MandateEnded, NotCovered, SignatureRefused
from xactin.ledger.log.authority import authority
from xactin.vault.rehearsal import on_trial

# `made` finds nothing while another act makes the same head: then both wait, and this one asks again.
# The clock is read last, after all locks.
_LOCK: Final = """
WITH found AS (SELECT seq, digest, at FROM ledger_head WHERE subject = %(subject)s FOR UPDATE),
made AS (
  INSERT INTO ledger_head (subject, seq) SELECT %(subject)s, -1 WHERE NOT EXISTS (SELECT FROM found)
  ON CONFLICT (subject) DO NOTHING RETURNING seq, digest, at),
held AS MATERIALIZED (SELECT ended, mandate FROM ledger_mandate WHERE id = ANY(%(mandates)s::uuid[]) FOR SHARE)
SELECT head.seq, head.digest, head.at, (SELECT array_agg(mandate) FROM held WHERE ended IS NULL),
       clock_timestamp() + coalesce((SELECT clock_shift FROM ledger_log), '0')
  FROM (SELECT * FROM found UNION ALL SELECT * FROM made) AS head
"""

# The number is drawn by the insert, after all locks: what depends on another entry has a greater one.
_APPEND: Final = """
WITH entry AS (
  INSERT INTO ledger_entry (id, subject, seq, statement, signature, effect, prev, at, digest)
  VALUES (%(id)s, %(subject)s, %(seq)s, %(statement)s, %(signature)s, %(effect)s, %(prev)s, %(at)s,
          %(digest)s)
  RETURNING number),
head AS (UPDATE ledger_head SET seq = %(seq)s, digest = %(digest)s, at = %(at)s WHERE subject = %(subject)s)
INSERT INTO ledger_unsequenced (number) SELECT number FROM entry
"""

_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class EntryRef:
    """An entry as it will stand once the act is committed; `digest` is hex."""

    id: UUID
    seq: int
    digest: str


class Chain:
    """A subject under its lock. `seq` and `prev` are those of the entry that comes next, `at` its time.

    `rows` holds the rows of each of `reads`, in their order. What is written is queued, and sent at the end.
    """

    def __init__(
        self,
        subject: str,
        seq: int,
        prev: bytes | None,
        at: datetime,
        mandates: Sequence[Mapping[str, Any]],
        rows: list[list[Any]],
    ) -> None:
        self.subject = subject
        self.seq = seq
        self.prev = prev.hex() if prev is not None else None
        self.at = at
        self.rows = rows
        self._mandates = mandates
        self._queued: list[Statement] = []

    def write(self, sql: str, params: Any = None) -> None:
        """Queues a statement; it runs after those before it, when the act ends."""
        self._queued.append((sql, params))

    def attest(
        self,
        signer: Signer,
        *,
        act: str,
        effect: Mapping[str, Any],
        content: str | None = None,
        saw: Mapping[str, str] | None = None,
        wrote: Mapping[str, str] | None = None,
        rule: Mapping[str, str] | None = None,
        for_: Mapping[str, str] | None = None,
        id: UUID | None = None,
    ) -> EntryRef:
        """Signs an act and queues its entry: the one way in which this process signs.

        `effect` is what the act did and holds no personal data; `content`, `saw` and `wrote` are commitments
        (kernel/README.md); `id` is the entry's, where a door has chosen it. An act that names none of the three
        signs its effect: else a device would sign that something was done, and not what. Raises NotCovered, what
        `signer.sign` raises, and at the end of the act AlreadyDone for an id used before.
        """
        if content is None and saw is None and wrote is None:
            saw = {EFFECT_PART: effect_digest(effect, time_text(self.at))}
        if abs(clock.now() - self.at) > CLAIM_LIMIT:
            clock.forget()  # a demo's, which another process moved within the second for which we remember it
        statement = statement_of(
            signer,
            subject=self.subject,
            act=act,
            content=content,
            saw=saw,
            wrote=wrote,
            rule=rule,
            for_=for_,
            id=id,
        )
        mandate = self._cover(statement)
        signature = signer.sign(statement)
        if mandate["key"]["custody"] != "server" and not on_trial():
            _verify(mandate, statement, signature)
        return self._placed(statement, signature, effect)

    def append(
        self, statement: Mapping[str, Any], signature: Mapping[str, Any], effect: Mapping[str, Any]
    ) -> EntryRef:
        """Queues an entry that was signed elsewhere (a passkey, a device) and verifies its signature.

        Raises ClaimRefused (the time claimed is ten minutes off), NotCovered, SignatureRefused, the kernel's
        StatementError, and at the end of the act AlreadyDone for an id used before.
        """
        check_statement(statement)
        mandate = self._cover(statement)
        _verify(mandate, statement, signature)
        return self._placed(statement, signature, effect)

    def place(
        self, statement: Mapping[str, Any], signature: Mapping[str, Any], effect: Mapping[str, Any]
    ) -> EntryRef:
        """Queues an entry without asking for a mandate: for genesis alone, which the log's own key signs."""
        check_statement(statement)
        return self._placed(statement, signature, effect)

    def _placed(
        self, statement: Mapping[str, Any], signature: Mapping[str, Any], effect: Mapping[str, Any]
    ) -> EntryRef:
        if statement["subject"] != self.subject:
            raise ValueError("the statement is about another subject")
        batches_of(statement, effect)
        check_effect(statement, effect, time_text(self.at))
        said, signed, done = canonical(statement), canonical(signature), canonical(effect)
        entry = entry_bytes(said, signed, done, seq=self.seq, prev=self.prev, at=time_text(self.at))
        digest = sha256(entry).digest()
        row = {
            "id": statement["id"],
            "subject": self.subject,
            "seq": self.seq,
            "statement": said,
            "signature": signed,
            "effect": done,
            "prev": bytes.fromhex(self.prev) if self.prev else None,
            "at": self.at,
            "digest": digest,
        }
        self._queued.append((_APPEND, row))
        ref = EntryRef(UUID(statement["id"]), self.seq, digest.hex())
        self.seq, self.prev = self.seq + 1, ref.digest
        return ref

    def _cover(self, statement: Mapping[str, Any]) -> Mapping[str, Any]:
        """The mandate that covers a statement. Raises ClaimRefused, NotCovered."""
        if abs(parse_time(statement["at"]) - self.at) > CLAIM_LIMIT:
            raise ClaimRefused(facts={"at": statement["at"]})
        if statement["authority"] != authority().id:
            raise NotCovered(facts={"reason": "authority_other"})
        reason, at = "mandate_missing", time_text(self.at)
        for mandate in self._mandates:
            try:
                check_cover(mandate, statement, at)
            except MandateError as error:
                reason = error.code
            else:
                return mandate
        raise NotCovered(facts={"reason": reason})

    def statements(self) -> list[Statement]:
        """What is queued."""
        return self._queued


def entry_bytes(
    statement: bytes, signature: bytes, effect: bytes, *, seq: int, prev: str | None, at: str
) -> bytes:
    """The canonical bytes of an entry from those of its pieces: `canonical(make_entry(...))`, without a second walk."""
    link = b"null" if prev is None else b'"%s"' % prev.encode()
    place = b'{"at":"%s","effect":%s,"prev":%s,"seq":%d}' % (at.encode(), effect, link, seq)
    return b'{"place":%s,"signature":%s,"statement":%s}' % (place, signature, statement)


@contextmanager
def acting(*, subject: str, mandates: Sequence[UUID], reads: Sequence[Statement] = ()) -> Iterator[Chain]:
    """Locks a subject and the mandates that its act relies on, reads, and at the end writes and commits.

    `reads` run under the lock (and run again in the rare case that two acts begin one subject at once). An
    exception inside leaves nothing behind. Raises MandateEnded, and AlreadyDone at the end.
    """
    outer = connection.in_atomic_block
    if on_trial() and not outer:
        raise RuntimeError("a rehearsal without the transaction that undoes it")
    with transaction.atomic():
        chain = _locked(subject, list(dict.fromkeys(mandates)), reads, begin=not outer)
        yield chain
        _write(chain.statements(), commit=not outer)


def _locked(subject: str, mandates: list[UUID], reads: Sequence[Statement], *, begin: bool) -> Chain:
    lock = _LOCK, {"subject": subject, "mandates": "{" + ",".join(map(str, mandates)) + "}"}
    for attempt in range(_TRIES):
        found, *rows = run([lock, *reads], begin=begin and attempt == 0)
        if found:
            break
    else:
        raise RuntimeError(f"the chain of {subject} could not be locked")
    ((seq, prev, before, documents, moment),) = found
    if len(documents or ()) != len(mandates):
        raise MandateEnded(facts={"subject": subject})
    # Signed times have milliseconds, and time in a chain does not go back with the clock.
    at = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    if before is not None and before > at:
        at = before
    held = [_mandate(document) for document in documents or ()]
    return Chain(subject, seq + 1, prev, at, held, rows)


def _write(queued: Sequence[Statement], *, commit: bool) -> None:
    """Sends what is queued, with the COMMIT behind it where the transaction is ours."""
    if not queued:
        return
    if connection.needs_rollback:
        raise TransactionManagementError("an error inside the act was swallowed: it cannot be committed")
    try:
        run(queued, commit=commit)
    except IntegrityError as error:
        cause = error.__cause__
        if isinstance(cause, errors.UniqueViolation) and cause.diag.constraint_name == "ledger_entry_id_key":
            raise AlreadyDone from error
        raise


@lru_cache(maxsize=4096)
def _mandate(document: bytes) -> Mapping[str, Any]:
    """A mandate from its canonical bytes. Kept: the same officials act all day."""
    found = orjson.loads(document)
    check_mandate(found)
    return dict(found)


def _verify(mandate: Mapping[str, Any], statement: Mapping[str, Any], signature: Mapping[str, Any]) -> None:
    try:
        verify_signature(statement, dict(signature), check_mandate(mandate))
    except SignatureError as error:
        raise SignatureRefused(facts={"reason": error.code}) from error
