"""`request.actor`: who asks, under which hat. Asked of the database only when a page wants to know."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from xactin.identity.queries import actor_of


class ActorMiddleware:
    """Sets `request.actor`; false when nobody is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with the actor at hand for whoever makes it."""
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        return self._get_response(request)
