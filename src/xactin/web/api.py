"""The one API under /api/v1: each room mounts the router of its `web/rest.py`.

Errors are RFC 9457 problem details in the language of who asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import chain, islice
from json import loads
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from xactin.identity.web.signatures import PasskeyNeeded, rehearsed
from xactin.kernel.refusal import Refusal
from xactin.ui.schema_form.validation import pointer
from xactin.vault.rehearsal import on_trial
from xactin.web.errors import problem, too_large

DEEPEST: Final = 64
"""Levels of a JSON body: far more than any form has, far fewer than what walks through it could bear."""


MOST_VALUES: Final = 20_000
"""Values of a JSON body, in all: each costs every check behind the door its time."""
MOST_FAULTS: Final = 50
"""Faults told in one answer: whoever mends fifty asks again."""


class BoundedParser(Parser):
    """JSON as everything behind the door can take it: not deep, no numbers without end, no halves of letters."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Raises ValueError, which is told as 400."""
        body = loads(request.body, parse_constant=_no_number)
        level: list[Any] = [body]
        count = 0
        for _depth in range(DEEPEST):
            count += len(level)
            if count > MOST_VALUES:
                raise ValueError("too many values")
            texts = (text for value in level for text in _texts(value))
            if any("\0" in text or not _is_unicode(text) for text in texts):
                raise ValueError("a text holds what no text may hold")
            level = list(chain.from_iterable(map(_inner, level)))
            if not level:
                return body
        raise ValueError("too deep")


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


api = NinjaAPI(
    parser=BoundedParser(),
    title="Xác Tín",
    version="1",
    description="Records, cases and signals of a digital authority. Every write is an attestation.",
    openapi_url="/openapi.json",
    docs_url="/docs",
    urls_namespace="api",
)


def mount_rooms() -> None:
    """Adds the router of each room that has one."""
    for app in apps.get_app_configs():
        name = f"{app.name}.web.rest"
        if app.name.startswith("xactin.") and find_spec(f"{app.name}.web") and find_spec(name):
            api.add_router("", import_module(name).router)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{**_place(one["loc"]), "detail": _said(one)} for one in error.errors[:MOST_FAULTS]]
    return problem(422, _("Some values are missing or wrong"), more={"errors": errors})


def _place(path: Sequence[object]) -> dict[str, str]:
    """Where a fault stands: a JSON pointer into the body, or the name of a parameter (RFC 9457, section 3)."""
    where, *inner = map(str, path)
    if where == "body":
        return {"pointer": pointer(inner[1:])}  # the first is our own name for the body
    return {"parameter": ".".join(inner)}


def _said(error: Mapping[str, Any]) -> str:
    """A fault in the language of who asks, by pydantic's name for its kind."""
    kind = str(error["type"])
    if kind in _LIMITS:
        name, text = _LIMITS[kind]
        return text % {"limit": error["ctx"][name]}
    return str(_KINDS.get(kind.split("_")[0], _OTHER))


_OTHER: Final = gettext_lazy("This value is not of the form that is described.")
_LIMITS: Final = {
    "string_too_long": ("max_length", gettext_lazy("At most %(limit)s characters.")),
    "string_too_short": ("min_length", gettext_lazy("At least %(limit)s characters.")),
    "too_long": ("max_length", gettext_lazy("At most %(limit)s.")),
    "too_short": ("min_length", gettext_lazy("At least %(limit)s.")),
    "less_than_equal": ("le", gettext_lazy("At most %(limit)s.")),
    "greater_than_equal": ("ge", gettext_lazy("At least %(limit)s.")),
}
# By the first word of pydantic's error types.
_KINDS: Final = {
    "missing": gettext_lazy("This value is missing."),
    "extra": gettext_lazy("This value is not known here."),
    "string": gettext_lazy("A text is needed here."),
    "int": gettext_lazy("A whole number is needed here."),
    "bool": gettext_lazy("true or false is needed here."),
    "uuid": gettext_lazy("An id (UUID) is needed here."),
    "datetime": gettext_lazy("A time by RFC 3339 is needed here, with its zone."),
    "timezone": gettext_lazy("A time by RFC 3339 is needed here, with its zone."),
    "list": gettext_lazy("A list is needed here."),
    "dict": gettext_lazy("An object is needed here."),
    "model": gettext_lazy("An object is needed here."),
}


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = problem(401, _("Sign in, or send a valid token"))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def _stated(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:
        return problem(400, _("The request could not be read"))
    return problem(error.status_code, str(error))


@api.exception_handler(DataError)
def _unfit(request: HttpRequest, error: DataError) -> HttpResponse:
    """A value that no column can hold."""
    return problem(400, _("The request could not be read"))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, _("Not found"), str(error) if error.args and isinstance(error.args[0], str) else "")


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problem(403, _("Not allowed"), str(error))


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return too_large(request)


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _database_gone(request: HttpRequest, error: Exception) -> HttpResponse:
    response = problem(503, _("Not available for a moment"))
    response.headers["Retry-After"] = "5"
    return response


@api.exception_handler(PasskeyNeeded)
def _to_sign(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """What a passkey has to sign, where the caller has one: the act is rehearsed, and nothing of it is done."""
    if on_trial():  # none is enrolled
        return _refused(request, error)
    return rehearsed(request) or _refused(request, error)


@api.exception_handler(Exception)
def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    """A refusal of a room, in the language of who asks; anything else is a fault."""
    if not isinstance(error, Refusal):
        raise error
    facts = {name: _fewer(fact) for name, fact in error.facts.items()}
    more: dict[str, object] = {"facts": facts} if facts else {}
    response = problem(error.status, error.in_language(get_language()), more={**more, "code": error.code})
    if "retry_after" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_after"])
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


def _fewer(fact: object) -> object:
    """The first faults, where a fact is a map of them."""
    return dict(islice(fact.items(), MOST_FAULTS)) if isinstance(fact, Mapping) else fact


mount_rooms()
