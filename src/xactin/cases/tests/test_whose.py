"""A consulted agency is told what its task declares, and not whose dossier it is (Law 91/2025)."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from openpyxl import load_workbook

from xactin.cases import testing
from xactin.cases.dossiers import paper_facts, queries
from xactin.cases.errors import NotFound
from xactin.cases.models import Case
from xactin.cases.tests.asking import Asker
from xactin.cases.tests.visiting import Visitor
from xactin.identity.models import Agency, Person
from xactin.identity.queries import actor_for, folded

pytestmark = pytest.mark.django_db
CONSULTED = ("chuyenvien2", "soxd1", "sonnmt1")
TOLD = ("motcua1", "chuyenvien1", "thanhtra1")
INSTEAD = "Không cung cấp họ tên cho cơ quan được lấy ý kiến"


@pytest.fixture(scope="module")
def case(django_db_setup: None, django_db_blocker: Any) -> Iterator[Case]:
    """A dossier under consultation, made once."""
    with django_db_blocker.unblock(), transaction.atomic():
        testing.province_with(testing.PERMIT)
        made = testing.apply()
        testing.do(made, "receive", "accept")
        testing.do(made, "review", "consult")
        yield Case.objects.get(pk=made.pk)
        transaction.set_rollback(True)


@pytest.mark.parametrize("username", CONSULTED)
def test_pages_do_not_name_the_applicant(case: Case, username: str) -> None:
    for path in ("/desk/", "/desk/cases/", f"/desk/cases/{case.pk}/"):
        text = Visitor(username).page(path)
        assert case.number in text
        assert INSTEAD in text
        assert case.applicant_name not in text


@pytest.mark.parametrize("username", TOLD)
def test_pages_name_the_applicant_to_whoever_handles_or_audits(case: Case, username: str) -> None:
    for path in ("/desk/cases/", f"/desk/cases/{case.pk}/"):
        text = Visitor(username).page(path)
        assert case.applicant_name in text
        assert INSTEAD not in text


@pytest.mark.parametrize("username", CONSULTED)
@pytest.mark.parametrize("words", ["{name}", "{family}", "{plain}", "giấy phép {family}"])
def test_nobody_consulted_finds_a_dossier_by_name(case: Case, username: str, words: str) -> None:
    name = case.applicant_name
    sought = words.format(name=name, family=name.split()[0], plain=folded(name))
    for path in ("/desk/", "/desk/cases/"):
        assert case.number not in Visitor(username).page(path, q=sought)
    asker = Asker(username)
    assert asker.get("/cases", q=sought).json()["items"] == []
    assert asker.get("/tasks", q=sought).json()["items"] == []


@pytest.mark.parametrize("words", ["{number}", "{tail}", "giấy phép xây dựng", "giay phep {tail}"])
def test_they_find_it_by_number_and_procedure(case: Case, words: str) -> None:
    sought = words.format(number=case.number, tail=case.number[-11:])
    asker = Asker("soxd1")
    assert [one["id"] for one in asker.get("/cases", q=sought).json()["items"]] == [str(case.pk)]
    assert len(asker.get("/tasks", q=sought).json()["items"]) == 1
    assert case.number in Visitor("soxd1").page("/desk/", q=sought)


@pytest.mark.parametrize("username", ["motcua1", "thanhtra1", "congdan1"])
def test_others_find_it_by_name_without_diacritics(case: Case, username: str) -> None:
    found = Asker(username).get("/cases", q=folded(case.applicant_name)).json()["items"]
    assert [one["applicant"] for one in found] == [case.applicant_name]


@pytest.mark.parametrize("username", CONSULTED)
def test_the_api_answers_null(case: Case, username: str) -> None:
    asker = Asker(username)
    assert asker.get("/cases").json()["items"][0]["applicant"] is None
    assert asker.get("/tasks").json()["items"][0]["case"]["applicant"] is None
    assert asker.get("/tasks", mine="false").json()["items"][0]["case"]["applicant"] is None
    assert asker.get(f"/cases/{case.pk}").json()["applicant"] is None
    for path in ("", "/tasks", "/attestations"):
        assert case.applicant_name not in asker.get(f"/cases/{case.pk}{path}").content.decode()


@pytest.mark.parametrize(("username", "named"), [("soxd1", False), ("motcua1", True)])
def test_exports_follow_the_same_rule(case: Case, username: str, named: bool) -> None:
    expected = case.applicant_name if named else INSTEAD
    text = Visitor(username).page("/desk/cases/", format="csv").removeprefix("\ufeff")
    assert list(csv.reader(io.StringIO(text)))[3][2] == expected
    book = load_workbook(io.BytesIO(Visitor(username).open("/desk/cases/", format="xlsx").content))
    assert book.active is not None
    assert [cell.value for cell in list(book.active.rows)[3]][2] == expected
    sought = Visitor(username).page("/desk/cases/", format="csv", q=case.applicant_name)
    assert (case.number in sought) is named


def test_letters_to_the_applicant_are_not_for_consulted_agencies(case: Case) -> None:
    for username in CONSULTED:
        with pytest.raises(NotFound):
            paper_facts.form(actor_for(username), case, "01")
        assert Visitor(username).open(f"/cases/{case.pk}/papers/01.pdf").status_code == 404
    assert paper_facts.form(actor_for("motcua1"), case, "01").pressed().startswith(b"%PDF-")


def test_a_department_of_the_province_that_handles_is_consulted_like_others(case: Case) -> None:
    """Below in the tree is not the same as a unit of it."""
    Case.objects.filter(pk=case.pk).update(agency=Agency.objects.get(code="H44"))
    found = queries.case_for(actor_for("soxd1"), case.pk)
    assert found.applicant_withheld
    assert "form.owner" not in queries.readable_parts(actor_for("soxd1"), found)


def test_an_account_that_nobody_compared_with_a_card_is_marked(case: Case) -> None:
    mark, place = "Tài khoản chưa xác minh", f"/desk/cases/{case.pk}/"
    assert mark not in Visitor("motcua1").page(place)
    Person.objects.filter(pk=case.applicant_id).update(verified_at=None)
    for username in TOLD:
        text = Visitor(username).page(place)
        assert mark in text
        assert (f"/people/{case.applicant_id}/verify/" in text) == (username == "motcua1")
        assert mark in Visitor(username).page("/desk/cases/")
    for username in CONSULTED:
        text = Visitor(username).page(place)
        assert mark not in text + Visitor(username).page("/desk/cases/")
        assert str(case.applicant_id) not in text
