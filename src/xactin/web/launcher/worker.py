"""`xactin worker`: everything that happens after an act.

One process, four tasks: the sequencer puts new entries into the log, the relay turns outbox
rows into jobs, the job runner does them, and the clock starts periodic jobs. Each may run in
any number of such processes; the database decides between them.
"""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, close_old_connections, connection

if TYPE_CHECKING:
    from procrastinate.job_context import JobContext
    from procrastinate.worker import Worker

log = logging.getLogger("xactin.worker")
PLACES: Final = {"default": 2, "punctual": 1, "mail": 1}
"""How many jobs of each queue at once. What has to be on time (timers) and what depends on a slow stranger (a mail
server that does not answer) have places of their own: neither waits for drawings of hundreds of pages."""
PAUSE_WITHOUT_DATABASE, PAUSE_WITHOUT_ANCHOR, PAUSE_WHEN_REFUSED = 1.0, 10.0, 30.0


def run() -> int:
    """Works until a signal; 1 when one of the tasks broke, so that a supervisor starts us again."""
    from xactin.ledger.commands import run_sequencer
    from xactin.notices.commands import run_relay

    stop, broken = threading.Event(), threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: stop.set())
    threads = [
        _start("sequencer", run_sequencer, stop, broken),
        _start("relay", run_relay, stop, broken),
        _start("jobs", _run_jobs, stop, broken),
    ]
    while not stop.wait(1.0):
        continue  # an endless wait would not let Python hear a signal
    for thread in threads:
        thread.join(timeout=15)
    if any(thread.is_alive() for thread in threads):
        os._exit(1)
    return 1 if broken.is_set() else 0


def _start(
    name: str, task: Callable[[threading.Event], object], stop: threading.Event, broken: threading.Event
) -> threading.Thread:
    thread = threading.Thread(target=_keep, args=(name, task, stop, broken), name=name, daemon=True)
    thread.start()
    return thread


def _keep(
    name: str, task: Callable[[threading.Event], object], stop: threading.Event, broken: threading.Event
) -> None:
    """Runs a task again while the database is away; any other fault ends the whole process."""
    from xactin.ledger.errors import AnchorAway, LogBehind

    while not stop.is_set():
        try:
            task(stop)
        except (OperationalError, InterfaceError) as error:
            log.warning("%s waits for the database: %s", name, type(error).__name__)
            time.sleep(PAUSE_WITHOUT_DATABASE)
        except AnchorAway as error:
            log.error("%s waits: %s", name, error)
            stop.wait(PAUSE_WITHOUT_ANCHOR)
        except LogBehind as error:
            # Signing on would contradict what was published: people must decide (`xactin restore`).
            log.error("%s signs nothing: %s", name, error)
            stop.wait(PAUSE_WHEN_REFUSED)
        except Exception:
            log.exception("%s broke", name)
            broken.set()
            stop.set()
        finally:
            connection.close()


def _making_up(call_next: Callable[[], Any], context: "JobContext", worker: "Worker") -> Any:
    """Around each job: a run on schedule that goes well makes up for those that failed before."""
    done = call_next()
    if "timestamp" in context.job.task_kwargs:
        from xactin.notices.commands import made_up

        made_up(context.job.task_name)
    return done


def _run_jobs(stop: threading.Event) -> None:
    """The procrastinate worker of this process, ended by `stop`."""
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import ConnectorException

    async def work() -> None:
        worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        async with worker.open_async():
            running = [
                asyncio.create_task(
                    worker.run_worker_async(
                        queues=[queue],
                        concurrency=places,
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=10,
                        delete_jobs="successful",
                        task_middleware=[_making_up],
                    )
                )
                for queue, places in PLACES.items()
            ]
            while not stop.is_set() and not any(one.done() for one in running):
                # Periodic jobs are queued over a connection of Django's that nobody else looks after: once
                # the server was away it stays broken, and no timer would ever run again.
                await sync_to_async(close_old_connections)()
                await asyncio.sleep(0.2)
            ended = [one for one in running if one.done()]
            for one in running:
                one.cancel()
            await asyncio.wait(running)
            for one in ended:
                one.result()

    try:
        asyncio.run(work())
    except ConnectorException as error:
        raise OperationalError(str(error)) from error
