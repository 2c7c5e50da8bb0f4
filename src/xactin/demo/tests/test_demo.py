"""The demo among the real parts: its clock, its doors, three desks at once, a stretch of its past."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from django.test import Client

from xactin.cases import testing
from xactin.cases.applications.commands import submit
from xactin.cases.models import Case, OpenTask
from xactin.demo import applications, clock, residents, stories, together
from xactin.demo.past import history, offices
from xactin.demo.past.offices import Look
from xactin.demo.people import households
from xactin.identity.queries import actor_for
from xactin.identity.testing import small_province
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.trust import Trust
from xactin.ledger.audit import run_audit
from xactin.ledger.clock import now
from xactin.ledger.commands import begin_authority
from xactin.ledger.errors import DemoOnly
from xactin.ledger.queries import authority, clock_start
from xactin.ledger.rolls import attest_rolls
from xactin.ledger.testing import sequence_all
from xactin.vault import queries as vault

pytestmark = pytest.mark.django_db
PAST = timedelta(days=100)


def test_a_demo_may_begin_in_the_past_and_its_genesis_says_so() -> None:
    start = (datetime.now(UTC) - PAST).replace(microsecond=0)
    begin_authority(id="H44", name="x", demo=True, origin="x.example/log/H44", clock_start=start)
    begun = clock_start()
    assert begun is not None
    assert abs(begun - start) < timedelta(seconds=2)
    assert abs(now() - start) < timedelta(minutes=2)
    assert not history.is_whole()


def test_a_real_authority_begins_now() -> None:
    with pytest.raises(DemoOnly):
        begin_authority(
            id="H44", name="x", demo=False, origin="x.example/log/H44", clock_start=datetime.now(UTC)
        )


def test_a_real_authority_has_neither_cards_nor_walk_nor_clock(client: Client) -> None:
    small_province(demo=False)
    assert "xt-demo" not in client.get("/accounts/login/").content.decode()
    assert "xt-demo-invitation" not in client.get("/").content.decode()
    for address in ("/demo/", "/demo/together/", "/demo/forge/"):
        assert client.get(address).status_code == 404
    assert client.post("/demo/enter/chutich1/").status_code == 404
    with pytest.raises(DemoOnly):
        clock.move("+1d")


def test_one_click_makes_a_visitor_somebody_on_a_card_and_nobody_else(client: Client) -> None:
    small_province()
    assert "chutich1" in client.get("/accounts/login/").content.decode()
    assert client.post("/demo/enter/chuyenvien2/").status_code == 404
    assert client.get("/demo/enter/chutich1/").headers["Location"] == "/demo/"
    answer = client.post("/demo/enter/chutich1/", {"next": "https://elsewhere.example/"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"
    assert client.get("/desk/").status_code == 200


def test_the_clock_goes_forward_only() -> None:
    assert clock.parsed("+3d") == timedelta(days=3)
    assert clock.parsed("+30m") == timedelta(minutes=30)
    for wrong in ("3d", "-1d", "+0d", "+3w", "+9999d", "+"):
        with pytest.raises(ValueError, match="forward"):
            clock.parsed(wrong)


def test_what_people_of_the_demo_send_is_taken_by_the_door() -> None:
    testing.province_with(testing.PERMIT, testing.BIRTH)
    by, family = actor_for("congdan1"), households(7, 1)[0]
    for code, kind in applications.KINDS.items():
        for serial in range(3):
            application = kind(Random(serial), family, now().date())
            documents = residents.given(by, application)
            done = submit(by=by, code=code, data=application.data, documents=documents, agency="H44.100")
            assert Case.objects.get(pk=done.case).phase == "submitted"


def test_three_desks_answer_and_only_what_saw_the_change_falls() -> None:
    testing.province_with(testing.PERMIT)
    case = together.begin()
    found = together.scene(case)
    assert found is not None
    assert [desk.state for desk in found.desks] == ["waiting"] * 3
    for desk in found.desks:
        together.answer(case, desk.token)
    found = together.scene(case)
    assert found is not None
    assert [desk.state for desk in found.desks] == ["answered"] * 3
    assert found.may_change
    together.change(case)
    after = together.scene(case)
    assert after is not None
    saw = {desk.node for desk in after.desks if "form.house" in desk.sees}
    assert 0 < len(saw) < 3
    assert {desk.node for desk in after.desks if desk.state == "void"} == saw
    assert {desk.node for desk in after.desks if desk.state == "answered"} == {
        desk.node for desk in after.desks
    } - saw


def test_an_act_at_a_desk_that_was_done_meanwhile_changes_nothing() -> None:
    testing.province_with(testing.PERMIT)
    case = together.begin()
    found = together.scene(case)
    assert found is not None
    together.answer(case, found.desks[0].token)
    before = Case.objects.get(pk=case).state
    together.answer(case, found.desks[0].token)
    assert Case.objects.get(pk=case).state == before
    # The desks are of the visitor's dossiers alone: whoever has another's address sees nothing of it.
    Case.objects.filter(pk=case).update(applicant_id=actor_for("congdan2").person_id)
    assert together.scene(case) is None


def of_a_resident(monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A birth that a made-up resident has just applied for."""
    testing.province_with(testing.BIRTH)
    family = next(home for home in households(7, 3) if home.mother.commune == "H44.100")
    application = applications.birth(Random(1), family, now().date())
    monkeypatch.setattr(residents, "_ADMINISTRATOR", "quantri1")
    by = residents.actor(application.by)
    return submit(
        by=by,
        code=application.code,
        data=application.data,
        documents=residents.given(by, application),
        agency="H44.100",
    ).case


def test_dossiers_of_residents_come_to_their_end_by_looks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some days of the past with two dossiers: officials take them up look by look, and the audit is clean."""
    case, start = of_a_resident(monkeypatch), now()
    monkeypatch.setattr("xactin.demo.past.offices.waits", lambda _errand, _start: 0)
    monkeypatch.setattr(
        "xactin.demo.past.offices.choice", lambda _errand, acts: next(a for a in acts if a.kind == "advance")
    )
    monkeypatch.setattr("xactin.demo.past.offices.withdraws", lambda _number: False)
    for _look in range(8):
        offices.work(Look(start, now(), now()))
        for task in OpenTask.objects.filter(case_id=case, kind="service"):
            testing.serve(Case.objects.get(pk=case), task.node)
    assert Case.objects.get(pk=case).phase == "done"
    sequence_all()
    assert run_audit(1) == []


def test_who_is_asked_for_more_answers_at_a_later_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the same look the same would be drawn once more, and the dossier would go round till the office closes."""
    case, start = of_a_resident(monkeypatch), now()
    testing.do(Case.objects.get(pk=case), "receive", "supplement", {"items": ["Giấy chứng sinh bản rõ"]})
    monkeypatch.setattr(offices, "chance", lambda *_about: 0.0)
    assert offices.work(Look(start, start, start)) == 0
    assert Case.objects.get(pk=case).phase == "supplement"
    assert offices.work(Look(start, now(), now())) == 1
    assert Case.objects.get(pk=case).phase != "supplement"


def test_nothing_read_is_left_unattested_where_the_clock_moves() -> None:
    """By the moved clock a reading of this moment is hours old: later rounds look for no such row any more."""
    small_province()
    vault.note_reading(by="system", purpose="test", subject="case:x", parts=["form.x"])
    history.move_clock(timedelta(hours=3))
    assert attest_rolls()["readings"] == 0
    sequence_all()
    assert run_audit(1) == []


def test_the_proof_on_the_bench_for_forging_is_valid_until_a_letter_changes(client: Client) -> None:
    testing.province_with(testing.BIRTH)
    assert client.get("/demo/forge/proof.json").status_code == 404
    case = testing.apply(testing.BIRTH)
    testing.do(case, "receive", "accept")
    given = {"personal_number": "025326001234", "book": "01/2026"}
    testing.do(case, "verify", "submit", given, username="chuyenvien3")
    testing.serve(case, "draft_result")
    testing.do(case, "approve", "approve")
    testing.do(case, "issue", "issue")
    testing.serve(case, "seal_result")
    sequence_all()
    trust = Trust.parse(authority().verifier_key)
    proof = client.get("/demo/forge/proof.json").content
    assert verify_bundle(proof, trust).valid
    at = proof.index(b'"digest":"') + 12
    assert not verify_bundle(
        proof[:at] + (b"0" if proof[at : at + 1] != b"0" else b"1") + proof[at + 1 :], trust
    ).valid
    assert "data-forge" in client.get("/demo/forge/").content.decode()


def test_time_is_played_on_and_the_offices_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some days at a stroke: people apply, dossiers go on, the clock stands where it was asked to."""
    testing.province_with(testing.PERMIT, testing.BIRTH)
    monkeypatch.setattr(history, "settle", sequence_all)
    monkeypatch.setattr(history, "worker", nullcontext)
    here = [home for home in households(7, residents.HOUSEHOLDS) if home.mother.commune == "H44.100"]
    monkeypatch.setattr(history, "households", lambda _seed, count: (here * count)[:count])
    before = now()
    steps = list(history.go_on(timedelta(days=4)))
    assert steps
    assert abs(now() - before - timedelta(days=4)) < timedelta(minutes=2)
    assert Case.objects.exclude(phase="submitted").exists()
    with pytest.raises(ValueError, match="there are: month"):
        list(stories.played("year"))
    assert run_audit(1) == []
