"""The site's own doors answer, in the language chosen, and tell no secrets."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from xactin.identity.testing import small_province
from xactin.web.status import health

pytestmark = pytest.mark.django_db


def test_health_names_each_part(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["parts"]["worker"]["detail"] == "no worker works", "though nothing waits"
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    answer = client.get("/health")
    assert answer.status_code == 200, answer.content
    assert {"database", "files", "worker", "queue", "outbox", "log"} <= set(answer.json()["parts"])


def test_health_tells_of_an_entry_that_waits_for_the_log(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XACTIN_ANCHOR", "/share/note")
    monkeypatch.setattr(health, "LONGEST_WAIT", 24 * 3600.0)
    small_province()
    assert client.get("/health").json()["parts"]["log"]["ok"]
    monkeypatch.setattr(health, "LONGEST_WAIT", 0.0)
    told = client.get("/health").json()["parts"]["log"]
    assert not told["ok"]
    assert "XACTIN_ANCHOR" in told["detail"]


def test_health_tells_strangers_what_is_well_and_no_more(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    answer = client.get("/health", REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "parts": {name: {"ok": True} for name in health.QUESTIONS}}
    assert "detail" in client.get("/health", REMOTE_ADDR="127.0.0.1").json()["parts"]["roles"]


def test_health_asked_a_thousand_times_looks_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HEALTH_SECONDS, looked = 60.0, []
    monkeypatch.setattr(health, "_seen", [])
    monkeypatch.setattr(health, "QUESTIONS", {"one": lambda: looked.append(1) or health.Part("one", True)})
    assert [len(health.look()) for _time in range(1000)] == [1] * 1000
    assert looked == [1]


def test_metrics_speak_prometheus(client: Client) -> None:
    text = client.get("/metrics").content.decode()
    assert 'xactin_part_up{part="database"} 1\n' in text
    assert text.count("# TYPE") == text.count("# HELP") == 4


def test_metrics_are_not_for_the_public(client: Client, settings: Any) -> None:
    def code(**meta: str) -> int:
        return client.get("/metrics", **meta).status_code  # type: ignore[arg-type]

    assert code(REMOTE_ADDR="203.0.113.9") == 403
    assert code(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9") == 403
    settings.METRICS_TOKEN = "of-the-scraper"
    assert code(REMOTE_ADDR="127.0.0.1") == 403
    assert code(REMOTE_ADDR="127.0.0.1", HTTP_AUTHORIZATION="Bearer of-the-scrapes") == 403
    assert code(REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer of-the-scraper") == 200


def test_pages_lead_to_localhost_and_programs_do_not(client: Client) -> None:
    page = client.get("/nothing/?a=1", headers={"host": "127.0.0.1:8000"})
    assert (page.status_code, page["Location"]) == (307, "http://localhost:8000/nothing/?a=1")
    assert client.get("/health", headers={"host": "127.0.0.1:8000"}).status_code in (200, 503)
    assert (
        client.get("/api/v1/openapi.json", headers={"host": "127.0.0.1:8000"})
        .json()["openapi"]
        .startswith("3.1")
    )


def test_nothing_inline_may_run(client: Client) -> None:
    policy = client.get("/health")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_missing_page_in_the_chosen_language(client: Client) -> None:
    assert "Không tìm thấy" in client.get("/nothing/", headers={"accept-language": "en"}).content.decode()
    client.cookies["xactin_language"] = "en"
    assert "Not found" in client.get("/nothing/").content.decode()


def test_api_errors_are_problem_documents(client: Client) -> None:
    answer = client.get("/api/v1/nothing", headers={"accept-language": "en-GB"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["title"] == "Not found"


def test_a_request_beyond_the_limit_is_refused_before_it_is_read(client: Client) -> None:
    answer = client.generic("POST", "/api/v1/files", b"", CONTENT_LENGTH=str(10**10))
    assert answer.status_code == 413


def test_who_this_authority_is(client: Client) -> None:
    from xactin.identity.commands import found_authority
    from xactin.ledger.queries import authority

    found_authority(
        code="H44",
        name_vi="Tỉnh thử",
        name_en="Province of Trial",
        username="quantri1",
        full_name="A",
        password=None,
        demo=True,
    )
    for language, shown, other in (("vi", "Tỉnh thử", "Trial"), ("en", "Province of Trial", "Tỉnh thử")):
        client.cookies["xactin_language"] = language
        page = client.get("/accounts/login/").content.decode()
        assert (page.count(shown), other in page) == (3, False), "in the title, the head and the foot"
    told = client.get("/.well-known/xactin.json").json()
    assert (told["authority"], told["demo"], told["log_key"]) == ("H44", True, authority().verifier_key)
    assert told["doors"]["log"].endswith("/log/H44/")
    assert isinstance(told["agencies"], list)
