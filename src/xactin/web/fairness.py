"""Strangers' pressure stays with strangers: how many requests one of them may send in a minute.

Counted in each process, without a word to the database, by buckets that fill again. Whoever was let in before is
counted by what they show (a token, a session) and not by their address: an office behind one address goes on working
while somebody there, or anybody elsewhere, tries every door. What is shown for the first time counts by the address.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from xactin.identity.web.rates import address_of
from xactin.web import errors

MOST_KEPT: Final = 20_000  # addresses and people remembered in a process; the one unseen longest is forgotten
# Doors that are made to be read by machines, from files or memory: they have no part in it.
FREE: Final = ("/static/", "/log/", "/health", "/metrics", "/.well-known/")
_BURST: Final = 0.5  # of a minute's requests, how many may come at once


@dataclass
class _Bucket:
    left: float
    at: float


class Buckets:
    """Requests left to each key: `a_minute` come back in a minute, and half of them may be used at once."""

    def __init__(self, a_minute: int) -> None:
        self._rate = a_minute / 60
        self._burst = max(1.0, a_minute * _BURST)
        self._kept: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: str, now: float) -> int:
        """Takes one; 0, or in how many whole seconds there will be one. `now` in seconds of a clock that only grows."""
        with self._lock:
            bucket = self._kept.pop(key, None) or _Bucket(self._burst, now)
            bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
            bucket.at = now
            self._kept[key] = bucket
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            if bucket.left < 1:
                return max(1, math.ceil((1 - bucket.left) / self._rate))
            bucket.left -= 1
            return 0


class Fairness:
    """429 beyond the rate, with `Retry-After`. A rate of 0 counts nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._strangers = Buckets(settings.STRANGER_RATE) if settings.STRANGER_RATE else None
        self._known = Buckets(settings.KNOWN_RATE) if settings.KNOWN_RATE else None
        self._let_in: OrderedDict[str, None] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, or 429."""
        if request.path.startswith(FREE):
            return self._get_response(request)
        shown = _shown(request)
        known = shown in self._let_in
        buckets = self._known if known else self._strangers
        seconds = buckets.wait(shown if known else address_of(request), time.monotonic()) if buckets else 0
        if seconds:
            response: HttpResponseBase = errors.too_many(request)
            response.headers["Retry-After"] = str(seconds)
            return response
        response = self._get_response(request)
        if shown and not known and _was_let_in(request):
            self._let_in[shown] = None
            if len(self._let_in) > MOST_KEPT:
                self._let_in.popitem(last=False)
        return response


def _shown(request: HttpRequest) -> str:
    """A digest of what somebody shows to be let in; empty for who shows nothing."""
    token = request.headers.get("Authorization", "") if request.path.startswith("/api/") else ""
    shown = token or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return sha256(shown.encode()).hexdigest() if shown else ""


def _was_let_in(request: HttpRequest) -> bool:
    return bool(getattr(request, "auth", None) or getattr(request, "actor", None))
