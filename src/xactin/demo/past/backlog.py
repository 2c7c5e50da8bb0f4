"""What still waits behind the acts of the demo: entries for the log, events for the queue, jobs for a worker."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicRegistry

from xactin.ledger import commands as ledger
from xactin.notices.commands import relay_once

_JOBS: Final = 2  # at once, beside those of the authority's own worker
_GLANCE: Final = 0.01  # seconds between two looks at what others are doing
_STOP: Final = 0.2  # seconds until a worker hears that it is no longer needed


def settle(patience: float = 120) -> None:
    """Waits until no entry waits for the log, no event for the queue and no job for a worker; helps with the first two.

    Raises TimeoutError after `patience` seconds: also where nobody works (`worker`, or the authority's own).
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        # In this order: a job that ends meanwhile leaves entries and events behind.
        waited, moved = _jobs_wait(), False
        while ledger.sequence_once():
            moved = True
        while relay_once():
            moved = True
        if not waited and not moved:
            return
        if not moved:
            time.sleep(_GLANCE)
    raise TimeoutError("the demo's jobs do not end")


def _jobs_wait() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            " AND (scheduled_at IS NULL OR scheduled_at <= clock_timestamp()))"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def worker() -> Iterator[None]:
    """A worker in this process for as long as the block lasts, beside the authority's own: two share the work.

    It stands through all steps: one begun at each of a thousand meetings took a sixth of a whole history's time.
    """
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_work(stop)), name="jobs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


async def _work(stop: threading.Event) -> None:
    """Does jobs until it is told to stop; the schedule is left to the authority's own worker."""
    hand = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    hand.periodic_registry = PeriodicRegistry()  # type: ignore[no-untyped-call]
    async with hand.open_async():
        working = asyncio.create_task(
            hand.run_worker_async(
                concurrency=_JOBS,
                install_signal_handlers=False,
                shutdown_graceful_timeout=10,
                delete_jobs="successful",
            )
        )
        while not stop.is_set() and not working.done():
            await asyncio.sleep(_STOP)
        working.cancel()
        await asyncio.wait([working])
