"""What somebody has typed in the form of an act and not yet done: kept sealed, so that nothing typed is lost.

It is no attestation; nobody but its person reads it, and it is gone when the act is done.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import orjson
from django.core import signing

from xactin.cases.models import ActDraft, OpenTask
from xactin.identity.queries import Actor
from xactin.ledger.clock import now
from xactin.vault import secrets

Fields = Mapping[str, Sequence[str]]
"""What a form sent: the values under each name."""

MAX_BYTES: Final = 200_000
# A page that was opened longer ago than a day of work no longer says whose it is.
PAGE_SECONDS: Final = 24 * 3600
KEPT: Final = timedelta(days=90)
_SALT: Final = "cases.act_drafts"


@dataclass(frozen=True)
class Begun:
    """The form of an act as it was left."""

    task: str
    act: str
    fields: Fields


def writer_token(actor: Actor, case: UUID, task: str, act: str) -> str:
    """Says in the page of a form who writes there, so that their words can be kept when their session has ended."""
    return signing.dumps([str(actor.person_id), str(case), task, act], salt=_SALT)


def keep(token: str, case: UUID, task: str, act: str, fields: Fields) -> bool:
    """Keeps what was typed for whoever the page was drawn for; False when it does not say, or it is too much."""
    try:
        person, *place = signing.loads(token, salt=_SALT, max_age=PAGE_SECONDS)
    except signing.BadSignature:
        return False
    typed = orjson.dumps({name: list(values) for name, values in fields.items() if any(values)})
    if place != [str(case), task, act] or len(typed) > MAX_BYTES:
        return False
    ActDraft.objects.update_or_create(
        person_id=person,
        case_id=case,
        task=task,
        act=act,
        defaults={"sealed": secrets.seal(typed, _context(person, *place)), "updated_at": now()},
    )
    return True


def of(actor: Actor, case: UUID) -> Iterator[Begun]:
    """What the actor has begun in a dossier and not done, the oldest first."""
    rows = ActDraft.objects.filter(person_id=actor.person_id, case_id=case)
    for row in rows.order_by("updated_at"):
        context = _context(str(actor.person_id), str(case), row.task, row.act)
        yield Begun(row.task, row.act, orjson.loads(secrets.unseal(bytes(row.sealed), context)))


def forget(actor: Actor, case: UUID, task: str, act: str) -> None:
    """An act was done: what was typed for it has arrived."""
    ActDraft.objects.filter(person_id=actor.person_id, case_id=case, task=task, act=act).delete()


def forget_closed(actor: Actor, case: UUID) -> None:
    """Throws away what the actor typed for tasks that are open no more."""
    open_now = OpenTask.objects.filter(case_id=case).values("token")
    ActDraft.objects.filter(person_id=actor.person_id, case_id=case).exclude(task__in=open_now).delete()


def sweep() -> None:
    """Throws away what nobody has come back to for long."""
    ActDraft.objects.filter(updated_at__lt=now() - KEPT).delete()


def _context(person: str, case: str, task: str, act: str) -> str:
    return f"act draft:{person}:{case}:{task}:{act}"
