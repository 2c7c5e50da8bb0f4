"""What may be done with notices: leave an event behind, hand events over, tell people, read."""

import json
import logging
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation

from xactin.notices.models import MailChoice, Notice
from xactin.notices.queries import mail_addresses
from xactin.notices.topics import Event, register_topic, topic_of
from xactin.vault.ids import new_id

__all__ = [
    "choose_mail",
    "handle",
    "handle_alone",
    "made_up",
    "mark_all_read",
    "mark_done",
    "mark_read",
    "outbox_sql",
    "register_topic",
    "relay_once",
    "run_relay",
    "tell",
    "try_again",
    "waiting_alone",
]

log = logging.getLogger("xactin.notices")
BATCH: Final = 500  # outbox rows taken at once
BUNDLE: Final = 25  # events in one job
PAUSE: Final = 0.25  # seconds between looks at an empty outbox

# One statement for all who are told: by the ORM it cost more than the act that it tells of.
_TELL: Final = """
INSERT INTO notices_notice
  (event, topic, title_vi, title_en, text_vi, text_en, url, created_at, id, person_id)
SELECT %s, %s, %s, %s, %s, %s, %s, %s, told.id, told.person
FROM unnest(%s::uuid[], %s::uuid[]) AS told (id, person)
ON CONFLICT (event, person_id, topic) DO NOTHING
RETURNING id
"""
_INSERT: Final = "INSERT INTO notices_outbox (topic, body) VALUES (%s, %s::jsonb)"
# ANY(ARRAY(...)) runs the inner query once; with IN the planner may run it again for each row.
_TAKE: Final = """
DELETE FROM notices_outbox WHERE id = ANY(ARRAY(
  SELECT id FROM notices_outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING id, topic, body::text, created
"""


def outbox_sql(topic: str, body: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """The statement that leaves an event behind in the transaction of an act.

    No NOTIFY: it was measured to cost half of the acts a second. The relay looks four times a second.
    """
    return _INSERT, (topic, json.dumps(body, ensure_ascii=False))


def relay_once(limit: int = BATCH) -> int:
    """Hands up to `limit` events to the queue; returns how many.

    Rows go and jobs come in one transaction, so a crash at any point loses none and doubles none.
    Two relays take different rows.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, (limit,))
            rows = sorted(cursor.fetchall())
        if rows:
            _defer([_job_form(*row) for row in rows])
    return len(rows)


def _job_form(id: int, topic: str, body: str, created: datetime) -> dict[str, Any]:
    return {"id": id, "topic": topic, "body": json.loads(body), "created": created.isoformat()}


def _defer(events: list[dict[str, Any]]) -> None:
    jobs: list[list[dict[str, Any]]] = []
    bundle: list[dict[str, Any]] = []
    for event in events:
        known = topic_of(event["topic"])
        if known is None or known.alone:
            jobs.append([event])
        else:
            bundle.append(event)
    jobs += [bundle[start : start + BUNDLE] for start in range(0, len(bundle), BUNDLE)]
    app.configure_task(name="notices.handle").batch_defer(*[{"events": cast(Any, job)} for job in jobs])


def handle_alone(topic: str, about: str, body: Mapping[str, Any]) -> None:
    """An event that no act left behind, as a job of its own; where one about the same waits already, nothing."""
    event = {"id": 0, "topic": topic, "body": dict(body), "created": timezone.now().isoformat()}
    task = app.configure_task(name="notices.handle", queueing_lock=f"{topic}:{about}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(events=cast(Any, [event]))


def waiting_alone(topic: str) -> list[str]:
    """What events of a topic, handed over so, wait to be tried again about."""
    locks = ProcrastinateJob.objects.filter(
        status__in=("todo", "doing"), queueing_lock__startswith=f"{topic}:"
    )
    return [lock.removeprefix(f"{topic}:") for lock in locks.values_list("queueing_lock", flat=True)]


def made_up(task: str) -> None:
    """A run on schedule went well: those of the same task that failed before are made up for."""
    with connection.cursor() as cursor:
        cursor.execute(_MADE_UP, (task,))


def run_relay(stop: threading.Event) -> None:
    """Relays until `stop` is set; raises what the database raises."""
    while not stop.is_set():
        if relay_once() < BATCH:
            stop.wait(PAUSE)


def handle(event: Event) -> None:
    """Runs the handler of an event's topic. Raises LookupError when nobody registered it."""
    known = topic_of(event.topic)
    if known is None:
        raise LookupError(f"nobody handles the topic {event.topic}")
    if known.alone:
        known.handler(event)
        return
    with transaction.atomic():
        known.handler(event)


def tell(
    *,
    event: Event,
    people: Iterable[UUID],
    title: Mapping[str, str],
    text: Mapping[str, str],
    url: str = "",
    mail: bool = True,
) -> int:
    """Tells people something, in the app and by e-mail where they want it; returns how many were told now.

    `title` and `text` are {vi, en}; `url` is a path of this site. Whoever was told of this event is
    not told again.
    """
    asked = list(dict.fromkeys(people))
    words = (title["vi"], title["en"], text["vi"], text["en"], url, event.created)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TELL, (event.id, event.topic, *words, [new_id() for _ in asked], asked))
        told = [row[0] for row in cursor.fetchall()]
        if mail and told and sends_mail():
            reachable = mail_addresses(told)
            if reachable:
                jobs: list[Any] = [{"notice": str(notice)} for notice in reachable]
                app.configure_task(name="notices.send_mail").batch_defer(*jobs)
    return len(told)


def sends_mail() -> bool:
    """Whether a mail server is set (XACTIN_SMTP_HOST)."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def mark_done(*, url: str, before: Event, but: Iterable[UUID] = ()) -> int:
    """What was asked there has been done: notices of earlier events that lead to this page count as read, for all but
    those who still have it to do. Returns how many."""
    waiting = Notice.objects.filter(url=url, event__lt=before.id, read_at__isnull=True)
    return waiting.exclude(person_id__in=list(but)).update(read_at=timezone.now())


def mark_read(*, person: UUID, notice: UUID) -> Notice | None:
    """Marks one of a person's notices as read and returns it; None when it is not theirs."""
    found = Notice.objects.filter(pk=notice, person_id=person).first()
    if found is not None and found.read_at is None:
        found.read_at = timezone.now()
        found.save(update_fields=["read_at"])
    return found


def mark_all_read(*, person: UUID) -> int:
    """Marks all notices of a person as read; returns how many were not."""
    return Notice.objects.filter(person_id=person, read_at__isnull=True).update(read_at=timezone.now())


def choose_mail(*, person: UUID, wanted: bool) -> None:
    """Keeps whether a person wants notices by e-mail."""
    MailChoice.objects.update_or_create(person_id=person, defaults={"wanted": wanted})


_MADE_UP: Final = """
DELETE FROM procrastinate_jobs WHERE task_name = %s AND status = 'failed' AND jsonb_exists(args, 'timestamp')
"""
_AT_ONCE: Final = "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE id = %s AND status = 'todo'"


def try_again(job: int) -> None:
    """A job that failed is tried again at once; what is under way or done is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE, (job,))
        if cursor.rowcount == 0 and ProcrastinateJob.objects.filter(pk=job, status="failed").exists():
            # Where the next run of what goes on schedule waits already, that is its next attempt.
            with suppress(UniqueViolation), transaction.atomic():
                app.job_manager.retry_job_by_id(job, timezone.now())
