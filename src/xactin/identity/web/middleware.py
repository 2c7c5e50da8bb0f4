"""`request.actor`: who asks, under which hat; None for a visitor."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from xactin.identity.queries import Actor, actor_of


class ActorMiddleware:
    """Sets `request.actor`. A request without a session's cookie asks the database for nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with the actor at hand for whoever makes it."""
        known: Actor | None = None
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            known = actor_of(request)
        request.actor = known  # type: ignore[attr-defined]
        return self._get_response(request)
