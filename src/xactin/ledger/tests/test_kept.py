"""A checkpoint kept off this machine, and an audit of a log that stands behind it."""

import json
from pathlib import Path

import pytest
from django.db import connection

from xactin.ledger import commands, queries
from xactin.ledger.audit import audit
from xactin.ledger.errors import LogBehind
from xactin.ledger.log import anchors
from xactin.ledger.models import Unsequenced
from xactin.ledger.testing import Person, sequence_all

pytestmark = pytest.mark.django_db
SUBJECT = "case:one"


class CrashedError(Exception):
    """The process died."""


def _behind(officer: Person, monkeypatch: pytest.MonkeyPatch) -> str:
    """The log after a crash between anchor and commit: what was meant still waits. Returns the kept note."""

    officer.act(SUBJECT)
    keep = anchors.keep_checkpoint

    def keeps_and_dies(promise: anchors.Promise, *, instead_of: str | None) -> None:
        keep(promise, instead_of=instead_of)
        raise CrashedError

    with monkeypatch.context() as patched:
        patched.setattr(anchors, "keep_checkpoint", keeps_and_dies)
        with pytest.raises(CrashedError):
            commands.sequence_once()
    note = anchors.kept_note()
    assert note is not None
    assert anchors.read_checkpoint(note).size == queries.log_size() + 1
    return note


def test_an_audit_between_anchor_and_commit_is_clean(
    officer: Person, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence_all()
    note = _behind(officer, monkeypatch)
    assert audit(1, checkpoint=note).findings == []
    officer.act("case:two")  # others may wait behind it
    assert audit(1).findings == []
    sequence_all()
    assert audit(1, checkpoint=note).findings == []


@pytest.mark.parametrize("batch", ["gone", "other"])
def test_entries_that_wait_are_not_those_that_were_kept(
    officer: Person, kept: Path, monkeypatch: pytest.MonkeyPatch, batch: str
) -> None:
    """An older copy in which people went on: as many entries wait as are missing, and they are others."""
    sequence_all()
    note = _behind(officer, monkeypatch)
    promised = Path(f"{kept}.batch")
    forget_waiting()
    officer.act("case:two")
    if batch == "gone":
        promised.unlink()
    else:
        waits = list(Unsequenced.objects.values_list("number", flat=True))
        promised.write_text(json.dumps(json.loads(promised.read_text("utf-8")) | {"entries": waits}))
    (found,) = audit(1).findings
    assert (found.kind, "an older copy stands here" in found.text) == ("removed", True)
    assert audit(1, checkpoint=note).findings == [found]


def test_a_sequencer_that_slept_puts_no_older_note_over_a_newer_one(officer: Person, kept: Path) -> None:
    sequence_all()
    note = anchors.kept_note()
    assert note is not None
    officer.act(SUBJECT)
    sequence_all()
    newer, promised = anchors.kept_note(), Path(f"{kept}.batch").read_text("utf-8")
    with pytest.raises(anchors.AnchorMoved):
        anchors.keep_checkpoint(anchors.Promise(note, 0, []), instead_of=note)
    assert (anchors.kept_note(), Path(f"{kept}.batch").read_text("utf-8")) == (newer, promised)


def test_a_promise_to_a_log_of_another_size_is_not_kept_here(
    officer: Person, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequence_all()
    _behind(officer, monkeypatch)
    promised = Path(f"{kept}.batch")
    told = json.loads(promised.read_text("utf-8"))
    promised.write_text(json.dumps(told | {"before": told["before"] - 1}))
    with pytest.raises(LogBehind):
        commands.sequence_once()
    promised.write_text(json.dumps(told))
    assert commands.sequence_once() == 1


def forget_waiting() -> None:
    """The database as it was before the last entries, which wait, came."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE number IN (SELECT number FROM ledger_unsequenced)")
        cursor.execute("DELETE FROM ledger_unsequenced")
        cursor.execute("DELETE FROM ledger_head WHERE subject = %s", (SUBJECT,))
