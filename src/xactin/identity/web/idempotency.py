"""`Idempotency-Key`: the same request twice is one act, at every door of every room that writes.

Scoped to who asks; the same body in the same post replays the answer, any other is refused with 422; kept 24
hours. The key is claimed before the work, together with the id that the act's entry will have: when
a process dies between commit and answer, the ledger knows whether the act was done.

Neither claim nor answer waits for the disk. The claim stands in the database's journal before the act, whose commit
does wait: no act outlives its claim. An answer that is lost with the machine is told again from the act's entry.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from xactin.identity.errors import Refused
from xactin.identity.models import Reply
from xactin.identity.rights import Actor
from xactin.identity.rules import REPLIES_KEPT
from xactin.ledger import queries as ledger
from xactin.ledger.clock import now
from xactin.ledger.commands import in_one_trip
from xactin.ledger.queries import EntryRow
from xactin.vault import secrets
from xactin.vault.ids import new_id

# A request that has not answered for so long has lost its process.
PATIENCE = timedelta(seconds=30)
CONTEXT = "reply"
WORKING, BROKEN = 0, 1
"""What `Reply.status` says while there is no answer: somebody works on it, or gave up half way."""

_FORGET: Final = "DELETE FROM identity_reply WHERE account_id = %s AND key = %s AND created_at < %s"
_CLAIM: Final = """
INSERT INTO identity_reply (account_id, key, body, status, answer, created_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (account_id, key) DO NOTHING RETURNING id
"""
_KEEP: Final = "UPDATE identity_reply SET status = %s, answer = %s WHERE id = %s"
_BREAK: Final = "UPDATE identity_reply SET status = %s WHERE id = %s"
_DROP: Final = "DELETE FROM identity_reply WHERE id = %s"

Answer = tuple[int, dict[str, Any]]
Work = Callable[[UUID], Answer]
"""Does the act under this entry id."""
Retold = Callable[[EntryRow], Answer]
"""The answer of an act that was done already, from its entry."""


class KeyReused(Refused):
    """The key was used with another request."""

    status = 422
    code = "idempotency_key_reused"


class StillWorking(Refused):
    """The first request with this key has not answered yet."""

    status = 409
    code = "idempotency_key_in_use"


def once(actor: Actor, key: str | None, request: HttpRequest, work: Work, retold: Retold) -> HttpResponse:
    """The answer of `work`, done at most once for this asker and key."""
    if not key:
        return _json(*work(new_id()))
    asked = (request.method or "", request.get_full_path(), actor.post_code or "")
    body = sha256(b"\0".join([*(one.encode() for one in asked), request.body])).hexdigest()
    entry, at = new_id(), now()
    sealed = secrets.seal(orjson.dumps({"entry": str(entry)}), CONTEXT)
    forgotten = (_FORGET, (actor.account_id, key, at - REPLIES_KEPT))
    _, claimed = in_one_trip(forgotten, (_CLAIM, (actor.account_id, key, body, WORKING, sealed, at)))
    if not claimed:
        return _again(actor, key, body, work, retold)
    return _done(claimed[0][0], entry, work)


def _json(status: int, answer: dict[str, Any]) -> HttpResponse:
    return HttpResponse(orjson.dumps(answer, default=str), status=status, content_type="application/json")


def _done(claim: int, entry: UUID, work: Work) -> HttpResponse:
    try:
        status, answer = work(entry)
    except Exception as error:
        with suppress(DatabaseError):
            if isinstance(getattr(error, "status", None), int):
                in_one_trip((_DROP, (claim,)))  # refused: nothing was done, and the same key may try again
            else:
                in_one_trip((_BREAK, (BROKEN, claim)))
        raise
    if 200 <= status < 300:
        return _kept(claim, status, answer)
    in_one_trip((_DROP, (claim,)))  # a question for a passkey: asking again does nothing
    return _json(status, answer)


def _kept(claim: int, status: int, answer: dict[str, Any]) -> HttpResponse:
    sealed = secrets.seal(orjson.dumps(answer, default=str), CONTEXT)
    in_one_trip((_KEEP, (status, sealed, claim)))
    return _json(status, answer)


def _again(actor: Actor, key: str, body: str, work: Work, retold: Retold) -> HttpResponse:
    reply = Reply.objects.filter(account_id=actor.account_id, key=key).first()
    if reply is None:
        raise _still_working()  # refused in this very moment
    if reply.body != body:
        raise KeyReused(
            "Idempotency-Key này đã dùng cho một yêu cầu khác.",
            "This Idempotency-Key was used with another request.",
        )
    told = orjson.loads(secrets.unseal(bytes(reply.answer), CONTEXT))
    if reply.status not in (WORKING, BROKEN):
        return _json(reply.status, told)
    entry = UUID(told["entry"])
    done = ledger.entry(entry)
    if done is not None:
        return _kept(reply.pk, *retold(done))
    if not _taken_over(reply):
        raise _still_working()
    return _done(reply.pk, entry, work)


def _taken_over(reply: Reply) -> bool:
    """Whether this request now does the work of one that died; of several that ask only one does."""
    if reply.status == WORKING and reply.created_at > now() - PATIENCE:
        return False
    mine = Reply.objects.filter(pk=reply.pk, status=reply.status, created_at=reply.created_at)
    return bool(mine.update(status=WORKING, created_at=now()))


def _still_working() -> StillWorking:
    return StillWorking(
        "Yêu cầu đầu tiên với khóa này chưa xử lý xong. Xin hỏi lại sau giây lát.",
        "The first request with this key is still being worked on. Please ask again shortly.",
    )
