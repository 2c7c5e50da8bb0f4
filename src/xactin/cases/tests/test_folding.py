"""The audit names each kind of change in what is derived of dossiers."""

from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest
from django.db import connection, transaction

from xactin.cases import jobs, testing
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import queries
from xactin.cases.models import Case, OpenTask
from xactin.cases.procedures import queries as catalogue
from xactin.cases.tests.asking import Asker
from xactin.cases.tests.folded import Dossiers, found, sql
from xactin.cases.web.timeline import act_title, timeline
from xactin.identity.queries import actor_for
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.ledger import clock
from xactin.ledger import commands as ledger
from xactin.ledger.audit import Finding, run_audit
from xactin.ledger.testing import a_person, sequence_all

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Dossiers]:
    """Made once; what a test does to it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield Dossiers()
        transaction.set_rollback(True)


def test_all_is_clean_before(world: Dossiers) -> None:
    assert run_audit(1) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("phase = 'refused'", "phase"),
        ("national_state = 10", "national_state"),
        ("due_at = due_at + interval '1 day'", "due_at"),
        ("number = 'H44.100-260101-0001'", "number"),
        ("fee = fee - 1", "fee"),
        ("received_at = received_at - interval '1 hour'", "received_at"),
        ("submitted_at = submitted_at - interval '1 hour'", "submitted_at"),
        ("finished_at = submitted_at", "finished_at"),
        ("applicant_name = 'Người khác'", "words"),
        ("words = words || 'bi:1B'::tsvector", "words"),
        ("words = ts_filter(words, '{a,b}')", "words"),
        ("late_at = late_at + interval '1 day'", "late_at"),
        ("owner_name = 'Người khác'", "owner_name"),
        ("owner_key = 'a'", "owner_key"),
        ("state = jsonb_set(state, '{fee}', '1')", "state"),
        ("state = state #- '{parts,form.house}'", "state"),
        ("agency_id = (SELECT id FROM identity_agency WHERE code = 'H44.100.01')", "agency"),
        ("applicant_id = (SELECT person_id FROM identity_account WHERE username = 'congdan2')", "applicant"),
        ("version_id = (SELECT id FROM cases_procedureversion WHERE code = '1.001193')", "version"),
    ],
)
def test_a_changed_column(world: Dossiers, change: str, named: str) -> None:
    sql(f"UPDATE cases_case SET {change} WHERE id = %s", world.open.pk)
    assert any(text.startswith(f"{named}:") for text in found(world.open))


def test_an_agency_that_lost_its_part(world: Dossiers) -> None:
    sql(
        "DELETE FROM cases_caseagency WHERE case_id = %s"
        " AND agency_id = (SELECT agency_id FROM cases_opentask o"
        " WHERE o.case_id = cases_caseagency.case_id AND node = 'consult_environment')",
        world.open.pk,
    )
    (text,) = found(world.open)
    assert text.startswith("agencies:")


def test_an_agency_that_has_no_part(world: Dossiers) -> None:
    sql(
        "INSERT INTO cases_caseagency (case_id, agency_id)"
        " VALUES (%s, (SELECT id FROM identity_agency WHERE code = 'H44'))",
        world.open.pk,
    )
    (text,) = found(world.open)
    assert text.startswith("agencies:")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("due_at = due_at + interval '1 hour'", "due_at"),
        ("role = 'chair'", "role"),
        ("opened_at = opened_at - interval '1 hour'", "opened_at"),
        ("agency_id = (SELECT id FROM identity_agency WHERE code = 'H44.100')", "agency"),
        ("node = 'consult_land'", "node"),
    ],
)
def test_a_changed_open_task(world: Dossiers, change: str, named: str) -> None:
    sql(
        f"UPDATE cases_opentask SET {change} WHERE case_id = %s AND node = 'consult_environment'",
        world.open.pk,
    )
    (text,) = found(world.open)
    assert "consult_environment" in text
    assert named in text


def test_a_removed_open_task(world: Dossiers) -> None:
    sql("DELETE FROM cases_opentask WHERE case_id = %s AND node = 'consult_environment'", world.open.pk)
    (text,) = found(world.open)
    assert "is gone" in text


def test_a_task_that_was_done_is_open_again(world: Dossiers) -> None:
    sql(
        "INSERT INTO cases_opentask (case_id, token, node, kind, role, opened_at)"
        " VALUES (%s, 't99', 'approve', 'user', 'chair', now())",
        world.open.pk,
    )
    (text,) = found(world.open)
    assert "approve" in text


def test_a_changed_timer(world: Dossiers) -> None:
    sql("UPDATE cases_timer SET at = at + interval '1 day' WHERE case_id = %s", world.open.pk)
    (text,) = found(world.open)
    assert text.startswith("timer:")


def test_a_removed_case(world: Dossiers) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_opentask WHERE case_id = %s", [world.refused.pk])
        cursor.execute("DELETE FROM cases_caseagency WHERE case_id = %s", [world.refused.pk])
        cursor.execute("DELETE FROM notices_outbox")
    sql("DELETE FROM cases_case WHERE id = %s", world.refused.pk)
    assert found(world.refused) == ["the dossier's row is gone"]


def test_a_case_that_nobody_submitted(world: Dossiers) -> None:
    copied = "018f0000-0000-7000-8000-000000000001"
    sql(
        "INSERT INTO cases_case SELECT (jsonb_populate_record(c, jsonb_build_object('id', %s::text, 'number', 'X'))).*"
        " FROM cases_case c WHERE id = %s",
        copied,
        world.refused.pk,
    )
    assert Finding("table", f"case:{copied}", "rows of a subject that no entry speaks of") in run_audit(1)


def test_an_effect_that_the_engine_would_not_decide(world: Dossiers) -> None:
    """Somebody who can write an entry anew, with rows to fit, still has to make the engine's decision."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT effect FROM ledger_entry WHERE subject = %s AND seq = 1", [f"case:{world.refused.pk}"]
        )
        told = orjson.loads(bytes(cursor.fetchone()[0]))
    told["state"]["set"] = [
        [path, "stopped" if path == ["phase"] else value] for path, value in told["state"]["set"]
    ]
    sql(
        "UPDATE ledger_entry SET effect = %s WHERE subject = %s AND seq = 1",
        orjson.dumps(told, option=orjson.OPT_SORT_KEYS),
        f"case:{world.refused.pk}",
    )
    texts = [one.text for one in run_audit(1) if one.subject == f"case:{world.refused.pk}"]
    assert "entry 1: the state after it is not what the engine decides" in texts


def test_content_erased_by_attestation_leaves_all_clean(
    world: Dossiers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs the content cannot be computed again; the rest still is. As if these were not kept for ever."""
    monkeypatch.setattr("xactin.ledger.chains.erasing.kept_until", lambda _subject: None)
    for case in (world.done, world.birth):
        commitments = [one for part, one in case.state["parts"].items() if part.startswith("form.")]
        ledger.erase(
            subject=f"case:{case.pk}",
            commitments=commitments,
            by=ledger.system_signer("keeper"),
            basis="91/2025/QH15",
        )
    assert run_audit(1) == []
    assert "form.owner" not in testing.content(world.done, "congdan1")
    sql("UPDATE cases_case SET fee = fee + 1 WHERE id = %s", world.done.pk)
    assert found(world.done) == ["fee: the row says other than the entries"]


@pytest.fixture
def moved_clock() -> Iterator[None]:
    """What this process remembers of a moved clock ends with the test, as its row does."""
    yield
    clock.forget()


@pytest.mark.usefixtures("moved_clock")
def test_silence_and_a_supplement_fold_too(world: Dossiers) -> None:
    """Clocks that stand and go again, and what time alone does."""
    asked = testing.apply()
    testing.do(asked, "receive", "accept")
    testing.do(asked, "review", "supplement", {"items": ["Bản vẽ mặt cắt móng"]})
    assert run_audit(1) == []
    by = actor_for("congdan1")
    applications.supply(
        by=by, case=asked.pk, documents=[applications.Given(kind="drawing", file=testing.an_upload(by))]
    )
    assert run_audit(1) == []
    ledger.shift_clock(timedelta(days=20))
    jobs.timers(0)
    world.open.refresh_from_db()
    assert OpenTask.objects.get(case=world.open).node == "appraise"
    assert run_audit(1) == []
    sql("UPDATE cases_opentask SET due_at = due_at - interval '1 day' WHERE case_id = %s", asked.pk)
    (text,) = found(asked)
    assert "due_at" in text


@pytest.mark.usefixtures("moved_clock")
def test_what_is_due_later_after_a_supplement_moves_in_the_inbox_too(world: Dossiers) -> None:
    """While the clock of a dossier stood, so did those of the tasks beside the one that asked."""
    case = testing.apply()
    testing.do(case, "receive", "accept")
    before = testing.open_task(case, "review").due_at
    testing.do(case, "review", "supplement", {"items": ["Bản vẽ mặt cắt móng"]})
    ledger.shift_clock(timedelta(days=14))
    by = actor_for("congdan1")
    applications.supply(
        by=by, case=case.pk, documents=[applications.Given(kind="drawing", file=testing.an_upload(by))]
    )
    case.refresh_from_db()
    row = testing.open_task(case, "review")
    shown = {task.id: task.due for task in engine.open_tasks(procedure_of(case), case.state)}
    assert row.due_at == shown[row.token]
    assert before is not None
    assert row.due_at is not None
    assert row.due_at >= before + timedelta(days=12)
    assert run_audit(1) == []


def procedure_of(case: Case) -> Package:
    return catalogue.version(case.version_id).package


def test_acts_that_a_supplement_took_back_are_shown_as_void(world: Dossiers) -> None:
    case = testing.apply()
    testing.do(case, "receive", "accept")
    testing.do(case, "review", "consult")
    for node in ("consult_land", "consult_infrastructure", "consult_environment"):
        testing.do(case, node, "agree", {"opinion": "Đồng ý"})
    testing.do(case, "appraise", "supplement", {"items": ["Giấy tờ về quyền sử dụng đất"]})
    by = actor_for("congdan1")
    applications.supply(
        by=by, case=case.pk, documents=[applications.Given(kind="land_right", file=testing.an_upload(by))]
    )
    case.refresh_from_db()
    void = ["case.consult_land.agree"]
    seen = actor_for("chuyenvien1")
    assert [one.act for one in queries.attestations(seen, case) if one.voided] == void
    assert [step.title for step in timeline(seen, case) if step.state == "void"] == [
        act_title(procedure_of(case), void[0])
    ]
    body = Asker("chuyenvien1").get(f"/cases/{case.pk}/attestations").json()
    assert [one["act"] for one in body["items"] if one["voided"]] == void


def without_constraints(table: str) -> None:
    """Damage that the database's own constraints would refuse: whoever owns the database can drop them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'", [table]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


GHOST = "018f0000-0000-7000-8000-000000000002"


@pytest.mark.parametrize(
    ("table", "insert"),
    [
        (
            "cases_opentask",
            "(case_id, token, node, kind, role, opened_at) VALUES (%s, 't1', 'approve', 'user', 'chair', now())",
        ),
        ("cases_timer", "(case_id, at) VALUES (%s, now())"),
        (
            "cases_caseagency",
            "(case_id, agency_id) VALUES (%s, (SELECT id FROM identity_agency WHERE code = 'H44'))",
        ),
        (
            "cases_result",
            "(id, case_id, code, number, sha256, revoked_reason) VALUES (gen_random_uuid(), %s, 'C', '1', '', '')",
        ),
    ],
)
def test_rows_of_no_dossier(world: Dossiers, table: str, insert: str) -> None:
    without_constraints(table)
    sql(f"INSERT INTO {table} {insert}", GHOST)
    assert run_audit(1) == [
        Finding("table", f"case:{GHOST}", "rows of a subject that no entry speaks of"),
    ]


def test_a_timer_that_is_gone(world: Dossiers) -> None:
    sql("DELETE FROM cases_timer WHERE case_id = %s", world.open.pk)
    assert found(world.open) == ["timer: the row says other than the entries"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE cases_case SET state = '[]' WHERE id = %s",
        "UPDATE cases_case SET state = '{\"fee\": 1e400}' WHERE id = %s",
        'UPDATE ledger_entry SET effect = \'{"state":{"set":[[["phase","x"],1]]}}\''
        " WHERE seq = 1 AND subject = 'case:' || %s::text",
        "UPDATE ledger_entry SET statement = '{}' WHERE seq = 0 AND subject = 'case:' || %s::text",
        "DELETE FROM ledger_entry WHERE seq = 0 AND subject = 'case:' || %s::text",
    ],
)
def test_damage_in_one_dossier_does_not_hide_that_in_its_neighbours(world: Dossiers, damage: str) -> None:
    """They are read together, and one that cannot be read at all must not end the check of the others."""
    sql(damage, world.open.pk)
    for neighbour in (world.done, world.refused, world.birth):
        sql("UPDATE cases_case SET fee = fee + 1 WHERE id = %s", neighbour.pk)
    findings = run_audit(1)
    assert any(one.subject == f"case:{world.open.pk}" for one in findings)
    for neighbour in (world.done, world.refused, world.birth):
        texts = [one.text for one in findings if one.subject == f"case:{neighbour.pk}"]
        assert texts == ["fee: the row says other than the entries"]


@pytest.mark.parametrize("spelt", ["nothing", "{UPPER}"])
def test_entries_about_what_is_no_dossier(world: Dossiers, spelt: str) -> None:
    """A well signed chain under another spelling of a dossier's id does not pass for the dossier's own."""
    subject = f"case:{spelt.replace('{UPPER}', str(world.open.pk).upper())}"
    a_person("person-9").act(subject)
    sequence_all()
    assert Finding("table", subject, "its entries are about no dossier") in run_audit(1)
