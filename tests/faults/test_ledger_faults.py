"""A crash at any point of a sequencer's round, the database's end of a connection, a full anchor."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from xactin.ledger import commands, queries
from xactin.ledger.audit import run_audit
from xactin.ledger.chain import acting
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import Person, a_person, an_authority, folds_aside, sequence_all

pytestmark = pytest.mark.django_db(transaction=True)
SUBJECT = "case:one"


@pytest.fixture
def officer() -> Person:
    an_authority()
    return a_person()


def url() -> str:
    """The address of the suite's own database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_no_crash_makes_the_log_contradict_itself(officer: Person) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.ledger_crashes"],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "DATABASE_URL": url(),
            "XACTIN_DATA": str(settings.XACTIN_DATA),
            "DJANGO_SETTINGS_MODULE": "xactin.web.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.rpartition("crashes: ")[2]) > 20


def end_backend(pid: int) -> None:
    """What a restart of the database does to one connection."""
    with psycopg.connect(url(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def test_a_connection_that_ends_in_an_act_undoes_it_and_the_next_act_works(officer: Person) -> None:
    def cut() -> None:
        with acting(subject=SUBJECT, mandates=[officer.mandate]) as chain:
            end_backend(connection.connection.info.backend_pid)
            said = officer.state(SUBJECT)
            chain.append(said, officer.sign(said), {})

    with pytest.raises(OperationalError):
        cut()
    connection.close()  # as Django does at the end of a request
    assert entries_of(SUBJECT) == []
    assert officer.act(SUBJECT).seq == 0


def test_an_interrupt_in_the_middle_of_an_answer_closes_the_connection(
    officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xactin.ledger import pipeline

    def interrupted(self: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pipeline._Batch, "receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            officer.act(SUBJECT)
    connection.close()
    assert entries_of(SUBJECT) == []
    assert officer.act(SUBJECT).seq == 0


def test_other_threads_work_while_an_act_waits_for_its_commit(officer: Person) -> None:
    """The wait for the database holds no lock of Python's."""
    ticks, stop = [0], threading.Event()

    def tick() -> None:
        while not stop.is_set():
            ticks[0] += 1

    thread = threading.Thread(target=tick)
    with acting(
        subject=SUBJECT, mandates=[officer.mandate], reads=[("SELECT pg_backend_pid()", None)]
    ) as chain:
        chain.write("SELECT pg_sleep(0.3)")
        thread.start()
    stop.set()
    thread.join()
    assert ticks[0] > 1000


def test_an_anchor_that_cannot_be_written_stops_the_sequencer_after_its_commit(
    officer: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The log is right; who keeps it going learns that nothing is kept off the machine any more."""
    monkeypatch.setenv("XACTIN_ANCHOR", str(tmp_path / "gone" / "checkpoint"))
    officer.act(SUBJECT)
    with pytest.raises(FileNotFoundError):
        commands.sequence_once()
    assert queries.waiting() == 0
    (tmp_path / "gone").mkdir()
    officer.act(SUBJECT)
    sequence_all()
    assert (tmp_path / "gone" / "checkpoint").read_text("utf-8") == queries.checkpoint_note()


def test_the_audit_on_many_cores_finds_what_one_core_finds(
    officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xactin.ledger.audit import running

    monkeypatch.setattr(running, "FEW", 0)
    monkeypatch.setattr(running, "SUBJECTS", 2)
    for number in range(6):
        officer.act(f"note:{number}")
    sequence_all()
    with folds_aside():
        assert run_audit(1) == []
        with connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_entry SET effect = '{\"a\":1}' WHERE subject = 'note:3'")
        alone = run_audit(1)
    many = [one for one in run_audit(2) if one.subject.startswith("note:")]
    assert many == alone
    assert [one.kind for one in many] == ["place"]
