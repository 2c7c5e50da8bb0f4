"""Content goes by its commitments, and what proves it stays."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from xactin.ledger import clock, commands, queries
from xactin.ledger.audit import run_audit
from xactin.ledger.chains import erasing
from xactin.ledger.errors import (
    AnchorAway,
    MustBeKept,
    NothingToErase,
)
from xactin.ledger.log import anchors
from xactin.ledger.models import SystemKey
from xactin.ledger.testing import Person, sequence_all
from xactin.vault import commands as vault
from xactin.vault import rehearsal
from xactin.vault.queries import commitments_of, open_named, open_values

pytestmark = pytest.mark.django_db
SUBJECT = "case:one"


def with_value(officer: Person, subject: str = SUBJECT) -> None:
    """An act that writes a value."""
    from xactin.ledger.chains.chain import acting

    with acting(subject=subject, mandates=[officer.mandate]) as chain:
        value = vault.seal_value(subject=subject, part="form.owner", value={"name": "Nguyễn Thị Ánh"})
        said = officer.state(subject, wrote={value.part: value.commitment})
        chain.append(said, officer.sign(said), {})
        chain.write(*value.sql())


def test_one_version_is_erased_and_the_other_stays(officer: Person) -> None:
    with_value(officer)
    (first,) = commitments_of(SUBJECT)["form.owner"]
    with_value(officer)
    _, second = commitments_of(SUBJECT)["form.owner"]
    commands.erase(subject=SUBJECT, commitments=[second], by=officer, basis="x")
    assert commitments_of(SUBJECT) == {"form.owner": [first]}
    found = open_named(by="p", purpose="test", subject=SUBJECT, named={"form.owner": first})
    assert found["form.owner"][0] == {"name": "Nguyễn Thị Ánh"}
    assert open_named(by="p", purpose="test", subject=SUBJECT, named={"form.owner": second}) == {}
    sequence_all()
    assert run_audit(1) == []


def test_erasure_is_attested_and_leaves_the_audit_clean(
    officer: Person, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_value(officer)
    named = commitments_of(SUBJECT)["form.owner"]
    monkeypatch.setattr(erasing, "_holdings", defaultdict(list))
    days = [queries.entries_of(SUBJECT)[0].at + timedelta(days=1), clock.now().date()]
    told: list[object] = []

    def forget(subject: str, gone: Mapping[str, Sequence[str]]) -> list[tuple[str, tuple[object, ...]]]:
        told.append((subject, dict(gone)))
        return [("INSERT INTO ledger_systemkey (name, mandate, sealed) VALUES ('x', %s, '')", (uuid4(),))]

    erasing.register_holding("case", erasing.Holding(forget, lambda subject: days[0]))
    with pytest.raises(MustBeKept):
        commands.erase(subject=SUBJECT, commitments=named, by=officer, basis="x")
    assert open_values(by="p", purpose="test", subject=SUBJECT)
    del days[0]
    with pytest.raises(NothingToErase):
        commands.erase(subject=SUBJECT, commitments=["ab" * 32], by=officer, basis="x")
    commands.erase(subject=SUBJECT, commitments=named, by=officer, basis="91/2025/QH15")
    assert told == [(SUBJECT, {"form.owner": named})]
    assert SystemKey.objects.filter(name="x").exists()
    SystemKey.objects.filter(name="x").delete()
    assert open_values(by="p", purpose="test", subject=SUBJECT) == {}
    sequence_all()
    assert run_audit(1) == []
    assert queries.entries_of(SUBJECT)[-1].statement["act"] == "case.erase"


@pytest.mark.parametrize(("day", "refused"), [(1, False), (2, True)])
def test_a_day_until_which_something_is_kept_is_one_of_viet_nam(
    officer: Person, monkeypatch: pytest.MonkeyPatch, day: int, refused: bool
) -> None:
    """It may go from that day's midnight there, seven hours before UTC turns its leaf."""
    monkeypatch.setattr(erasing, "kept_until", lambda subject: date(2026, 12, day))
    monkeypatch.setattr(erasing.clocks, "now", lambda: datetime(2026, 11, 30, 17, 0, tzinfo=UTC))
    monkeypatch.setattr(erasing, "_erased", lambda *given: "gone")
    with pytest.raises(MustBeKept) if refused else nullcontext():
        assert commands.erase(subject=SUBJECT, commitments=[], by=officer, basis="x") == "gone"


def test_while_it_cannot_be_kept_off_this_machine_nothing_is_erased(
    officer: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is erased here and named nowhere else comes back with the next restore."""
    with_value(officer)
    named = commitments_of(SUBJECT)["form.owner"]
    monkeypatch.setenv("XACTIN_ANCHOR", str(tmp_path / "share" / "checkpoint"))  # the share is away
    with pytest.raises(AnchorAway):
        commands.erase(subject=SUBJECT, commitments=named, by=officer, basis="x")
    assert open_values(by="p", purpose="test", subject=SUBJECT)
    (tmp_path / "share").mkdir()
    with rehearsal.run(rehearsal.Course(b"s" * 32, clock.now(), True)):
        commands.erase(subject=SUBJECT, commitments=named, by=officer, basis="x")
    assert list(anchors.kept_erasures()) == []  # a rehearsal erases nothing, and says nowhere that it did
    commands.erase(subject=SUBJECT, commitments=named, by=officer, basis="x")
    assert [one.commitments for one in anchors.kept_erasures()] == [named]
    assert open_values(by="p", purpose="test", subject=SUBJECT) == {}


def test_what_is_kept_longest_counts_and_on_its_last_day_it_may_go(
    officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
    until = [at, at - timedelta(days=1)]
    monkeypatch.setattr(erasing, "_holdings", defaultdict(list))
    for one in (0, 1):
        erasing.register_holding("case", erasing.Holding(lambda *_: [], lambda _, one=one: until[one]))
    monkeypatch.setattr(erasing.clocks, "now", lambda: at - timedelta(seconds=1))
    with pytest.raises(MustBeKept):
        erasing.require_erasable(SUBJECT)
    monkeypatch.setattr(erasing.clocks, "now", lambda: at)
    erasing.require_erasable(SUBJECT)


def test_later_erasures_are_applied_again(
    officer: Person, kept: Path, django_capture_on_commit_callbacks: object
) -> None:
    with_value(officer)
    with_value(officer, "case:two")
    with_value(officer, "case:old")
    anchors.keep_erasure(SUBJECT, commitments_of(SUBJECT)["form.owner"], "91/2025/QH15")
    anchors.keep_erasure("case:gone", ["ab" * 32], "91/2025/QH15")
    with Path(f"{kept}.erasures").open("a") as out:
        # As lines were written before contents were named by commitments.
        out.write('{"subject": "case:old", "parts": ["form.owner"], "basis": "x"}\n')
        out.write('{"subject": "case:tw')  # cut off by a crash
    assert commands.erase_again() == 2
    assert open_values(by="p", purpose="test", subject="case:old") == {}
    assert open_values(by="p", purpose="test", subject=SUBJECT) == {}
    assert open_values(by="p", purpose="test", subject="case:two")
