"""What may be asked of notices: a person's own, and how much is on its way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Min, Q
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from xactin.notices.models import MailChoice, Notice
from xactin.notices.topics import Event, Matter, topic_of

PAGE: Final = 20

# The room beside this one keeps people and accounts; only their addresses are asked for here. What was
# typed for an account may be a stranger's address: notices tell of dossiers and go to confirmed ones only.
_ADDRESSES: Final = """
SELECT n.id, e.email, a.language
  FROM notices_notice n
  JOIN identity_account a ON a.person_id = n.person_id AND a.is_active
  JOIN account_emailaddress e ON e.user_id = a.id AND e."primary" AND e.verified
  LEFT JOIN notices_mailchoice c ON c.person_id = n.person_id
 WHERE n.id = ANY(%s) AND COALESCE(c.wanted, true)
"""
_OWN_ADDRESS: Final = """
SELECT e.email, e.verified
  FROM identity_account a
  JOIN account_emailaddress e ON e.user_id = a.id
 WHERE a.person_id = %s
 ORDER BY e."primary" DESC, e.id
 LIMIT 1
"""


_BETWEEN: Final = """
SELECT number, id, person_id, event, topic, title_vi, title_en, text_vi, text_en, url,
       extract(epoch FROM created_at)::text
  FROM notices_notice WHERE number > %s AND (%s::bigint IS NULL OR number <= %s) ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a notice is mailed, and in which language."""

    email: str
    language: str


def mail_addresses(notices: Iterable[UUID]) -> dict[UUID, Address]:
    """The addresses of those notices whose person has confirmed one and wants e-mail."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES, (list(notices),))
        return {row[0]: Address(row[1], row[2]) for row in cursor.fetchall()}


def notices_between(after: int, until: int | None) -> Iterator[tuple[Any, ...]]:
    """What people were told, one by one by number, for whoever attests or checks it; whether they read it is theirs."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_BETWEEN, (after, until, until))
        yield from cursor


def own_address(person: UUID) -> tuple[str, bool]:
    """A person's e-mail address, and whether it is confirmed as theirs; "" when they have none."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN_ADDRESS, (person,))
        found = cursor.fetchone()
    return (str(found[0]), bool(found[1])) if found else ("", False)


def notices_of(person: UUID, *, after: UUID | None = None, limit: int = PAGE) -> list[Notice]:
    """A person's notices, newest first; one more than `limit` when there are more."""
    found = Notice.objects.filter(person_id=person)
    if after is not None:
        found = found.filter(pk__lt=after)
    return list(found.order_by("-id")[: limit + 1])


def unread_count(person: UUID) -> int:
    """How many notices a person has not read, up to 100 (more is not told apart)."""
    return len(Notice.objects.filter(person_id=person, read_at__isnull=True).values_list("id")[:100])


def wants_mail(person: UUID) -> bool:
    """Whether a person gets notices by e-mail too."""
    choice = MailChoice.objects.filter(person_id=person).first()
    return choice is None or choice.wanted


def backlog() -> tuple[int, datetime | None]:
    """How many events wait in the outbox, and since when the oldest does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(created) FROM notices_outbox")
        count, oldest = cursor.fetchone()
    return int(count), oldest


# Attempts after which the next one will hardly do: somebody has to look.
TROUBLE: Final = 2


@dataclass(frozen=True, slots=True)
class Trouble:
    """A job that failed `attempts` times and has not succeeded since; `next_at` is None when nobody tries it again."""

    job: int
    task: str
    event: Event | None
    attempts: int
    since: datetime
    next_at: datetime | None


def troubles() -> list[Trouble]:
    """The jobs that failed twice or more and are still not done, the oldest first. One that succeeds is gone.

    What runs on a schedule (it brings its own `timestamp`) is one trouble a task, once two runs of it failed: its next
    run is its next attempt, and one that goes well makes up for those before (`commands.made_up`).
    """
    rows = (
        ProcrastinateJob.objects.filter(
            Q(attempts__gte=TROUBLE) | Q(status="failed"), status__in=("todo", "doing", "failed")
        )
        .exclude(args__has_key="timestamp")
        .annotate(since=Min("procrastinateevent__at"))
        .order_by("id")
    )
    return [*_on_schedule(), *(_trouble(row) for row in rows[:MOST_TROUBLES])]


_FAILED_RUNS: Final = """
SELECT min(id), task_name, count(*), to_timestamp(min((args->>'timestamp')::bigint))
  FROM procrastinate_jobs WHERE status = 'failed' AND jsonb_exists(args, 'timestamp')
 GROUP BY task_name HAVING count(*) >= %s ORDER BY 1
"""


def _on_schedule() -> list[Trouble]:
    with connection.cursor() as cursor:
        cursor.execute(_FAILED_RUNS, (TROUBLE,))
        return [Trouble(job, task, None, many, since, now()) for job, task, many, since in cursor.fetchall()]


MOST_TROUBLES: Final = 200


def matter_of(trouble: Trouble) -> Matter:
    """What a trouble is about, in words, as far as the room that knows its topic says it."""
    known = trouble.event and topic_of(trouble.event.topic)
    if trouble.event and known and known.about:
        return known.about(trouble.event.body)
    name = trouble.event.topic if trouble.event else trouble.task
    return Matter(vi=f"Việc nền “{name}”", en=f"The background job “{name}”")


def _trouble(row: Any) -> Trouble:
    events = row.args.get("events") or []
    first = events[0] if len(events) == 1 else None
    event = first and Event(
        id=first["id"],
        topic=first["topic"],
        body=first["body"],
        created=datetime.fromisoformat(first["created"]),
    )
    next_at = None if row.status == "failed" else row.scheduled_at or now()
    return Trouble(row.id, row.task_name, event, row.attempts, row.since or now(), next_at)
