"""A log goes on after a restore, or begins anew where it lost what was published."""

from pathlib import Path

import pytest
from django.db import connection

from xactin.kernel.log.checkpoint import Checkpoint as CheckpointText
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.trust import Trust
from xactin.ledger import commands, queries
from xactin.ledger.audit import run_audit
from xactin.ledger.models import Log
from xactin.ledger.testing import Person, sequence_all
from xactin.ledger.tests.notes import read

pytestmark = pytest.mark.django_db
SUBJECT = "case:one"


def forget_since(size: int) -> None:
    """The database as it was at this size: what a backup would bring back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry FROM ledger_leaf WHERE index >= %s", (size,))
        gone = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT subject FROM ledger_entry WHERE number = ANY(%s)", (gone,))
        subjects = [row[0] for row in cursor.fetchall()]
        cursor.execute("DELETE FROM ledger_entry WHERE number = ANY(%s)", (gone,))
        cursor.execute("DELETE FROM ledger_head WHERE subject = ANY(%s)", (subjects,))
        cursor.execute("DELETE FROM ledger_leaf WHERE index >= %s", (size,))
        cursor.execute("DELETE FROM ledger_checkpoint WHERE size > %s", (size,))
        cursor.execute("UPDATE ledger_tile SET hashes = substr(hashes, 1, %s)", (32 * size,))
        cursor.execute("UPDATE ledger_log SET size = %s", (size,))


@pytest.mark.usefixtures("as_owner")
def test_a_restored_log_goes_on_when_nothing_was_published_since(officer: Person, kept: Path) -> None:
    officer.act(SUBJECT)
    sequence_all()
    settled = commands.settle_after_restore(kept.read_text("utf-8"))
    assert settled.continues
    assert settled.size == queries.log_size()
    assert commands.settle_after_restore(None).continues  # the anchor is asked


@pytest.mark.usefixtures("as_owner")
def test_a_restored_log_that_lost_entries_begins_anew(officer: Person, kept: Path) -> None:
    before = queries.authority()
    sequence_all()
    officer.act(SUBJECT)
    sequence_all()
    old = kept.read_text("utf-8")
    forget_since(read(old).size - 1)
    settled = commands.settle_after_restore(old)
    assert not settled.continues
    assert "were published" in settled.reason
    info = queries.authority()
    assert info.origin == settled.origin != before.origin
    assert info.verifier_key != before.verifier_key
    officer.act(SUBJECT)
    sequence_all()
    assert read(queries.checkpoint_note()).origin == info.origin
    assert run_audit(1) == []
    assert queries.entries_of("authority:H44")[-1].effect["continues"] == old
    verdict = verify_bundle(queries.bundle(subject=SUBJECT), Trust((info.log_key,)))
    assert verdict.valid, verdict.problems
    assert not verify_bundle(queries.bundle(subject=SUBJECT), Trust((before.log_key,))).valid


@pytest.mark.parametrize("note", [None, "no note", "other\n1\nAAAA\n\n— other AAAAAAAA\n"])
@pytest.mark.usefixtures("as_owner")
def test_without_a_note_of_ours_the_log_begins_anew(officer: Person, note: str | None) -> None:
    sequence_all()
    assert not commands.settle_after_restore(note).continues
    sequence_all()
    assert run_audit(1) == []


@pytest.mark.usefixtures("as_owner")
def test_a_note_over_other_entries_begins_the_log_anew(officer: Person) -> None:
    from xactin.kernel.log.checkpoint import sign_note
    from xactin.ledger.log.signing_key import opened_log_key

    sequence_all()
    log = Log.objects.get()
    key = opened_log_key(bytes(log.sealed), log.origin)
    forged = sign_note(CheckpointText(log.origin, 2, bytes(32)).text, log.origin, key)
    assert commands.settle_after_restore(forged).reason == "the kept checkpoint is over other entries"
