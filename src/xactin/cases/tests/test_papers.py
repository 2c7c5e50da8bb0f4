"""Forms 01 to 03 say who applied, who acted and until when, and are found by whom they are for."""

from types import SimpleNamespace

import pytest

from xactin.cases import testing
from xactin.cases.dossiers import paper_facts, queries
from xactin.cases.models import Case
from xactin.cases.papers.inspect import inspect_result
from xactin.cases.papers.testing import lines, words
from xactin.cases.tests.asking import body_of
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db


def form(case: Case, kind: str) -> str:
    """The text of a form as its applicant gets it."""
    by = actor_for("congdan1")
    return words(paper_facts.form(by, queries.case_for(by, case.pk), kind).pressed())


@pytest.fixture(autouse=True)
def _province() -> None:
    testing.province_with(testing.PERMIT)


def test_the_receipt_says_where_the_applicant_is_reached_and_who_received() -> None:
    case = testing.apply()
    owner = testing.example(testing.PERMIT)["data"]["owner"]
    first = form(case, "01")
    for fact in (owner["address"], owner["phone"], owner["email"], "Bản điện tử trên hệ thống"):
        assert fact in first
    assert owner["id_number"] in first
    assert "NGƯỜI NỘP HỒ SƠ" not in first, "nobody stands at a counter"
    assert "NGƯỜI TIẾP NHẬN HỒ SƠ" not in first
    assert "do hệ thống lập" in first
    testing.do(case, "receive", "accept")
    received = form(case, "01")
    assert "NGƯỜI TIẾP NHẬN HỒ SƠ" in received
    assert actor_for("motcua1").name in received
    assert "do hệ thống lập" not in received


def test_a_request_for_more_says_until_when_and_who_asks() -> None:
    case = testing.apply()
    testing.do(case, "receive", "supplement", {"items": ["Bản vẽ mặt cắt móng"]})
    text = form(case, "02")
    assert "1. Bản vẽ mặt cắt móng" in text
    assert "Thời hạn bổ sung: trước" in text
    assert "NGƯỜI HƯỚNG DẪN" in text
    assert actor_for("motcua1").name in text


@pytest.mark.parametrize("received", [False, True])
def test_a_refusal_names_who_refused(received: bool) -> None:
    case = testing.apply()
    if received:
        testing.do(case, "receive", "accept")
    testing.do(case, "review" if received else "receive", "refuse", {"reason": "Không thuộc thẩm quyền"})
    text = form(case, "03")
    assert actor_for("chuyenvien1" if received else "motcua1").name in text
    assert ("NGƯỜI TIẾP NHẬN HỒ SƠ" in text) is not received


def test_a_name_never_stands_beside_the_number_of_another() -> None:
    """One sent it from their account, it is another's matter: the paper is the other's, and says who sent it."""
    case = testing.apply(username="congdan2")
    told, sender = testing.example(testing.PERMIT)["data"]["owner"], actor_for("congdan2")
    printed = " ".join(lines(paper_facts.form(sender, queries.case_for(sender, case.pk), "01").pressed()))
    assert f"Tiếp nhận hồ sơ của: {told['full_name']}" in printed
    assert f"Số căn cước/Hộ chiếu: {told['id_number']} Người nộp hồ sơ: {sender.name}" in printed


def test_forms_are_the_one_stop_units_and_a_committee_stands_alone() -> None:
    """No body stands above a People's Committee (Decree 30/2020); its one-stop unit issues forms 01 to 03."""
    case = testing.apply()
    by = actor_for("congdan1")
    printed = lines(paper_facts.form(by, queries.case_for(by, case.pk), "01").pressed())
    assert "UBND PHƯỜNG HÒA BÌNH" in printed
    assert any("TRUNG TÂM PHỤC VỤ" in line for line in printed)
    assert not [line for line in printed if "TỈNH PHÚ THỌ" in line]
    head = paper_facts.letterhead(case.agency)
    assert (head["name"], head["parent"], head["place"]) == (
        "Ủy ban nhân dân phường Hòa Bình",
        None,
        "Hòa Bình",
    )


@pytest.mark.parametrize(("unit", "place"), [("Phường 12", "Phường 12"), ("Phường Hòa Bình", "Hòa Bình")])
def test_a_place_named_by_a_number_stands_in_full(
    unit: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_facts, "unit", lambda _code: SimpleNamespace(name=unit))
    assert paper_facts.letterhead(testing.apply().agency)["place"] == place


def test_a_refusal_after_it_was_received_is_the_agencys_own() -> None:
    case = testing.apply()
    testing.do(case, "receive", "accept")
    testing.do(case, "review", "refuse", {"reason": "Không thuộc thẩm quyền"})
    said = form(case, "03")
    assert "TRUNG TÂM PHỤC VỤ" not in said
    assert "THÔNG BÁO" in said


def test_a_form_is_signed_by_the_unit_that_issues_it() -> None:
    case = testing.apply()
    testing.do(case, "receive", "accept")
    (by_unit,) = inspect_result(sent(case, "01")).signatures
    assert by_unit.signer.startswith("Trung tâm Phục vụ hành chính công")
    testing.do(case, "review", "refuse", {"reason": "Không thuộc thẩm quyền"})
    (by_agency,) = inspect_result(sent(case, "03")).signatures
    assert by_agency.signer.startswith("Ủy ban nhân dân phường Hòa Bình")
    assert by_unit.reason == by_agency.reason == "Phát hành biểu mẫu"
    assert "Ký số bởi: Trung tâm Phục vụ hành chính công" in words(sent(case, "01"))
    sequence_all()
    assert run_audit() == []


def sent(case: Case, kind: str) -> bytes:
    """A form as the applicant downloads it."""
    return body_of(Visitor("congdan1").open(f"/cases/{case.pk}/papers/{kind}.pdf"))
