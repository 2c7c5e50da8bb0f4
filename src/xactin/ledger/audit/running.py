"""An audit from start to end: on all cores, on one snapshot of the database, so that work may go on meanwhile."""

import gc
import os
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from django.db import connection, transaction

from xactin.ledger import workers
from xactin.ledger.audit.findings import Finding
from xactin.ledger.audit.history import History, read_history
from xactin.ledger.audit.log import CHUNK, check_leaves, join_chunks
from xactin.ledger.audit.subjects import check_subjects
from xactin.ledger.audit.tables import check_tables
from xactin.ledger.authority import authority
from xactin.vault.commands import note_audit

SUBJECTS: Final = 400
"""Subjects in one piece of work."""
FEW: Final = 3_000
"""Below so many entries, starting processes would take longer than the work."""

Done = TypeVar("Done")


def run_audit(processes: int | None = None) -> list[Finding]:
    """Checks the whole authority and names what differs; empty if all is as it was attested.

    `processes`: how many cores at most (all, if None). Chains, signatures, mandates at the place of each entry,
    content against commitments, derived rows, leaves, tiles and checkpoints. Raises NoAuthority.
    """
    authority()
    note_audit()
    count = processes or os.cpu_count() or 1
    with _snapshot() as snapshot:
        history = read_history()
        if snapshot is None or count == 1 or _entries() < FEW:
            return _findings(history, _Here(history))
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
            return _findings(history, pool)


def _findings(history: History, pool: "Executor | _Here") -> list[Finding]:
    ranges = list(_ranges())
    chunks = [pool.submit(_chunk, first) for first in range(0, _leaves(), CHUNK)]
    subjects = [pool.submit(_subjects, low, high) for low, high in ranges]
    findings = check_tables(history)
    findings += join_chunks((one.result() for one in chunks), history)
    for one in subjects:
        findings += one.result()
    return sorted(set(findings))


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


def _subjects(low: str, high: str | None) -> list[Finding]:
    with _nothing_collected():
        return check_subjects(_worker["history"], low, high)


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


def _ranges() -> Iterator[tuple[str, str | None]]:
    """Ranges that cover every subject, also those that have lost their head."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject FROM (SELECT subject, row_number() OVER (ORDER BY subject) AS place"
            " FROM ledger_head) h WHERE place %% %s = 0",
            (SUBJECTS,),
        )
        bounds = ["", *(row[0] for row in cursor.fetchall())]
    yield from zip(bounds, [*bounds[1:], None], strict=True)


def _entries() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        return int(cursor.fetchone()[0])


def _leaves() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(index) + 1, 0) FROM ledger_leaf")
        return int(cursor.fetchone()[0])
