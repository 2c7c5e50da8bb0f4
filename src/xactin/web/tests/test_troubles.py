"""A job that failed twice is somebody's: told, shown on the dossier and in /health, gone once it is done."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from xactin.identity.models import Account, Holding
from xactin.identity.testing import small_province
from xactin.notices.models import Notice
from xactin.notices.queries import troubles
from xactin.web.troubles import announce

pytestmark = pytest.mark.django_db


def failing(attempts: int, status: str = "todo", case: str = "") -> int:
    """A job of the outbox that failed so often; the queue's own columns, as its functions leave them."""
    event = {
        "id": 7,
        "topic": "case.service",
        "created": "2026-11-24T02:30:00+00:00",
        "body": {"case": case or str(uuid4()), "token": "t"},
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts, scheduled_at, priority)"
            " VALUES ('default', 'notices.handle', %s::jsonb, %s::procrastinate_job_status, %s, now() + '1 hour', 0)"
            " RETURNING id",
            (json.dumps({"events": [event]}), status, attempts),
        )
        return int(cursor.fetchone()[0])


def test_one_failure_is_no_trouble_and_two_are(client: Client) -> None:
    failing(1)
    assert client.get("/health").json()["parts"]["jobs"]["ok"]
    failing(2)
    answer = client.get("/health")
    told = answer.json()["parts"]["jobs"]
    assert (answer.status_code, told["waiting"]) == (503, 1)
    assert "1 failed twice or more, the oldest since" in told["detail"]


def test_the_post_that_looks_after_it_is_told_once_and_tries_again(client: Client) -> None:
    small_province()
    job = failing(3)
    assert announce() > 0
    assert announce() == 0
    keeper = Holding.objects.filter(post__duties__contains=["agencies.manage"]).first()
    assert keeper is not None
    assert Notice.objects.filter(person=keeper.person, topic="job.trouble", event=job).exists()
    client.force_login(Account.objects.get(person=keeper.person))
    assert "Thử lại ngay" in client.get("/desk/troubles/").content.decode()
    client.post(f"/desk/troubles/{job}/again/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at FROM procrastinate_jobs WHERE id = %s", (job,))
        assert cursor.fetchone() == (None,)
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", (job,))
    assert troubles() == []


def test_a_job_given_up_is_taken_up_again_and_others_may_not(client: Client) -> None:
    small_province()
    job = failing(10, "failed")
    citizen: Any = Account.objects.exclude(person__in=Holding.objects.values("person")).first()
    if citizen is not None:
        client.force_login(citizen)
        assert client.get("/desk/troubles/").status_code == 403
    keeper = Holding.objects.filter(post__duties__contains=["agencies.manage"]).first()
    assert keeper is not None
    client.force_login(Account.objects.get(person=keeper.person))
    client.post(f"/desk/troubles/{job}/again/")
    (found,) = troubles()
    assert found.next_at is not None
