"""Whoever presses is stopped; whoever was let in goes on, from the same address too. No database."""

import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore
from types import SimpleNamespace

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from xactin.web import errors
from xactin.web.limits import fairness
from xactin.web.limits.fairness import MOST_KEPT, Buckets, Fairness
from xactin.web.limits.places import USUAL_THREADS, Places, all_threads
from xactin.web.limits.uses import MOST_NAMES, Uses

OFFICE = "203.0.113.5"


@pytest.fixture
def door(settings: Settings) -> Fairness:
    """Four requests at once for a stranger, eight for somebody known; the token `good` is let in."""
    settings.STRANGER_RATE, settings.KNOWN_RATE = 8, 16

    def answered(request: HttpRequest) -> HttpResponse:
        if request.headers.get("Authorization", "").split()[1:] == ["good"]:
            request.auth = SimpleNamespace(account_id=7)  # type: ignore[attr-defined]
            return HttpResponse("x")
        return HttpResponse("x", status=401 if "Authorization" in request.headers else 200)

    return Fairness(answered)


def _ask(door: Fairness, path: str = "/api/v1/procedures", token: str = "", address: str = OFFICE) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return door(RequestFactory().get(path, headers=headers, REMOTE_ADDR=address)).status_code


def test_a_bucket_fills_again_and_never_over() -> None:
    buckets = Buckets(60)
    assert [buckets.wait("a", 0.0) for _ in range(31)] == [0] * 30 + [1]
    assert buckets.wait("b", 0.0) == 0
    assert buckets.wait("a", 1.0) == 0
    assert buckets.wait("a", 1.0) == 1
    assert [buckets.wait("a", 1000.0) for _ in range(31)] == [0] * 30 + [1]


def test_what_is_remembered_has_a_bound() -> None:
    buckets = Buckets(60)
    for number in range(MOST_KEPT + 5):
        buckets.wait(str(number), 0.0)
    assert len(buckets._kept) == MOST_KEPT


def test_a_stranger_who_presses_is_told_when_to_come_again(door: Fairness) -> None:
    assert [_ask(door) for _ in range(5)] == [200] * 4 + [429]
    refused = door(RequestFactory().get("/", REMOTE_ADDR=OFFICE))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert _ask(door, address="203.0.113.6") == 200
    assert _ask(door, "/log/tile/0/000") == 200


def test_who_was_let_in_goes_on_behind_the_same_address(door: Fairness) -> None:
    assert _ask(door, token="good") == 200
    assert [_ask(door, token=f"guess-{at}") for at in range(4)] == [401] * 3 + [429]
    assert [_ask(door, token="good") for _ in range(9)] == [200] * 8 + [429]


def test_one_account_has_one_count_however_its_token_is_spelled(door: Fairness) -> None:
    def ask(scheme: str) -> int:
        headers = {"Authorization": f"{scheme} good"}
        return door(RequestFactory().get("/api/v1/me", headers=headers, REMOTE_ADDR=OFFICE)).status_code

    assert ask("Bearer") == 200
    spelled = ["Bearer", "bearer", "BEARER", "bEARER"] * 2
    assert [ask(one) for one in [*spelled, "beArer"]] == [200] * 8 + [429]
    assert len(door._let_in) == 1


def test_what_lets_in_no_more_counts_by_the_address_again(door: Fairness) -> None:
    assert _ask(door, token="good") == 200
    door._let_in = OrderedDict(dict.fromkeys(door._let_in, "account 7"))
    door._get_response = lambda request: HttpResponse("x", status=401)  # ended meanwhile
    assert _ask(door, token="good") == 401
    assert not door._let_in


def test_a_line_of_ipv6_is_one_stranger_whatever_address_it_takes(door: Fairness) -> None:
    codes = [_ask(door, address=f"2001:db8:0:1::{number:x}") for number in range(5)]
    assert codes == [200] * 4 + [429]
    assert _ask(door, address="2001:db8:0:2::1") == 200


@pytest.mark.parametrize(("token", "most"), [("", 2), ("good", 3)])
def test_some_threads_are_left_whoever_holds_the_others(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, token: str, most: int
) -> None:
    monkeypatch.setenv("XACTIN_WEB_THREADS", "5")
    monkeypatch.setattr(fairness, "PATIENCE", 0.0)
    settings.STRANGER_RATE = settings.KNOWN_RATE = 6000
    inside: list[int] = []

    def answered(request: HttpRequest) -> HttpResponse:
        """Asks once more from within, as if another thread did, until no place is left."""
        request.auth = SimpleNamespace(account_id=7) if token else None  # type: ignore[attr-defined]
        if request.path != "/api/v1/last":
            inside.append(_ask(door, token=token, address=f"203.0.113.{len(inside)}"))
        return HttpResponse("x")

    door = Fairness(answered)
    _ask(door, "/api/v1/last", token=token)
    assert _ask(door, token=token) == 200
    assert inside == [503] + [200] * (most - 1)
    assert _ask(door, "/api/v1/last", token=token) == 200  # all places were given back
    assert _ask(door, "/health") == 200
    answer = errors.too_busy(RequestFactory().get("/"))
    assert answer.status_code == 503


def test_accounts_that_press_together_are_told_from_who_works() -> None:
    uses = Uses()
    for moment in range(30):  # twenty accounts share six threads
        for number in range(20):
            uses.end(f"account {number}", uses.begin(f"account {number}", moment), moment + 0.3)
    assert not any(uses.presses(f"account {number}", 50.0) for number in range(20))  # nobody else is there
    uses.end("the next", uses.begin("the next", 50.0), 52.5)  # opens a page, while the machine is busy
    assert all(uses.presses(f"account {number}", 54.0) for number in range(20))
    assert not uses.presses("the next", 54.0)
    assert not uses.presses("nobody yet", 54.0)
    begun = uses.begin("the next", 54.0)
    uses.end("another", uses.begin("another", 62.0), 62.1)
    assert uses.presses("the next", 63.0)  # what still runs counts
    uses.end("the next", begun, 63.0)
    assert not uses.presses("account 1", 200.0)  # and what was long ago does not
    for number in range(MOST_NAMES + 5):
        uses.end(f"x{number}", uses.begin(f"x{number}", 200.0), 200.0)
    assert len(uses._kept) == MOST_NAMES


def test_what_was_taken_long_ago_counts_no_more_and_what_runs_is_not_forgotten() -> None:
    uses = Uses()
    uses.end("early", uses.begin("early", 0.0), 60.0)
    uses.end("early", uses.begin("early", 600.0), 600.1)  # after ten quiet minutes a page
    uses.end("other", uses.begin("other", 600.0), 600.1)
    assert not uses.presses("early", 601.0)
    begun = uses.begin("slow", 700.0)
    for number in range(MOST_NAMES + 5):
        uses.end(f"x{number}", uses.begin(f"x{number}", 701.0), 701.0)
    assert uses.presses("slow", 705.0)
    uses.end("slow", begun, 705.0)


def test_all_who_press_together_hold_a_part_of_the_threads(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XACTIN_WEB_THREADS", "5")
    monkeypatch.setattr(fairness, "PATIENCE", 0.0)
    settings.KNOWN_RATE = settings.STRANGER_RATE = 6000
    inside: dict[str, int] = {}

    def answered(request: HttpRequest) -> HttpResponse:
        """Account 1 holds a thread; within it others ask too."""
        request.auth = SimpleNamespace(account_id=_token(request))  # type: ignore[attr-defined]
        if request.path == "/api/v1/slow":
            inside.update({name: _ask(door, token=name) for name in "1245"})
        return HttpResponse("x")

    door = Fairness(answered)
    for name in "1245":
        _ask(door, token=name)
    monkeypatch.setattr(door._uses, "presses", lambda name: name != "account 5")
    _ask(door, "/api/v1/slow", token="1")
    assert inside == {"1": 503, "2": 503, "4": 503, "5": 200}
    assert _ask(door, token="2") == 200  # the place was given back


def test_who_asks_for_more_at_once_than_there_are_threads_waits_and_keeps_nobody_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five threads: three work for one account, three of its requests wait, and others find theirs at once."""
    monkeypatch.setenv("XACTIN_WEB_THREADS", "5")
    monkeypatch.setattr(fairness, "PATIENCE", 20.0)
    settings.KNOWN_RATE = settings.STRANGER_RATE = 6000
    inside, leave = Semaphore(0), Event()

    def answered(request: HttpRequest) -> HttpResponse:
        request.auth = SimpleNamespace(account_id=_token(request))  # type: ignore[attr-defined]
        if request.path == "/api/v1/slow":
            inside.release()
            leave.wait(20)
        return HttpResponse("x")

    door = Fairness(answered)
    for name in "12":
        _ask(door, token=name)
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(_ask, door, "/api/v1/slow", "1") for _ in range(6)]
        assert all(inside.acquire(timeout=20) for _ in range(3))
        while door._places._waiting["account 1"] < 3:
            time.sleep(0.01)
        refused = door(RequestFactory().get("/api/v1/me", headers={"Authorization": "Bearer 1"}))
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert _ask(door, token="2") == 200  # while one account has six under way
        assert not inside.acquire(blocking=False)
        leave.set()
        assert [one.result() for one in asked] == [200] * 6
    assert not door._places._held
    assert not door._places._waiting


def test_nobody_waits_for_ever() -> None:
    places = Places()
    assert places.take([("a", 1)])
    assert not places.take([("a", 1)], room=[("a", 1)], patience=0.05)
    assert not places._waiting
    places.give_back([("a", 1)])
    assert places.take([("a", 1)])


def test_the_server_has_threads_for_those_who_wait() -> None:
    assert all_threads({"XACTIN_WEB_THREADS": "5"}) == 10
    assert all_threads({}) == 2 * USUAL_THREADS


def _token(request: HttpRequest) -> str:
    return request.headers["Authorization"].split()[1]
