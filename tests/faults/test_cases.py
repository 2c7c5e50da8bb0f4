"""SIGKILL in the middle of an act or of a service: what was not committed is nothing, what was is there once."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.db import connection

from xactin.cases import testing
from xactin.cases.dossiers import commands
from xactin.cases.dossiers.services import run_service
from xactin.cases.errors import TaskGone
from xactin.cases.models import Case, OpenTask
from xactin.identity.queries import actor_for
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all
from xactin.vault import queries as vault

pytestmark = pytest.mark.django_db(transaction=True)


def killed(where: str, case: Case, token: str) -> None:
    """A process does its work so far and is killed there."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.faults.case_crashes", where, str(case.pk), token],
        env={**os.environ, "DATABASE_URL": address.geturl(), "DJANGO_SETTINGS_MODULE": "xactin.web.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "here\n"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def acts(case: Case) -> list[str]:
    return [row.statement["act"] for row in ledger.entries_of(f"case:{case.pk}")]


def clean() -> None:
    sequence_all()
    assert run_audit(1) == []


@pytest.fixture
def case() -> Case:
    testing.province_with(testing.PERMIT)
    return testing.apply()


def to_draft(case: Case) -> str:
    """To where the draft is drawn up; its token."""
    testing.do(case, "receive", "accept")
    testing.do(case, "review", "consult")
    for node in ("consult_land", "consult_infrastructure", "consult_environment"):
        testing.do(case, node, "agree", {"opinion": "Đồng ý"})
    testing.do(case, "appraise", "submit")
    return testing.open_task(case, "draft_result").token


def test_killed_before_the_commit_nothing_was_done_and_another_may(case: Case) -> None:
    killed("act-signing", case, testing.open_task(case, "receive").token)
    assert acts(case) == ["case.submit"]
    assert testing.open_task(case, "receive")
    clean()
    testing.do(case, "receive", "accept")
    assert acts(case) == ["case.submit", "case.receive.accept"]
    clean()


def test_killed_after_the_commit_it_is_done_and_the_next_is_told(case: Case) -> None:
    token = testing.open_task(case, "receive").token
    killed("act-committed", case, token)
    assert acts(case) == ["case.submit", "case.receive.accept"]
    clean()
    with pytest.raises(OpenTask.DoesNotExist):
        testing.do(case, "receive", "accept")
    with pytest.raises(TaskGone):
        commands.act(by=actor_for("motcua1"), case=case.pk, task=token, act="accept")
    assert len(acts(case)) == 2


def test_a_service_killed_half_way_is_done_by_the_next_run_once(case: Case) -> None:
    token = to_draft(case)
    killed("service-stored", case, token)
    assert "case.draft_result" not in acts(case)
    # What it stored is an upload nobody uses, swept after a week; the case has no part of it.
    assert vault.files(subject=f"case:{case.pk}", parts=["result.draft"]) == []
    clean()
    assert run_service(case=case.pk, token=token) is not None
    assert acts(case).count("case.draft_result") == 1
    clean()


def test_a_service_killed_after_its_act_is_not_done_again(case: Case) -> None:
    token = to_draft(case)
    killed("service-committed", case, token)
    assert run_service(case=case.pk, token=token) is None
    assert acts(case).count("case.draft_result") == 1
    testing.do(case, "approve", "approve")
    testing.do(case, "issue", "issue")
    testing.serve(case, "seal_result")
    clean()
