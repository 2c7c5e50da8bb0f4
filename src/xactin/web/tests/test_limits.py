"""What a stranger may take: bodies that trickle, JSON that swells, pages that stay on shared computers."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client, RequestFactory
from psycopg import sql

from xactin.cases.errors import Invalid
from xactin.web import api
from xactin.web.launcher.data_folder import DataFolder, default_data_folder
from xactin.web.limits import bodies
from xactin.web.limits.bodies import Bodies, Body, TooSlow, Waiting


class Trickle:
    """A client that sends what it has and then nothing more, until it is let go."""

    def __init__(self, content: bytes) -> None:
        self._content, self.gone = content, threading.Event()

    def read(self, size: int) -> bytes:
        found, self._content = self._content[:size], self._content[size:]
        if not found:
            self.gone.wait(10)
        return found


@pytest.fixture
def trickle() -> Iterator[Trickle]:
    made = Trickle(b"x" * 1000)
    yield made
    made.gone.set()


def test_a_body_in_good_time_is_read_whole() -> None:
    source = Trickle(b"y" * 50_000)
    source.gone.set()
    assert Body(source).read(50_000) == b"y" * 50_000


def test_a_body_that_trickles_is_not_waited_for(trickle: Trickle) -> None:
    body = Body(trickle, grace=2.0, slowest=1_000_000)
    assert body.read(1000) == b"x" * 1000
    with pytest.raises(TooSlow):
        body.read(1000)
    with pytest.raises(TooSlow):
        body.read(1)


def test_of_many_bodies_that_are_waited_for_the_slowest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "AT_ONCE", 0.2)
    waiting = Waiting(2)
    lines = [Trickle(b"x" * sent) for sent in (100, 5000, 4000)]
    slow, *quick = [Body(line, waiting=waiting, length=9000) for line in lines]
    for body, line in ((slow, 100), (quick[0], 5000), (quick[1], 4000)):
        assert len(body.read(line)) == line
    begun = time.monotonic()
    with pytest.raises(TooSlow):
        slow.read(1000)
    assert time.monotonic() - begun < 3
    assert not any(waiting.gives_way(body) for body in quick)
    whole = Body(Trickle(b"y"), waiting=waiting, length=1)
    assert whole.read(1) == b"y"
    assert not any(waiting.gives_way(body) for body in quick)  # who has come is in nobody's way
    for line in lines:
        line.gone.set()


def test_the_site_answers_408_and_goes_on(trickle: Trickle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Body.__init__, "__kwdefaults__", {"grace": 2.0, "slowest": 1_000_000})
    told: list[str] = []

    def site(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        try:
            environ["wsgi.input"].read(5000)
        except OSError:
            start_response("500 Fault", [])
            return [b"fault"]
        raise AssertionError

    environ = {"CONTENT_LENGTH": "5000", "wsgi.input": trickle}
    answer = b"".join(Bodies(site)(environ, lambda status, headers: told.append(status)))
    assert told == ["408 Request Timeout"]
    assert answer != b"fault"


@pytest.mark.django_db
def test_json_of_many_values_is_refused_before_it_costs_anything(client: Client) -> None:
    body = {f"k{n}": n for n in range(api.MOST_VALUES + 1)}
    answer = client.post("/api/v1/cases", body, content_type="application/json", headers=_token())
    assert answer.status_code == 400


@pytest.mark.django_db
def test_at_most_fifty_faults_are_told(client: Client) -> None:
    body = {"procedure": "1.001193", "data": {}, "documents": [{}] * 60}
    answer = client.post("/api/v1/cases", body, content_type="application/json", headers=_token())
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == api.MOST_FAULTS
    refused = api._refused(RequestFactory().get("/"), Invalid({f"/k{n}": "?" for n in range(500)}))
    assert len(json.loads(refused.content)["facts"]["errors"]) == api.MOST_FAULTS


@pytest.mark.django_db
def test_what_may_be_personal_is_not_stored(client: Client) -> None:
    token = _token()
    assert "no-store" not in client.get("/verify/").headers.get("Cache-Control", "")
    assert client.get("/api/v1/me", headers=token)["Cache-Control"] == "no-store"
    client.cookies["sessionid"] = "somebody"
    assert "no-store" in client.get("/procedures/")["Cache-Control"]


@pytest.mark.django_db
def test_what_people_wrote_does_not_stand_in_the_database_s_log() -> None:
    log = DataFolder(default_data_folder()).logs / "postgres.log"
    if not log.is_file():
        pytest.skip("the suite runs on a server of its own, whose log is not ours")
    secret = "Nguyễn-Thị-Riêng-Tư"
    before = log.read_text("utf-8")
    raw = connection.connection
    for statement in ("SELECT {}::uuid", "SELECT 1 / length({}) WHERE {} = 'x'::int::text", "nonsense {}"):
        with pytest.raises(psycopg.Error), raw.transaction():
            raw.execute(sql.SQL(statement).format(*[sql.Literal(secret)] * statement.count("{}")))
    with pytest.raises(psycopg.Error), raw.transaction():
        raw.execute("SELECT %s::uuid", (secret,))
    assert secret not in log.read_text("utf-8").removeprefix(before)


def _token() -> dict[str, str]:
    from xactin.identity.commands import create_token
    from xactin.identity.models import Account
    from xactin.identity.testing import small_province

    small_province()
    return {"Authorization": f"Bearer {create_token(Account.objects.get(username='congdan1'))}"}
