"""An audit from start to end: on all cores, on one snapshot of the database, so that work may go on meanwhile."""

import gc
import os
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from django.db import connection, transaction

from xactin.kernel.log.checkpoint import NoteError
from xactin.ledger import workers
from xactin.ledger.audit.counts import taken
from xactin.ledger.audit.findings import Finding, Report
from xactin.ledger.audit.folds import check_apart
from xactin.ledger.audit.history import History, read_history
from xactin.ledger.audit.kept import check_kept
from xactin.ledger.audit.keys import check_keys
from xactin.ledger.audit.log import CHUNK, check_leaves, join_chunks
from xactin.ledger.audit.rolls import check_rolls
from xactin.ledger.audit.subjects import check_subjects
from xactin.ledger.audit.tables import check_tables
from xactin.ledger.log.authority import authority, remember
from xactin.vault.commands import note_audit

SUBJECTS: Final = 400
"""Subjects in one piece of work."""
FEW: Final = 3_000
"""Below so many entries, starting processes would take longer than the work."""

Done = TypeVar("Done")


def run_audit(processes: int | None = None) -> list[Finding]:
    """What `audit` finds."""
    return audit(processes).findings


def audit(processes: int | None = None, *, since: int = 0, checkpoint: str | None = None) -> Report:
    """Checks the whole authority and names what differs; no findings if all is as it was attested.

    `processes`: how many cores at most (all, if None). `since`: only subjects with entries at this index of the
    log or later, whole; and the log from the chunk it stands in. `checkpoint`: a note kept off this machine, which
    this log must go on from. Chains, signatures, mandates at the place of each entry, content against commitments,
    derived rows, keys, leaves, tiles and checkpoints. Raises NoAuthority.
    """
    # What this process remembers of rows is what an audit has to look at.
    remember(None)
    try:
        authority().log_key  # noqa: B018
    except NoteError:
        return Report(
            [Finding("table", "log", "the log's row names a key that is none: nothing can be verified")], {}
        )
    note_audit()
    taken()
    count = processes or os.cpu_count() or 1
    with _snapshot() as snapshot:
        history = read_history()
        if snapshot is None or count == 1 or _entries() < FEW:
            return _report(history, _Here(history), since, checkpoint)
        # What workers need is sent once to each; "spawn" because a fork would share this connection.
        with ProcessPoolExecutor(
            count,
            mp_context=get_context("spawn"),
            initializer=workers.begin,
            initargs=(
                str(connection.settings_dict["NAME"]),
                snapshot,
                pickle.dumps(history),
            ),
        ) as pool:
            return _report(history, pool, since, checkpoint)


def _report(history: History, pool: "Executor | _Here", since: int, checkpoint: str | None) -> Report:
    pieces = list(ranges()) if since == 0 else list(_touched(since))
    chunks = [pool.submit(_chunk, first) for first in range(since // CHUNK * CHUNK, _leaves(), CHUNK)]
    subjects = [pool.submit(_subjects, low, high) for low, high in pieces]
    findings = [*check_tables(history), *check_keys(history), *check_kept(checkpoint), *check_apart()]
    findings += check_rolls()
    findings += join_chunks((one.result() for one in chunks), history, whole=since < CHUNK)
    looked = Counter({"mandates": len(history.by_id)})
    for one in subjects:
        found, counted = one.result()
        findings += found
        looked += counted
    return Report(sorted(set(findings)), looked + taken())


class _Here:
    """The pool of one: this process."""

    def __init__(self, history: History) -> None:
        _worker["history"] = history

    def submit(self, work: Callable[..., Done], /, *given: Any) -> "Future[Done]":
        """Does it now."""
        future: Future[Done] = Future()
        future.set_result(work(*given))
        return future


_worker: Final[dict[str, Any]] = {}


def _chunk(first: int) -> Any:
    return check_leaves(_worker["history"], first)


def _subjects(low: str, high: str | None) -> tuple[list[Finding], Counter[str]]:
    with _nothing_collected():
        return check_subjects(_worker["history"], low, high), taken()


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """No search for circular garbage meanwhile: a piece of work makes a million objects and hardly a circle
    among them, and to walk them again and again takes a quarter of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def begin_worker(database: str, snapshot: str, history: History) -> None:
    """Joins the audit's snapshot in a new process (`workers.begin`)."""
    connection.settings_dict["NAME"] = database
    standing = ExitStack()
    standing.enter_context(transaction.atomic())
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", (snapshot,))
    _worker.update(history=history, standing=standing)


@contextmanager
def _snapshot() -> Iterator[str | None]:
    """One snapshot of everything, by name for workers; None inside a transaction that has begun already."""
    if connection.in_atomic_block:
        yield None
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # The snapshot waits while others work on it, for as long as that takes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield str(cursor.fetchone()[0])


def ranges() -> Iterator[tuple[str, str | None]]:
    """Ranges that cover every subject, also those that have lost their head."""
    bounds = ["", *_every_so_many("%", 0)]
    yield from zip(bounds, [*bounds[1:], None], strict=True)


def ranges_of(kind: str) -> Iterator[tuple[str, str]]:
    """Ranges that cover every subject of a kind that has a head. A database may sort others in between."""
    first = _every_so_many(f"{kind}:%", 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(subject) FROM ledger_head WHERE subject LIKE %s", (f"{kind}:%",))
        (last,) = cursor.fetchone()
    if last is not None:
        yield from zip(first, [*first[1:], _behind(last)], strict=True)


def _every_so_many(like: str, place: int) -> list[str]:
    """Of the subjects in their order the one at this place (from 1) and each `SUBJECTS` further on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject FROM (SELECT subject, row_number() OVER (ORDER BY subject) AS place"
            " FROM ledger_head WHERE subject LIKE %s) h WHERE place %% %s = %s ORDER BY place",
            (like, SUBJECTS, place % SUBJECTS),
        )
        return [str(row[0]) for row in cursor.fetchall()]


def _behind(subject: str) -> str:
    """Nothing stands between a subject and this in the order of subjects: the database knows no NUL, and no subject
    holds a control character."""
    return subject + "\x01"


def _touched(since: int) -> Iterator[tuple[str, str | None]]:
    """The subjects that came or went on from this index, each a range of its own; what waits is among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT e.subject FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry = e.number"
            " WHERE l.index IS NULL OR l.index >= %s ORDER BY e.subject",
            (since,),
        )
        yield from ((row[0], _behind(row[0])) for row in cursor.fetchall())


def _entries() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        return int(cursor.fetchone()[0])


def _leaves() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(index) + 1, 0) FROM ledger_leaf")
        return int(cursor.fetchone()[0])
