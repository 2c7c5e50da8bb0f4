"""The door by which a passkey signs whatever act a request asks for (`keys/ceremonies.py`).

A page's script (`static/identity/signing.js`) sends the form marked `Xactin-Rehearsal`, is answered 428 with what the
device has to sign, and sends the form again with the answer in it. A program is answered 428 too, and sends its
request again with the header `Xactin-Signature`: base64url of the JSON {"token", "credential"}.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from hashlib import sha256
from typing import Any, Final

import orjson
from django.contrib.messages import ERROR
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from xactin.identity.errors import Invalid, PasskeyNeeded
from xactin.identity.keys import ceremonies
from xactin.kernel.refusal import Refusal
from xactin.kernel.signatures import SignatureError, unb64u

__all__ = ["PasskeyNeeded", "SigningMiddleware", "rehearsed", "signs_with_passkey", "told"]

REHEARSAL: Final = "Xactin-Rehearsal"
SIGNATURE: Final = "Xactin-Signature"
FIELD: Final = "passkey-signature"
"""The same in a form, as JSON."""
_NOT_ASKED: Final = frozenset({FIELD, "csrfmiddlewaretoken"})
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_CHANGES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PIECE: Final = 1 << 16


class Question(HttpResponse):
    """What a device has to sign. A page that refuses (no passkey is enrolled) is answered 428 too, and is none."""


class SigningMiddleware:
    """Lets a request rehearse its act, and finishes one that brings a passkey's signature. The innermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; an act in it is signed by the signature that came with it."""
        try:
            signed = _given(request)
            with signed:
                return self._get_response(request)
        except Refusal as refused:
            return told(request, refused)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Keeps what answers, and rehearses where a page's script asks for that.

        Only for who signs with a passkey: a rehearsal undoes what it counts, so that whoever tries passwords, codes or
        names would be counted nowhere, and could tell by the time it takes.
        """
        request.door = (view, args, kwargs)  # type: ignore[attr-defined]
        if request.method not in _CHANGES or REHEARSAL not in request.headers:
            return None
        if not signs_with_passkey(request):
            return HttpResponse(status=204)
        try:
            asked = rehearsed(request)
        except Exception:  # what is wrong is told by the request itself, which the page sends next
            asked = None
        return asked if isinstance(asked, Question) else HttpResponse(status=204)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """A page whose script did not ask for the passkey."""
        return told(request, error) if isinstance(error, PasskeyNeeded) else None


def signs_with_passkey(request: HttpRequest) -> bool:
    """Whether the acts of who asks are signed by a passkey alone."""
    actor = getattr(request, "actor", None)
    return bool(getattr(actor, "requires_passkey", False))


def told(request: HttpRequest, refused: Refusal) -> HttpResponse:
    """A refusal to sign: a page, or for a program what the API calls a problem."""
    text = refused.in_language(getattr(request, "LANGUAGE_CODE", "vi"))
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": text, "status": refused.status, "code": refused.code}
        return HttpResponse(
            orjson.dumps(body), status=refused.status, content_type="application/problem+json"
        )
    return render(request, "identity/not_signed.html", {"text": text}, status=refused.status)


def rehearsed(request: HttpRequest) -> HttpResponseBase | None:
    """What a passkey has to sign for this request: 428; None where none has to.

    An act that would be refused is answered as it would be. Nothing of it is done.
    """
    view, args, kwargs = request.door  # type: ignore[attr-defined]
    asked_for = _digest(request)
    apart = _apart(request)
    with ceremonies.trial() as trial:
        answer: HttpResponseBase = view(apart, *args, **kwargs)
    _rewind(request)
    if answer.status_code >= 400:
        return answer
    asked = trial.asked(asked_for)
    if asked is None or apart._messages.refused:  # type: ignore[attr-defined]
        return None
    body = {
        "statement": asked.statements[0],
        "statements": asked.statements,
        "challenge": asked.challenge.hex(),
        "options": asked.options,
        "token": asked.token,
    }
    return Question(orjson.dumps(body), status=428, content_type="application/json")


def _given(request: HttpRequest) -> AbstractContextManager[None]:
    """The signature that a request brings. Raises Refused."""
    if request.method not in _CHANGES:
        return nullcontext()
    header, form = request.headers.get(SIGNATURE), ""
    if not header and signs_with_passkey(request) and _is_form(request):
        form = request.POST.get(FIELD, "")
    if not header and not form:
        return nullcontext()
    try:
        sent = orjson.loads(unb64u(header) if header else form)
        token, credential = str(sent["token"]), dict(sent["credential"])
    except (KeyError, TypeError, ValueError, SignatureError) as error:
        raise Invalid(
            "Không đọc được chữ ký. Chưa có gì được ký.",
            "The signature could not be read. Nothing was signed.",
            {"field": "signature"},
        ) from error
    return ceremonies.resumed(token=token, credential=credential, request=_digest(request))


def _is_form(request: HttpRequest) -> bool:
    return request.content_type in _FORMS


def _digest(request: HttpRequest) -> bytes:
    """What was asked to be done, without what changes from one sending to the next."""
    found = sha256()
    for piece in _pieces(request):
        found.update(sha256(piece).digest())
    return found.digest()


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    yield (request.method or "").encode()
    yield request.get_full_path().encode()
    if not _is_form(request):
        yield request.body
        return
    for name in sorted(set(request.POST) - _NOT_ASKED):
        yield name.encode()
        yield from (value.encode() for value in request.POST.getlist(name))
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            held = sha256()
            for piece in file.chunks(_PIECE):
                held.update(piece)
            yield from (name.encode(), str(file.name).encode(), held.digest())
    _rewind(request)


def _rewind(request: HttpRequest) -> None:
    if _is_form(request):
        for _name, files in request.FILES.lists():
            for file in files:
                file.seek(0)


class _Unsaid(BaseStorage):
    """Messages of a rehearsal: nobody reads them; `refused` when one told of an error."""

    refused = False

    def add(self, level: int, message: str, extra_tags: str | None = "") -> None:
        """Notes that something was refused."""
        self.refused = self.refused or level >= ERROR

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, messages: Any, response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return []


def _apart(request: HttpRequest) -> HttpRequest:
    """The same request with a session and messages of its own, which end with the rehearsal."""
    made: HttpRequest = object.__new__(type(request))
    made.__dict__.update(request.__dict__)
    made._messages = _Unsaid(made)  # type: ignore[attr-defined]
    session = getattr(request, "session", None)
    if session is not None:
        made.session = type(session)()
        made.session.update(dict(session.items()))
    return made
