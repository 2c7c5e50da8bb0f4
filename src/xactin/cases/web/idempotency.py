"""`Idempotency-Key`: the same request twice is one act (design: interfaces).

Scoped to who asks; the same body replays the answer, another body is refused with 422; kept 24
hours. The key is claimed before the work, so that two requests at once cannot both do it.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from xactin.cases.errors import ActError
from xactin.cases.models import Reply
from xactin.cases.web import answers
from xactin.identity.queries import Actor
from xactin.ledger.clock import now
from xactin.vault import secrets

KEPT = timedelta(hours=24)
CONTEXT = "reply"


class KeyReused(ActError):
    """The key was used with another request."""

    status = 422
    code = "idempotency-key-reused"


class StillWorking(ActError):
    """The first request with this key has not answered yet."""

    status = 409
    code = "idempotency-key-in-use"


def once(
    actor: Actor, key: str | None, request: HttpRequest, work: Callable[[], tuple[int, dict[str, Any]]]
) -> HttpResponse:
    """The answer of `work`, done at most once for this asker and key."""
    if not key:
        return answers.json(*work())
    body = sha256(b"\0".join([(request.method or "").encode(), request.path.encode(), request.body])).hexdigest()
    Reply.objects.filter(account_id=actor.account_id, key=key, created_at__lt=now() - KEPT).delete()
    try:
        with transaction.atomic():
            claim = Reply.objects.create(
                account_id=actor.account_id, key=key, body=body, status=0, answer=b"", created_at=now()
            )
    except IntegrityError:
        return _again(actor, key, body)
    try:
        status, answer = work()
    except BaseException:
        claim.delete()  # nothing was done: the same key may try again
        raise
    claim.status = status
    claim.answer = secrets.seal(orjson.dumps(answer), CONTEXT)
    claim.save(update_fields=["status", "answer"])
    return answers.json(status, answer)


def _again(actor: Actor, key: str, body: str) -> HttpResponse:
    reply = Reply.objects.get(account_id=actor.account_id, key=key)
    if reply.body != body:
        raise KeyReused(_("This Idempotency-Key was used with another request."))
    if reply.status == 0:
        raise StillWorking(_("The first request with this key is still being worked on. Please ask again shortly."))
    return answers.json(reply.status, orjson.loads(secrets.unseal(bytes(reply.answer), CONTEXT)))
