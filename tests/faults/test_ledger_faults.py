"""A crash at any point of a sequencer's round, the database's end of a connection, a full anchor."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection

from xactin.kernel.log.checkpoint import Checkpoint
from xactin.ledger import commands, queries
from xactin.ledger.audit import run_audit
from xactin.ledger.chains.chain import acting
from xactin.ledger.errors import AnchorAway, LogBehind
from xactin.ledger.log import anchors
from xactin.ledger.models import Entry
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
def test_no_crash_makes_the_log_contradict_itself(officer: Person, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.ledger_crashes"],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "DATABASE_URL": url(),
            "XACTIN_DATA": str(settings.XACTIN_DATA),
            "XACTIN_ANCHOR": str(tmp_path / "checkpoint"),
            "DJANGO_SETTINGS_MODULE": "xactin.web.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.rpartition("crashes: ")[2]) > 20


def clean() -> None:
    """The ledger by itself is sound; the subjects here belong to no room."""
    with folds_aside():
        assert run_audit(1) == []


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
    from xactin.ledger.chains import pipeline

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


def test_while_the_anchor_cannot_be_written_nothing_is_published(
    officer: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Acts go on; what nobody off this machine could hold against us is not yet published."""
    sequence_all()
    monkeypatch.setenv("XACTIN_ANCHOR", str(tmp_path / "gone" / "checkpoint"))
    officer.act(SUBJECT)
    before = queries.checkpoint_note()
    with pytest.raises(AnchorAway):
        commands.sequence_once()
    assert (queries.waiting(), queries.checkpoint_note()) == (1, before)
    (tmp_path / "gone").mkdir()
    sequence_all()
    assert queries.waiting() == 0
    assert (tmp_path / "gone" / "checkpoint").read_text("utf-8") == queries.checkpoint_note()


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], Checkpoint]:
    """A round that ends between keeping the checkpoint and its commit; returns what was kept."""
    monkeypatch.setenv("XACTIN_ANCHOR", str(tmp_path / "checkpoint"))

    def crashed() -> Checkpoint:
        keep = anchors.keep_checkpoint

        def then_die(*given: Any, **named: Any) -> None:
            keep(*given, **named)
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(anchors, "keep_checkpoint", then_die)
            with pytest.raises(KeyboardInterrupt):
                commands.sequence_once()
        kept = anchors.kept_checkpoint()
        assert kept is not None
        assert kept.size > queries.log_size()
        return kept

    return crashed


def test_a_kept_checkpoint_is_made_again_though_an_earlier_entry_came_late(
    officer: Person, crash: Callable[[], Checkpoint]
) -> None:
    """The late one drew its number first and committed last: taken by number it would change the batch."""
    sequence_all()

    def slow() -> None:
        with acting(subject="case:slow", mandates=[officer.mandate]) as chain:
            said = officer.state("case:slow")
            chain.append(said, officer.sign(said), {})
            chain.write("SELECT pg_sleep(1.5)")
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    time.sleep(0.5)
    officer.act(SUBJECT)
    kept = crash()
    thread.join()
    late, early = (Entry.objects.get(subject=one).number for one in ("case:slow", SUBJECT))
    assert late < early, "the race that this test is about did not happen"
    assert commands.sequence_once() == 1
    assert anchors.read_checkpoint(queries.checkpoint_note()) == kept
    sequence_all()
    assert queries.waiting() == 0
    clean()


@pytest.mark.usefixtures("as_owner")
def test_a_restore_goes_on_where_the_kept_batch_came_back(
    officer: Person, crash: Callable[[], Checkpoint]
) -> None:
    sequence_all()
    officer.act(SUBJECT)
    kept = crash()
    settled = commands.settle_after_restore(None)
    assert settled.continues, settled.reason
    assert anchors.read_checkpoint(queries.checkpoint_note()) == kept
    clean()


@pytest.mark.usefixtures("as_owner")
def test_a_restore_begins_anew_where_the_kept_batch_did_not_come_back(
    officer: Person, crash: Callable[[], Checkpoint]
) -> None:
    """Whether it was published nobody can tell: the safe way is taken."""
    sequence_all()
    origin = queries.authority().origin
    officer.act(SUBJECT)
    kept = crash()
    with connection.cursor() as cursor:
        for table in ("ledger_unsequenced", "ledger_entry"):
            cursor.execute(f"DELETE FROM {table} WHERE number = (SELECT max(number) FROM ledger_entry)")
        cursor.execute("DELETE FROM ledger_head WHERE subject = %s", (SUBJECT,))
    officer.act("case:other")
    with pytest.raises(LogBehind):
        commands.sequence_once()
    assert queries.log_size() == kept.size - 1
    settled = commands.settle_after_restore(None)
    assert not settled.continues
    assert settled.origin != origin
    sequence_all()
    clean()


def test_a_sequencer_that_slept_puts_no_older_note_over_a_newer_one(
    officer: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XACTIN_ANCHOR", str(tmp_path / "checkpoint"))
    sequence_all()
    officer.act(SUBJECT)
    keep = anchors.keep_checkpoint

    def overslept(*given: Any, **named: Any) -> None:
        anchors._put(tmp_path / "checkpoint", "by another\n")
        keep(*given, **named)

    size = queries.log_size()
    with monkeypatch.context() as patched:
        patched.setattr(anchors, "keep_checkpoint", overslept)
        assert commands.sequence_once() == 0
    assert (tmp_path / "checkpoint").read_text("utf-8") == "by another\n"
    assert queries.log_size() == size


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
