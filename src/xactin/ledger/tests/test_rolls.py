"""The log of readings is attested some seconds behind: whatever is done to it afterwards is named."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection

from xactin.ledger import clock, jobs, rolls
from xactin.ledger.audit import audit, register_roll
from xactin.ledger.commands import shift_clock
from xactin.ledger.errors import ClaimRefused
from xactin.ledger.rolls import attest_rolls, is_within, spans_of
from xactin.ledger.testing import an_authority, sequence_all
from xactin.vault.queries import note_reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def readings() -> None:
    """Three entries over ten openings, one of them late, and one opening that waits."""
    an_authority()
    register_roll(rolls.roll_named("readings"))  # what other rooms keep stands aside in tests of the ledger
    _read(4)
    (late,) = _sql("SELECT nextval(pg_get_serial_sequence('vault_opening', 'id'))")
    _read(3)
    assert attest_rolls()["readings"] == 7
    _sql(
        "INSERT INTO vault_opening (id, who, purpose, subject, parts, at)"
        " VALUES (%s, 'p', 'late', 'case:late', '[]', now())",
        late,
    )
    _read(1)
    assert attest_rolls()["readings"] == 2
    assert attest_rolls()["readings"] == 0
    _read(1)


def _read(many: int) -> None:
    for number in range(many):
        note_reading(by="person-1", purpose="desk", subject=f"case:{number}", parts=["form.house"])


def _sql(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def test_what_was_read_is_attested_once_and_an_audit_says_what_waits(readings: None) -> None:
    sequence_all()
    report = audit(1)
    assert report.findings == []
    assert report.looked_at["readings attested"] == 9
    assert report.looked_at["readings not yet attested"] == 2  # one reading, and that of the audit itself
    chains = _sql("SELECT DISTINCT subject FROM ledger_entry WHERE subject LIKE 'readings:%%'")
    assert all(len(subject) == len("readings:2026-11-27T03") for subject in chains)


FIRST = "(SELECT id FROM vault_opening ORDER BY id LIMIT 1)"
DAMAGE: dict[str, str] = {
    "who": f"UPDATE vault_opening SET who = 'person-2' WHERE id = {FIRST}",
    "purpose": f"UPDATE vault_opening SET purpose = 'audit' WHERE id = {FIRST}",
    "subject": f"UPDATE vault_opening SET subject = 'case:9' WHERE id = {FIRST}",
    "parts": f"UPDATE vault_opening SET parts = '[]' WHERE id = {FIRST}",
    "time": f"UPDATE vault_opening SET at = at + interval '1 microsecond' WHERE id = {FIRST}",
    "number": f"UPDATE vault_opening SET id = -1 WHERE id = {FIRST}",
    "gone": f"DELETE FROM vault_opening WHERE id = {FIRST}",
    "put in before": "INSERT INTO vault_opening (id, who, purpose, subject, parts, at)"
    " VALUES (0, 'person-2', 'desk', 'case:1', '[]', now())",
}


@pytest.mark.parametrize("sql", DAMAGE.values(), ids=list(DAMAGE))
def test_a_log_of_readings_that_was_changed_is_named(readings: None, sql: str) -> None:
    sequence_all()
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if "(0," in sql:
            # Nothing with so small a number can come any more once it is some minutes old.
            shift_clock(2 * rolls.LATE)
            sequence_all()
    findings = audit(1).findings
    assert findings
    assert {one.subject.partition(":")[0] for one in findings} == {"readings"}


def test_a_reading_of_another_day_put_in_at_the_end_is_named(readings: None) -> None:
    """It is attested like any other that comes, with the time it claims."""
    _sql(
        "INSERT INTO vault_opening (who, purpose, subject, parts, at)"
        " VALUES ('person-2', 'desk', 'case:1', '[]', now() - interval '1 day')"
    )
    attest_rolls()
    sequence_all()
    (found,) = audit(1).findings
    assert "put in afterwards" in found.text


def test_attesting_goes_on_after_a_quiet_day(readings: None) -> None:
    attest_rolls()
    shift_clock(timedelta(days=1))
    assert attest_rolls()["readings"] == 0
    _read(2)
    assert attest_rolls()["readings"] == 2
    sequence_all()
    assert audit(1).findings == []


def test_many_readings_are_several_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolls, "MOST", 4)
    an_authority()
    _read(10)
    assert attest_rolls()["readings"] == 10
    sizes = [effect["n"] for effect in _effects()]
    assert sizes == [4, 4, 2]


def _effects() -> list[Any]:
    rows = _sql("SELECT effect FROM ledger_entry WHERE subject LIKE 'readings:%%' ORDER BY number")
    return [orjson.loads(bytes(row)) for row in rows]


@pytest.mark.parametrize(
    ("numbers", "spans"), [([], []), ([3], [(3, 3)]), ([1, 2, 4, 7, 8], [(1, 2), (4, 4), (7, 8)])]
)
def test_numbers_are_named_by_spans(numbers: list[int], spans: list[tuple[int, int]]) -> None:
    assert list(spans_of(numbers)) == spans
    inside: Callable[[int], bool] = lambda number: is_within(number, spans)  # noqa: E731
    assert [number for number in range(10) if inside(number)] == numbers


@pytest.fixture(autouse=True)
def moved_clock() -> Any:
    yield
    clock.forget()


def test_a_clock_that_moves_while_a_roll_is_signed_is_no_failed_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of a demo goes on by itself: what was not attested now is attested at the next round."""

    def moved() -> None:
        raise ClaimRefused

    monkeypatch.setattr(jobs, "attest_rolls", moved)
    jobs.attest(0)
