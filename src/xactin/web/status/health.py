"""Is each part well? One short look at each, for people, load balancers and Prometheus."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from django.conf import settings
from django.db import connection

from xactin.ledger import queries as log
from xactin.notices.queries import backlog, troubles
from xactin.web.keeping.roles import one_role_rules

SMALLEST_ROOM = 512 * 1024 * 1024  # bytes that must be free for files
MOST_WAITING = 20_000  # entries that the sequencer has not placed; it places some thousands a second
LONGEST_WAIT = 60.0  # seconds that an event or an entry may wait for the worker before it is an alarm
SILENT_FOR = 60  # seconds without a heartbeat (one comes every ten): no worker works


@dataclass(frozen=True)
class Part:
    """The state of one part. `waiting` counts its unfinished work."""

    name: str
    well: bool
    detail: str = ""
    waiting: int = 0
    seconds: float = 0.0


_looking = Lock()
_seen: list[tuple[float, list[Part]]] = []


def look() -> list[Part]:
    """All parts. A part that cannot be asked is not well; its error's kind is told, never its text.

    What was found is told for a second: whoever asks a thousand times learns no more, and costs no more.
    """
    if not _looking.acquire(blocking=not _seen):
        return _seen[0][1]  # somebody looks at this moment
    try:
        at = time.monotonic()
        if not _seen or at - _seen[0][0] >= settings.HEALTH_SECONDS:
            _seen[:] = [(at, [_ask(name, question) for name, question in QUESTIONS.items()])]
        return _seen[0][1]
    finally:
        _looking.release()


def _ask(name: str, question: Callable[[], Part]) -> Part:
    started = time.perf_counter()
    try:
        part = question()
    except Exception as error:
        part = Part(name, False, type(error).__name__)
    return Part(part.name, part.well, part.detail, part.waiting, round(time.perf_counter() - started, 4))


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_is_in_recovery()")
        version, replica = cursor.fetchone()
    return Part("database", not replica, f"PostgreSQL {version.split(' ')[0]}")


def _roles() -> Part:
    """Weaker is told and is no fault: one role for everything is how a single `DATABASE_URL` works."""
    if one_role_rules():
        return Part("roles", True, "weaker: web may change tables and rewrite the log; set XACTIN_OWNER_URL")
    return Part("roles", True, "web cannot change what was signed")


def _files() -> Part:
    if os.environ.get("XACTIN_S3_BUCKET"):
        return Part("files", True, "S3")
    status = os.statvfs(settings.XACTIN_DATA / "files")
    free = status.f_bavail * status.f_frsize
    return Part("files", free > SMALLEST_ROOM, f"{free // 2**20} MiB free")


def _queue() -> Part:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE status = 'failed') FROM procrastinate_jobs "
            "WHERE status IN ('todo', 'failed') AND coalesce(scheduled_at, now()) <= now()"
        )
        waiting, failed = cursor.fetchone()
    return Part("queue", True, f"{failed} failed", waiting)


def _jobs() -> Part:
    """Steps that failed again and again: people wait for them, and a post has to look."""
    found = troubles()
    if not found:
        return Part("jobs", True, "nothing failed twice")
    oldest = found[0].since.astimezone(UTC)
    detail = f"{len(found)} failed twice or more, the oldest since {oldest:%Y-%m-%d %H:%M} UTC"
    return Part("jobs", False, detail, len(found))


def _worker() -> Part:
    """Where nobody acts nothing waits: so whoever does the waiting work is known by its heartbeat."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), extract(epoch FROM clock_timestamp() - max(last_heartbeat)) FROM procrastinate_workers "
            "WHERE last_heartbeat > clock_timestamp() - make_interval(secs => %s)",
            (SILENT_FOR,),
        )
        alive, seconds = cursor.fetchone()
    return Part("worker", alive > 0, f"last heard {seconds:.0f} s ago" if alive else "no worker works")


def _outbox() -> Part:
    waiting, oldest = backlog()
    seconds = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
    return Part("outbox", seconds < LONGEST_WAIT, f"oldest waits {seconds:.0f} s", waiting)


def _log() -> Part:
    """Acts are in the log within a second while the worker runs; the size shows that it grows.

    An entry that waits longer is an alarm: the worker, the place off this machine, or a log that fits no checkpoint.
    """
    waiting, size, seconds = log.waiting(), log.log_size(), log.waits_for().total_seconds()
    well = waiting < MOST_WAITING and seconds < LONGEST_WAIT
    # The share itself is not asked: one that hangs would hang whoever asks.
    hint = "" if well or not os.environ.get("XACTIN_ANCHOR") else "; is the place of XACTIN_ANCHOR away?"
    return Part("log", well, f"size {size}, oldest waits {seconds:.0f} s{hint}", waiting)


QUESTIONS: dict[str, Callable[[], Part]] = {
    "database": _database,
    "roles": _roles,
    "files": _files,
    "worker": _worker,
    "queue": _queue,
    "jobs": _jobs,
    "outbox": _outbox,
    "log": _log,
}
