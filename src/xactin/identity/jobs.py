"""E-mail about an account (confirm it, reset the password), sent later so that no page waits for a server; and what
is forgotten in time."""

import json
from base64 import b64decode, b64encode

from django.core.mail import EmailMessage
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xactin.identity.accounts.kept_counts import forget_expired
from xactin.identity.models import Reply
from xactin.identity.rules import REPLIES_KEPT
from xactin.identity.substitutes import commands as substitutes
from xactin.ledger.clock import now
from xactin.vault import secrets

CONTEXT = "identity.mail"
AGAIN = RetryStrategy(max_attempts=8, exponential_wait=3)


def send_later(to: str, subject: str, text: str) -> None:
    """Puts a message on its way. It may hold a link that lets somebody in, so the job keeps it sealed."""
    plain = json.dumps({"to": to, "subject": subject, "text": text}).encode()
    send_account_mail.defer(sealed=b64encode(secrets.seal(plain, CONTEXT)).decode())


@app.task(name="identity.send_account_mail", queue="mail", retry=AGAIN)
def send_account_mail(sealed: str) -> None:
    """Sends one message; a mail server that is away raises, and the queue tries again."""
    mail = json.loads(secrets.unseal(b64decode(sealed), CONTEXT))
    EmailMessage(mail["subject"], mail["text"], to=[mail["to"]]).send()


@app.periodic(cron="* * * * *")
@app.task(name="identity.substitutes", queue="punctual", queueing_lock="identity.substitutes")
def tend_substitutes(timestamp: int) -> None:
    """Where a substitute went away, the next stands in, or somebody is told that nobody does."""
    substitutes.tend()


@app.periodic(cron="*/10 * * * *")
@app.task(name="identity.sweep", queueing_lock="identity.sweep")
def sweep(timestamp: int) -> None:
    """Forgets what was answered to requests with an `Idempotency-Key` more than a day ago, and counts that ended."""
    Reply.objects.filter(created_at__lt=now() - REPLIES_KEPT).delete()
    forget_expired()
