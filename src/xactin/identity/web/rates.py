"""How often a stranger may ask for what costs us work: counted in the database, for all processes together."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from allauth.core.internal import ratelimit
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest, HttpResponseBase

from xactin.vault.rehearsal import course

Rest = ParamSpec("Rest")
Answer = TypeVar("Answer", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, Rest], Answer]


def address_of(request: HttpRequest) -> str:
    """The address that a request came from, behind as many proxies as are ours; empty where there is none.

    Of IPv6 its network: whoever has one line has all addresses of it.
    """
    return str(ratelimit.truncate_ip(get_client_ip(request) or ""))


def allowed(request: HttpRequest, action: str, rate: str, *, key: str) -> bool:
    """Whether a POST may be answered under a rate kept for `key`, such as `5/h/key`; it counts as one."""
    return _counted(request, action, rate, key)


def limited(action: str, rate: str) -> Callable[[View[Rest, Answer]], View[Rest, Answer]]:
    """429 for a POST beyond `rate`, such as `20/m/ip`; reading is free."""

    def around(view: View[Rest, Answer]) -> View[Rest, Answer]:
        @wraps(view)
        def counted(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> Answer:
            if not _counted(request, action, rate):
                return cast(Answer, ratelimit.respond_429(request))
            return view(request, *args, **kwargs)

        return cast(View[Rest, Answer], counted)

    return around


def _counted(request: HttpRequest, action: str, rate: str, key: str | None = None) -> bool:
    """Whether there is room under a rate. What is rehearsed for a passkey (`signatures.py`) is counted once all of it
    is undone, else it could be tried for ever; what was rehearsed is not counted again when it is done."""
    count = partial(ratelimit.consume, request, app="xactin", action=action, config={action: rate}, key=key)
    doing = course()
    if doing is None:
        return count() is not None
    if doing.trial:
        doing.outside.append(count)
        return count(dry_run=True) is not None
    return True
