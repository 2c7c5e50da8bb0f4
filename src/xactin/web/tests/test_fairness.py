"""Whoever presses is stopped; whoever was let in goes on, from the same address too. No database."""

from types import SimpleNamespace

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from xactin.web.fairness import MOST_KEPT, Buckets, Fairness

OFFICE = "203.0.113.5"


@pytest.fixture
def door(settings: Settings) -> Fairness:
    """Four requests at once for a stranger, eight for somebody known; the token `good` is let in."""
    settings.STRANGER_RATE, settings.KNOWN_RATE = 8, 16

    def answered(request: HttpRequest) -> HttpResponse:
        if request.headers.get("Authorization") == "Bearer good":
            request.auth = SimpleNamespace(name="somebody")  # type: ignore[attr-defined]
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
