"""What happens after acts: events are handled, e-mails sent. Each may run twice and comes out the same."""

import logging
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xactin.notices.commands import handle
from xactin.notices.models import Notice
from xactin.notices.queries import mail_addresses
from xactin.notices.topics import Event

log = logging.getLogger("xactin.notices")
AGAIN = RetryStrategy(max_attempts=10, exponential_wait=3)  # 3 s, 9 s, 27 s ... about 16 hours in all


@app.task(name="notices.handle", retry=AGAIN)
def handle_events(events: list[dict[str, Any]]) -> None:
    """Handles a bundle of events. One that fails becomes a job of its own and does not hold up the others."""
    _renew_connection()
    if len(events) == 1:
        try:
            handle(_event(events[0]))
        except Exception:
            # Who looks after the machine is told that something failed; here stands why.
            log.warning("event %s (%s) failed", events[0]["id"], events[0]["topic"], exc_info=True)
            raise
        return
    failed = []
    for event in events:
        try:
            handle(_event(event))
        except (OperationalError, InterfaceError):
            raise  # the database is away: the whole bundle comes again
        except Exception:
            log.exception("event %s (%s) is tried again alone", event["id"], event["topic"])
            failed.append(event)
    if failed:
        with transaction.atomic():
            handle_events.batch_defer(*[{"events": cast(Any, [event])} for event in failed])


def _renew_connection() -> None:
    """A database that was restarted left this thread of the worker a dead connection."""
    if not connection.in_atomic_block:
        close_old_connections()


def _event(row: dict[str, Any]) -> Event:
    return Event(
        id=row["id"], topic=row["topic"], body=row["body"], created=datetime.fromisoformat(row["created"])
    )


@app.task(name="notices.send_mail", queue="mail", retry=AGAIN)
def send_mail(notice: str) -> None:
    """Sends a notice by e-mail, once as far as a mail server lets us know; raises when it is away."""
    _renew_connection()
    with transaction.atomic():
        found = Notice.objects.select_for_update().filter(pk=UUID(notice)).first()
        if found is None or found.mailed_at is not None:
            return
        address = mail_addresses([found.id]).get(found.id)
        if address is None:
            return
        _message(found, address.email, address.language).send()
        found.mailed_at = timezone.now()
        found.save(update_fields=["mailed_at"])


def _message(notice: Notice, email: str, language: str) -> EmailMessage:
    vietnamese = language == "vi"
    about = {
        "title": notice.title_vi if vietnamese else notice.title_en,
        "text": notice.text_vi if vietnamese else notice.text_en,
        "address": f"{settings.XACTIN_URL}{notice.url}" if notice.url else "",
        "choices": f"{settings.XACTIN_URL}/notices/",
    }
    with translation.override(language):
        text = render_to_string("notices/mail.txt", about)
    # A subject is one line: names of people and procedures come from outside.
    return EmailMessage(" ".join(about["title"].split()), text.strip() + "\n", to=[email])
