"""Browsers in which somebody has signed in before: wrong passwords typed elsewhere do not lock them out here.

The cookie opens nothing: it only lets a password be tried, and its own wrong tries are counted.
"""

import secrets
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xactin.identity.models import Account

COOKIE: Final = "xactin_device"
SALT: Final = "xactin.identity.known_device"
SECONDS: Final = 180 * 24 * 3600
MOST: Final = 8
"""Accounts remembered by one browser, the latest first: a counter is shared."""


def remember(request: HttpRequest, response: HttpResponseBase, account: int) -> None:
    """Notes in a signed cookie that this account has signed in in this browser."""
    device, accounts = _read(request) or (secrets.token_urlsafe(12), [])
    kept = [account, *(one for one in accounts if one != account)][:MOST]
    response.set_signed_cookie(
        COOKIE,
        f"{device}:{','.join(map(str, kept))}",
        salt=SALT,
        max_age=SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_of(request: HttpRequest, login: str) -> str | None:
    """The random name of this browser, if the account of a user name or address has signed in in it."""
    found = _read(request)
    if found is None:
        return None
    known = Account.objects.filter(pk__in=found[1])
    meant = {name.lower() for row in known.values_list("username", "email") for name in row if name}
    return found[0] if login.lower() in meant else None


def _read(request: HttpRequest) -> tuple[str, list[int]] | None:
    try:
        device, _, accounts = str(request.get_signed_cookie(COOKIE, salt=SALT, max_age=SECONDS)).partition(
            ":"
        )
        return device, [int(one) for one in accounts.split(",")]
    except (KeyError, BadSignature, ValueError):
        return None
