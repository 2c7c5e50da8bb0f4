"""A counter takes in for whichever agency is competent: the limit runs, the dossier is there, the receipt is here."""

from typing import Any

import pytest

from xactin.cases import testing
from xactin.cases.applications.commands import Given
from xactin.cases.counter import attachments, queries
from xactin.cases.counter.commands import Seen, Visitor, begin_for
from xactin.cases.dossiers import paper_facts
from xactin.cases.dossiers import queries as dossiers
from xactin.cases.errors import Invalid, NotFound
from xactin.cases.models import Case, OpenTask
from xactin.cases.papers.testing import words
from xactin.cases.tests.visiting import Visitor as Browser
from xactin.identity import commands as identity
from xactin.identity.duties import usual_duties
from xactin.identity.models import Agency
from xactin.identity.queries import actor_for
from xactin.identity.testing import PASSWORD
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
NEW = Visitor(number="025199012345", name="Hà Thị Mới")
OTHER = "H44.101"


@pytest.fixture(autouse=True)
def _two_communes() -> None:
    testing.province_with(testing.BIRTH)
    above = Agency.objects.get(code="H44")
    place = identity.create_agency(
        code=OTHER, kind="commune", name_vi="Ủy ban nhân dân xã Bình Minh", name_en="Bình Minh", parent=above
    )
    post = identity.create_post(
        agency=place,
        role="reception",
        title_vi="Tiếp nhận",
        title_en="Reception",
        duties=usual_duties("reception", place.kind),
    )
    account = identity.make_person_account(username="motcua2", password=PASSWORD, full_name="Đặng Thị Sen")
    identity.appoint(person=account.person, post=post)


def taken(**papers: str) -> Case:
    told = testing.example(testing.BIRTH)
    done = begin_for(
        by=actor_for("motcua1"),
        visitor=NEW,
        code="1.001193",
        data=told["data"],
        seen=Seen(present=True, agency=OTHER, papers=papers or {"birth_proof": "later"}),
    )
    return Case.objects.get(pk=done.case)


def test_the_dossier_is_there_and_the_receipt_here() -> None:
    case = taken()
    here, there = actor_for("motcua1"), actor_for("motcua2")
    assert (case.agency.code, case.received_at, bool(case.due_at)) == (OTHER, case.submitted_at, True)
    assert OpenTask.objects.get(case=case).agency_id == there.agency_id
    assert [one.pk for one in queries.receipts(here)] == [case.pk]
    assert queries.receipts(there) == []
    seen = dossiers.case_for(here, case.pk)
    assert (seen.applicant_name, dossiers.readable_parts(here, seen)) == (NEW.name, set())
    assert dossiers.remarks(here, seen) == {}
    paper = words(paper_facts.form(here, seen, "01").pressed())
    assert "UBND PHƯỜNG HÒA BÌNH" in paper
    assert "Cơ quan giải quyết: Ủy ban nhân dân xã Bình Minh" in paper
    with pytest.raises(NotFound):
        paper_facts.form(here, seen, "06")
    for stranger in ("soxd1", "congdan2"):
        with pytest.raises(NotFound):
            queries.receipt_of(actor_for(stranger), case.pk)
    assert Browser("soxd1").open(f"/desk/receipts/{case.pk}/").status_code == 404
    sequence_all()
    assert run_audit() == []


def test_an_agency_that_is_not_competent_is_refused() -> None:
    told: dict[str, Any] = testing.example(testing.BIRTH)["data"]
    for wrong in ("H44", "H44.02", "H44.999"):
        with pytest.raises(Invalid) as refused:
            begin_for(
                by=actor_for("motcua1"), visitor=NEW, code="1.001193", data=told, seen=Seen(agency=wrong)
            )
        assert "agency" in refused.value.errors


def test_what_is_scanned_later_comes_later_and_only_that() -> None:
    case = taken()
    here = actor_for("motcua1")

    def given(kind: str, username: str = "motcua1") -> list[Given]:
        by = actor_for(username)
        return [Given(kind=kind, file=testing.an_upload(by, name=f"trang-{page}.pdf")) for page in range(30)]

    with pytest.raises(Invalid):
        attachments.attach(by=here, case=case.pk, documents=given("authorisation"))
    attachments.attach(by=here, case=case.pk, documents=given("birth_proof"))
    parts = [part for part in Case.objects.get(pk=case.pk).state["parts"] if part.startswith("document.")]
    assert len(parts) == 30
    with pytest.raises(Invalid):
        attachments.attach(by=here, case=case.pk, documents=given("birth_proof"))
    sequence_all()
    assert run_audit() == []


def test_a_paper_that_is_kept_and_scanned_has_a_file() -> None:
    with pytest.raises(Invalid) as refused:
        taken(birth_proof="kept")
    assert list(refused.value.errors) == ["document.birth_proof"]
    with pytest.raises(Invalid):
        taken(passport="seen")
