"""Strangers' pressure stays with strangers: how many requests one of them may send in a minute, and how many at once.

Counted in each process, without a word to the database, by buckets that fill again. Whoever was let in before is
counted by their account, whatever they show of it (tokens, sessions), and not by their address: an office behind one
address goes on working while somebody there, or anybody elsewhere, tries every door. What is shown for the first time
counts by the address; what lets in no more does so again.

At once, strangers together never hold the last threads of a process, nobody who is known holds all of them, and
accounts that took much lately (`uses.py`), however many, leave most of them to those who took little. A request for
which no thread is left waits a little in threads that do nothing else, of which each has as small a share.
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
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from xactin.identity.web.rates import address_of
from xactin.web import errors
from xactin.web.limits.places import Places, threads
from xactin.web.limits.uses import Uses

MOST_KEPT: Final = 20_000  # addresses and people remembered in a process; the one unseen longest is forgotten
# Doors that are made to be read by machines, from files or memory: no rate, but places like everything else.
FREE: Final = ("/static/", "/log/", "/health", "/metrics", "/.well-known/")
ALWAYS: Final = (
    "/static/",
    "/health",
    "/metrics",
)  # answered from memory, and asked by whoever looks after us
_BURST: Final = 0.5  # of a minute's requests, how many may come at once
_FOR_KNOWN: Final = 3  # threads of a process that strangers never hold
_FOR_OTHERS: Final = 2  # and those that nobody who is known holds alone
_PRESSING: Final = 3 / 8  # of the threads are left to all who took much, while others work too
_PRESSED: Final = "pressing"
PATIENCE: Final = 2.0  # seconds for which a request waits for its thread; longer, and its sender should know


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
    """429 beyond the rate, 503 where no place is left, both with `Retry-After`. A rate of 0 counts nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._strangers = Buckets(settings.STRANGER_RATE) if settings.STRANGER_RATE else None
        self._known = Buckets(settings.KNOWN_RATE) if settings.KNOWN_RATE else None
        self._let_in: OrderedDict[str, str] = OrderedDict()
        self._places, self._uses, self._threads = Places(), Uses(), threads()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, or 429."""
        if request.path.startswith(ALWAYS):
            return self._get_response(request)
        shown = _shown(request)
        account = self._let_in.get(shown, "")
        name = account or address_of(request)
        buckets = self._known if account else self._strangers
        if buckets is None:
            return self._answer(request, shown, account)
        seconds = 0 if request.path.startswith(FREE) else buckets.wait(name, time.monotonic())
        if seconds:
            return _later(errors.too_many(request), seconds)
        wanted = self._wanted(name, known=bool(account))
        if not self._places.take(wanted, room=self._room(wanted), patience=PATIENCE):
            return _later(errors.too_busy(request), 1)
        begun = self._uses.begin(name)
        try:
            return self._answer(request, shown, account)
        finally:
            self._uses.end(name, begun)
            self._places.give_back(wanted)

    def _wanted(self, name: str, *, known: bool) -> list[tuple[str, int]]:
        """The places that a request takes, each with how many of its kind there are."""
        everybody = ("everybody", self._threads)
        if not known:
            strangers = ("strangers", max(1, self._threads - _FOR_KNOWN))
            return [everybody, strangers, (name, max(1, self._threads // 2))]
        wanted = [everybody, (name, max(1, self._threads - _FOR_OTHERS))]
        if self._uses.presses(name):
            wanted.append((_PRESSED, max(1, int(self._threads * _PRESSING))))
        return wanted

    def _room(self, wanted: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """Where it waits: as many threads again. Who presses finds few at work, and more to wait in."""
        waiting = max(1, int(self._threads * (1 - _PRESSING)))
        return [(name, waiting if name == _PRESSED else most) for name, most in wanted]

    def _answer(self, request: HttpRequest, shown: str, account: str) -> HttpResponseBase:
        """The answer; whoever was let in by it is known from now on, and who no longer is, no more."""
        response = self._get_response(request)
        if not shown:
            return response
        now = _account(request)
        if now:
            self._let_in[shown] = now
            self._let_in.move_to_end(shown)
            if len(self._let_in) > MOST_KEPT:
                self._let_in.popitem(last=False)
        elif account and (response.status_code == 401 or not request.path.startswith("/api/")):
            self._let_in.pop(shown, None)
        return response


def _later(response: HttpResponse, seconds: int) -> HttpResponse:
    response.headers["Retry-After"] = str(seconds)
    return response


def _shown(request: HttpRequest) -> str:
    """A digest of what somebody shows to be let in, however it is spelled; empty for who shows nothing."""
    given = request.headers.get("Authorization", "") if request.path.startswith("/api/") else ""
    shown = given.partition(" ")[2].strip() or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return sha256(shown.encode()).hexdigest() if shown else ""


def _account(request: HttpRequest) -> str:
    """Whose request it was, as one name for all that they show; "" for a stranger's."""
    actor = getattr(request, "auth", None) or getattr(request, "actor", None)
    return f"account {actor.account_id}" if actor else ""
