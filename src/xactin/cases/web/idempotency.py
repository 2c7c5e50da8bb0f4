"""`Idempotency-Key`: the same request twice is one act (design: interfaces).

Scoped to who asks; the same body replays the answer, another body is refused with 422; kept 24
hours. The key is claimed before the work, together with the id that the act's entry will have: when
a process dies between commit and answer, the ledger knows whether the act was done.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from django.db import DatabaseError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from xactin.cases.errors import ActError
from xactin.cases.models import Reply
from xactin.cases.web import answers
from xactin.identity.queries import Actor
from xactin.ledger import queries as ledger
from xactin.ledger.clock import now
from xactin.ledger.queries import EntryRow
from xactin.vault import secrets
from xactin.vault.ids import new_id

KEPT = timedelta(hours=24)
# A request that has not answered for so long has lost its process.
PATIENCE = timedelta(seconds=30)
CONTEXT = "reply"
WORKING, BROKEN = 0, 1
"""What `Reply.status` says while there is no answer: somebody works on it, or gave up half way."""

Answer = tuple[int, dict[str, Any]]
Work = Callable[[UUID], Answer]
"""Does the act under this entry id."""
Retold = Callable[[EntryRow], Answer]
"""The answer of an act that was done already, from its entry."""


class KeyReused(ActError):
    """The key was used with another request."""

    status = 422
    code = "idempotency_key_reused"


class StillWorking(ActError):
    """The first request with this key has not answered yet."""

    status = 409
    code = "idempotency_key_in_use"


def once(actor: Actor, key: str | None, request: HttpRequest, work: Work, retold: Retold) -> HttpResponse:
    """The answer of `work`, done at most once for this asker and key."""
    if not key:
        return answers.json(*work(new_id()))
    body = sha256(
        b"\0".join([(request.method or "").encode(), request.path.encode(), request.body])
    ).hexdigest()
    Reply.objects.filter(account_id=actor.account_id, key=key, created_at__lt=now() - KEPT).delete()
    entry = new_id()
    try:
        with transaction.atomic():
            claim = Reply.objects.create(
                account_id=actor.account_id,
                key=key,
                body=body,
                status=WORKING,
                answer=secrets.seal(orjson.dumps({"entry": str(entry)}), CONTEXT),
                created_at=now(),
            )
    except IntegrityError:
        return _again(actor, key, body, work, retold)
    return _done(claim, entry, work)


def _done(claim: Reply, entry: UUID, work: Work) -> HttpResponse:
    try:
        status, answer = work(entry)
    except Exception as error:
        with suppress(DatabaseError):
            if isinstance(getattr(error, "status", None), int):
                claim.delete()  # refused: nothing was done, and the same key may try again
            else:
                Reply.objects.filter(pk=claim.pk).update(status=BROKEN)
        raise
    if 200 <= status < 300:
        return _kept(claim, status, answer)
    claim.delete()  # a question for a passkey: asking again does nothing
    return answers.json(status, answer)


def _kept(claim: Reply, status: int, answer: dict[str, Any]) -> HttpResponse:
    claim.status = status
    claim.answer = secrets.seal(orjson.dumps(answer, default=str), CONTEXT)
    claim.save(update_fields=["status", "answer"])
    return answers.json(status, answer)


def _again(actor: Actor, key: str, body: str, work: Work, retold: Retold) -> HttpResponse:
    reply = Reply.objects.filter(account_id=actor.account_id, key=key).first()
    if reply is None:
        raise _still_working()  # refused in this very moment
    if reply.body != body:
        raise KeyReused(_("This Idempotency-Key was used with another request."))
    told = orjson.loads(secrets.unseal(bytes(reply.answer), CONTEXT))
    if reply.status not in (WORKING, BROKEN):
        return answers.json(reply.status, told)
    entry = UUID(told["entry"])
    done = ledger.entry(entry)
    if done is not None:
        return _kept(reply, *retold(done))
    if not _taken_over(reply):
        raise _still_working()
    return _done(reply, entry, work)


def _taken_over(reply: Reply) -> bool:
    """Whether this request now does the work of one that died; of several that ask only one does."""
    if reply.status == WORKING and reply.created_at > now() - PATIENCE:
        return False
    mine = Reply.objects.filter(pk=reply.pk, status=reply.status, created_at=reply.created_at)
    return bool(mine.update(status=WORKING, created_at=now()))


def _still_working() -> StillWorking:
    return StillWorking(
        _("The first request with this key is still being worked on. Please ask again shortly.")
    )
