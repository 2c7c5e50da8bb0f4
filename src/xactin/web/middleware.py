"""What happens to each request before and after the rooms see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import is_valid_path
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_supported_language_variant

from xactin.identity.queries import agency_tree
from xactin.ledger.queries import authority
from xactin.web import errors

Answer = Callable[[HttpRequest], HttpResponseBase]
# Doors for programs answer under any of our names; pages only under the one that passkeys know.
PROGRAM_DOORS = ("/api/", "/log/", "/health", "/metrics", "/.well-known/", "/static/")


class Guard:
    """Bounds the size of a request, leads pages to `localhost`, and sets the content policy."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The guarded answer."""
        response = self._refuse(request) or self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
        # A page that only says that we cannot answer now holds nobody's data, and is what a form is sent again from.
        if _is_personal(request) and response.status_code < 500:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _refuse(self, request: HttpRequest) -> HttpResponseBase | None:
        if _length(request) > settings.UPLOAD_REQUEST_LIMIT:
            return errors.too_large(request)
        # No text that the database keeps holds this sign, so no address of ours does.
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return errors.bad_request(request)
        address = request.META.get("HTTP_HOST", "")
        name, _, port = address.rpartition(":") if not address.endswith("]") else (address, "", "")
        if (name or address) in ("127.0.0.1", "[::1]") and not request.path.startswith(PROGRAM_DOORS):
            if name and not port.isdecimal():  # such as "127.0.0.1:80@elsewhere.example"
                return errors.bad_request(request)
            port = f":{port}" if name else ""
            return HttpResponseRedirect(
                f"http://localhost{port}{request.get_full_path()}", preserve_request=True
            )
        return None


class PageAbove:
    """A page that only takes what a form sends, opened by its address, leads to the page it belongs to.

    So come people back who signed in again after a session ended on a form, and who load such a page anew.
    """

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; for a person, 302 in the place of 405 to a GET. A program is told 405."""
        response = self._get_response(request)
        if response.status_code != 405 or request.method not in ("GET", "HEAD"):
            return response
        if request.path.startswith(PROGRAM_DOORS):
            return response
        return HttpResponseRedirect(_above(request) + _asked(request))


def _above(request: HttpRequest) -> str:
    """The nearest address above that is one of ours; it may take forms only too, and leads on upwards then."""
    path = request.path.rstrip("/")
    while path:
        path = path.rpartition("/")[0]
        if is_valid_path(f"{path}/"):
            return f"{path}/"
    return "/"


def _asked(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"?{query}" if query else ""


class Authority:
    """`request.authority`: whose site this is, for the head of each page; asked for only when drawn."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with the authority at hand for whoever draws it."""
        request.authority = SimpleLazyObject(_head)  # type: ignore[attr-defined]
        return self._get_response(request)


@dataclass(frozen=True)
class Head:
    """What the head of a page says of the authority: its name by language, and whether it is a demo."""

    name: Mapping[str, str]
    demo: bool


def _head() -> Head:
    """The log knows the name of the founding day; its first agency has the one of today, in English too."""
    found = authority()
    first = next((one for depth, one in agency_tree() if depth == 0 and one.code == found.id), None)
    name = {"vi": first.name_vi, "en": first.name_en} if first else {"vi": found.name}
    return Head(name=name, demo=found.demo)


class ChosenLanguage:
    """Vietnamese unless the person chose otherwise, whatever the browser would like.

    A program may ask by `Accept-Language`; a page follows the cookie set at /language/.
    """

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer in the chosen language."""
        language = chosen_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self._get_response(request)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Language", language)
        return response


def chosen_language(request: HttpRequest) -> str:
    """`vi` or `en`."""
    asked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if not asked and request.path.startswith("/api/"):
        asked = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    try:
        return get_supported_language_variant(asked) if asked else settings.LANGUAGE_CODE
    except LookupError:
        return settings.LANGUAGE_CODE


def _is_personal(request: HttpRequest) -> bool:
    """Whether an answer may be somebody's: on a shared computer nothing of it stays behind."""
    known = settings.SESSION_COOKIE_NAME in request.COOKIES or "HTTP_AUTHORIZATION" in request.META
    return known and not request.path.startswith(settings.STATIC_URL)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
