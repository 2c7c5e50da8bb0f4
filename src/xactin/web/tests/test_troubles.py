"""A job that failed twice is somebody's: told, shown on the dossier and in /health, gone once it is done."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client

from xactin.cases import jobs
from xactin.cases.dossiers import commands
from xactin.cases.models import Timer
from xactin.cases.testing import PERMIT, apply, province_with
from xactin.identity.models import Account, Holding
from xactin.identity.testing import small_province
from xactin.ledger.clock import now
from xactin.notices.commands import handle, try_again
from xactin.notices.models import Notice
from xactin.notices.queries import matter_of, troubles
from xactin.web.launcher.worker import _making_up
from xactin.web.status.troubles import announce

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


def on_schedule(task: str) -> None:
    """A run of a periodic task that failed, as the queue leaves it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts, priority)"
            " VALUES ('punctual', %s, '{\"timestamp\": 1764216000}', 'failed', 1, 0)",
            (task,),
        )


def test_what_runs_on_schedule_is_told_too_once_a_task_until_a_run_goes_well(client: Client) -> None:
    small_province()
    on_schedule("cases.timers")
    assert troubles() == []
    for _ in range(3):
        on_schedule("cases.timers")
    (found,) = troubles()
    assert (found.task, found.attempts) == ("cases.timers", 4)
    assert not client.get("/health").json()["parts"]["jobs"]["ok"]
    assert announce() > 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET queueing_lock = task_name WHERE id = %s", (found.job,))
    jobs.timers.configure(queueing_lock="cases.timers").defer(timestamp=2)
    try_again(found.job)  # the next run waits already
    context = SimpleNamespace(job=SimpleNamespace(task_name="cases.timers", task_kwargs={"timestamp": 1}))
    assert _making_up(lambda: "done", context, None) == "done"  # type: ignore[arg-type]
    assert troubles() == []


def test_one_dossier_for_which_time_does_not_pass_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    province_with(PERMIT)
    bad, good = apply(), apply()
    for case, days in ((bad, 2), (good, 1)):
        Timer.objects.create(case=case, at=now() - timedelta(days=days))
    ticked: list[UUID] = []

    def tick(*, case: UUID) -> None:
        ticked.append(case)
        if case == bad.pk:
            raise ValueError("no such day")

    monkeypatch.setattr(commands, "tick", tick)
    jobs.timers(0)
    jobs.timers(0)
    assert ticked == [bad.pk, good.pk, good.pk], "the one that failed is tried again by itself"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET attempts = 2 WHERE queueing_lock = %s", (f"case.tick:{bad.pk}",)
        )
        assert cursor.rowcount == 1
    (found,) = troubles()
    assert bad.number in matter_of(found).vi
    assert found.event is not None
    with pytest.raises(ValueError, match="no such day"):
        handle(found.event)
