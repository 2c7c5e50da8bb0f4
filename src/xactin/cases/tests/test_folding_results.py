"""The audit names each kind of change in the rows of results, their files, and procedures."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from xactin.cases.results.commands import revoke
from xactin.cases.tests.folded import Dossiers, found, sql
from xactin.identity.queries import actor_for
from xactin.ledger.audit import Finding, run_audit

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Dossiers]:
    """Made once; what a test does to it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield Dossiers()
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("sha256 = repeat('0', 64)", "sha256"),
        ("number = '99/GPXD'", "number"),
        ("code = 'AAAA-BBBB'", "code"),
        ("issued_at = issued_at - interval '1 day'", "issued_at"),
        ("revoked_at = issued_at", "revoked_at"),
        ("file = gen_random_uuid()", "file"),
    ],
)
def test_a_changed_result(world: Dossiers, change: str, named: str) -> None:
    sql(f"UPDATE cases_result SET {change} WHERE case_id = %s", world.done.pk)
    assert any(named in text for text in found(world.done))


def test_a_removed_result(world: Dossiers) -> None:
    sql("DELETE FROM cases_result WHERE case_id = %s", world.done.pk)
    assert found(world.done) == ["result: its row is gone"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("files = jsonb_set(files, '{result.typ}', '\"= Giấy giả\"')", "files"),
        ("in_force_until = '2030-01-01'", "row"),
        ("version = '2020-01'", "row"),
        ("digest = repeat('0', 64)", "nobody published"),
    ],
)
def test_a_changed_procedure(world: Dossiers, change: str, named: str) -> None:
    sql(f"UPDATE cases_procedureversion SET {change} WHERE code = '1.013225'")
    findings = [one for one in run_audit(1) if one.subject == "procedure:1.013225"]
    assert any(named in one.text for one in findings)
    assert {one.kind for one in findings} == {"table"}


def test_a_changed_limit(world: Dossiers) -> None:
    sql("UPDATE cases_authoritylimit SET duration = '{\"working_day\": 2}'")
    assert run_audit(1) == [
        Finding("table", "procedure:1.013225", "limit consult_land: its row says other than the entries")
    ]


@pytest.mark.parametrize("change", ["revoked_at = NULL", "revoked_reason = 'Lý do khác'"])
def test_a_revocation_that_was_undone(world: Dossiers, change: str) -> None:
    revoke(by=actor_for("chutich1"), case=world.done.pk, reason="Cấp sai thẩm quyền")
    assert run_audit(1) == []
    sql(f"UPDATE cases_result SET {change} WHERE case_id = %s", world.done.pk)
    (text,) = found(world.done)
    assert change.split()[0] in text


def test_a_timer_and_a_result_that_no_entry_knows(world: Dossiers) -> None:
    sql("INSERT INTO cases_timer (case_id, at) VALUES (%s, now())", world.refused.pk)
    assert found(world.refused) == ["timer: the row says other than the entries"]
    sql(
        "INSERT INTO cases_result (id, case_id, code, number, file, sha256, revoked_reason)"
        " VALUES (gen_random_uuid(), %s, 'C', '1', gen_random_uuid(), repeat('0', 64), '')",
        world.refused.pk,
    )
    assert "result: a file that no entry issued" in found(world.refused)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("commitment = sha256(commitment)", "the payload is gone"),
        ("sealed = sealed || '\\x00'", "the payload is changed"),
        ("sealed = NULL, erased = now()", "it was erased without attestation"),
        ("address = repeat('0', 64)", "the payload is gone"),
    ],
)
def test_a_changed_file_row_of_a_result(world: Dossiers, change: str, text: str) -> None:
    """Whatever becomes of the file, the result's other columns are still compared."""
    sql(
        f"UPDATE vault_file SET {change} WHERE id = (SELECT file FROM cases_result WHERE case_id = %s)",
        world.done.pk,
    )
    sql("UPDATE cases_result SET revoked_at = issued_at WHERE case_id = %s", world.done.pk)
    texts = [one.text for one in run_audit(1) if one.subject == f"case:{world.done.pk}"]
    assert any(text in one for one in texts)
    assert "result: revoked_at other than the entries say" in texts


def test_a_result_that_points_to_another_file_of_its_dossier(world: Dossiers) -> None:
    sql(
        "UPDATE cases_result r SET file = b.file_id FROM vault_binding b WHERE r.case_id = %s"
        " AND b.subject = 'case:' || r.case_id AND b.part = 'result.draft'",
        world.done.pk,
    )
    assert found(world.done) == ["result: file or sha256 is not that of the issued one"]
