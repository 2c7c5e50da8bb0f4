"""Who may see what of a dossier, and that whoever saw it is on record."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.db import transaction

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import paper_facts
from xactin.cases.errors import Forbidden, NotFound
from xactin.cases.models import Case
from xactin.cases.tests.asking import Asker, body_of, problem
from xactin.identity import commands as identity
from xactin.identity.models import Agency
from xactin.identity.queries import actor_for
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.trust import Trust
from xactin.ledger import queries as ledger
from xactin.ledger.testing import sequence_all
from xactin.vault import queries as vault

pytestmark = pytest.mark.django_db
READS = ("", "/tasks", "/attestations", "/bundle", "/result.pdf")


class World:
    """A finished case and one under consultation, a second commune, and programs of everybody."""

    def __init__(self) -> None:
        testing.province_with(testing.PERMIT)
        other = identity.create_agency(
            code="H44.200",
            kind="commune",
            name_vi="Ủy ban nhân dân phường khác",
            name_en="Another ward",
            parent=Agency.objects.get(code="H44"),
        )
        for role in ("reception", "chair"):
            post = identity.create_post(agency=other, role=role, title_vi=role, title_en=role)
            account = identity.make_person_account(
                username=f"{role}-khac", password=None, full_name="Người Phường Khác"
            )
            identity.appoint(person=account.person, post=post)
        self.done, self.open = testing.apply(), testing.apply()
        testing.to_result(self.done)
        testing.do(self.open, "receive", "accept")
        testing.do(self.open, "review", "consult")
        testing.do(self.open, "consult_land", "agree", {"opinion": "Đất ở, không tranh chấp"})
        testing.do(self.open, "consult_infrastructure", "agree", {"opinion": "Đấu nối cống chung"})
        sequence_all()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once; what a test does to it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.mark.parametrize("stranger", ["congdan2", "doanhnghiep1", "reception-khac", "chair-khac", "quantri1"])
def test_to_strangers_a_case_does_not_exist(world: World, stranger: str) -> None:
    asker = Asker(stranger)
    for case in (world.open, world.done):
        for path in READS:
            problem(asker.get(f"/cases/{case.pk}{path}"), 404)
    for file in vault.files(subject=f"case:{world.done.pk}"):
        problem(asker.get(f"/files/{file.id}"), 404)
    task = testing.open_task(world.open, "consult_environment").token
    for body in (
        {"task": task, "act": "agree"},
        {"task": "withdraw", "act": "withdraw"},
        {"task": "x", "act": "y"},
    ):
        problem(asker.post(f"/cases/{world.open.pk}/acts", body), 404)
    assert asker.get("/cases").json()["items"] == []
    assert asker.get("/tasks", mine="false").json()["items"] == []
    answers = {
        asker.get(f"/cases/{case}").content
        for case in (world.open.pk, "018f0000-0000-7000-8000-000000000001")
    }
    assert len(answers) == 1, "a guessed id can be told from one that is nobody's"


@pytest.mark.parametrize(
    ("username", "values", "files"),
    [
        ("chuyenvien2", {"form.land", "answer.land"}, {"document.land_right"}),
        ("soxd1", {"form.land", "form.house", "answer.infrastructure"}, {"document.drawing"}),
        ("sonnmt1", {"form.land", "form.house"}, set()),
    ],
)
def test_a_consulted_agency_reads_its_parts_only(
    world: World, username: str, values: set[str], files: set[str]
) -> None:
    asker = Asker(username)
    told = asker.get(f"/cases/{world.open.pk}").json()
    assert set(told["content"]) == values
    assert {row["part"] for row in told["documents"]} == files
    opened = orjson.loads(asker.get(f"/cases/{world.open.pk}/bundle").content)["opened"]
    assert {one["part"] for one in opened} == values
    for file in vault.files(subject=f"case:{world.open.pk}"):
        assert asker.get(f"/files/{file.id}").status_code == (200 if file.part in files else 404)


@pytest.mark.parametrize("username", ["chuyenvien2", "soxd1", "sonnmt1"])
def test_a_consulted_agency_learns_of_the_applicant_what_was_done_and_when(
    world: World, username: str
) -> None:
    """Neither by the id in an entry, nor by the key that signed, nor by a refusal."""
    person, asker = str(world.open.applicant_id), Asker(username)
    answer = asker.get(f"/cases/{world.open.pk}/attestations")
    assert person not in answer.content.decode()
    first = answer.json()["items"][0]
    assert (first["act"], first["by"], len(first["digest"])) == ("case.submit", {"party": "applicant"}, 64)
    held = asker.get(f"/cases/{world.open.pk}/bundle").content
    keys = {row.statement["key"] for row in ledger.entries_of(f"case:{world.open.pk}")[:1]}
    assert not any(word in held.decode() for word in {person, *keys})
    verdict = verify_bundle(held, Trust((ledger.authority().log_key,)))
    assert verdict.valid, verdict.problems
    assert [one.code for one in verdict.endings] == ["ending_shown"]
    assert "note_gaps" in {one.code for one in verdict.notes}
    task = testing.open_task(world.open, "consult_environment").token
    applications.withdraw(by=actor_for("congdan1"), case=world.open.pk)
    refused = asker.post(f"/cases/{world.open.pk}/acts", {"task": task, "act": "agree"})
    assert refused.status_code == 409
    assert person not in refused.content.decode()
    assert world.open.applicant.full_name not in refused.content.decode()


def test_the_applicant_sees_all_but_the_draft(world: World) -> None:
    told = Asker("congdan1").get(f"/cases/{world.done.pk}").json()
    assert "answer.land" in told["content"]
    parts = {row["part"] for row in told["documents"]}
    assert "result" in parts
    assert not {"result.draft", "result.paper"} & parts


def test_an_auditor_reads_all_and_does_nothing(world: World) -> None:
    asker = Asker("thanhtra1")
    assert len(asker.get("/cases").json()["items"]) == 2
    for path in READS:
        assert asker.get(f"/cases/{world.done.pk}{path}").status_code == 200
    for file in vault.files(subject=f"case:{world.done.pk}"):
        assert asker.get(f"/files/{file.id}").status_code == 200
    task = testing.open_task(world.open, "consult_environment").token
    for body in ({"task": task, "act": "agree"}, {"task": "withdraw", "act": "withdraw"}):
        problem(asker.post(f"/cases/{world.open.pk}/acts", body), 403)
    with pytest.raises(Forbidden):
        applications.submit(by=asker.actor, code="1.013225", data={})


def test_another_post_of_the_same_agency_reads_and_does_not_act(world: World) -> None:
    clerk = Asker("vanthu1")
    assert clerk.get(f"/cases/{world.open.pk}").status_code == 200
    task = testing.open_task(world.open, "consult_environment").token
    problem(clerk.post(f"/cases/{world.open.pk}/acts", {"task": task, "act": "agree"}), 403)


def test_papers_are_for_those_who_see_the_case(world: World) -> None:
    form = paper_facts.form(actor_for("congdan1"), Case.objects.get(pk=world.open.pk), "01").pressed()
    assert form.startswith(b"%PDF-")
    with pytest.raises(NotFound):
        paper_facts.form(actor_for("congdan1"), Case.objects.get(pk=world.open.pk), "02")


def test_whoever_reads_content_is_on_record(world: World) -> None:
    subject = f"case:{world.open.pk}"
    asker = Asker("soxd1")
    before = len(vault.openings_of(subject))
    asker.get(f"/cases/{world.open.pk}")
    asker.get(f"/cases/{world.open.pk}/bundle")
    seen = vault.openings_of(subject)
    assert len(seen) == before + 2
    assert {(one.who, one.purpose) for one in seen[:2]} == {
        (str(asker.actor.person_id), "api"),
        (str(asker.actor.person_id), "bundle"),
    }
    assert set(seen[0].parts) == {"form.land", "form.house", "answer.infrastructure"}
    (drawing,) = vault.files(subject=subject, parts=["document.drawing"])
    assert body_of(asker.get(f"/files/{drawing.id}")) == testing.PDF
    assert vault.openings_of(f"file:{drawing.id}")[0].who == str(asker.actor.person_id)


def test_lists_and_tasks_open_nothing(world: World) -> None:
    subject = f"case:{world.open.pk}"
    before = len(vault.openings_of(subject))
    asker = Asker("motcua1")
    for path in ("/cases", "/tasks", f"/cases/{world.open.pk}/tasks", f"/cases/{world.open.pk}/attestations"):
        assert asker.get(path).status_code == 200
    assert len(vault.openings_of(subject)) == before


def test_a_token_that_is_none(world: World) -> None:
    asker = Asker("motcua1")
    asker._headers["authorization"] = "Bearer xactin_nobody"
    assert problem(asker.get("/cases"), 401)["status"] == 401
    asker = Asker("motcua1")
    asker._headers["xactin-post"] = "H44.100-chair"
    problem(asker.get("/cases"), 403)


def test_no_entry_holds_personal_data(world: World) -> None:
    """Statements and effects go into bundles that many hold."""
    from xactin.ledger import queries as ledger

    told = testing.example(testing.PERMIT)["data"]["owner"]
    texts = [orjson.dumps(row.entry).decode() for row in ledger.entries_of(f"case:{world.done.pk}")]
    for word in (told["full_name"], told["id_number"], told["phone"], told["email"], "Đồng ý"):
        assert not any(word in text for text in texts)
