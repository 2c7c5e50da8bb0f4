"""What cannot be is refused at both doors alike, and what is odd is answered by an official in what they sign."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.lists import queries as lists
from xactin.cases.models import Case, Draft
from xactin.cases.tests.asking import Asker, problem
from xactin.cases.tests.visiting import Visitor
from xactin.identity.models import Person
from xactin.identity.queries import actor_for, folded
from xactin.ledger.audit import run_audit

pytestmark = pytest.mark.django_db
REGISTRAR = "chuyenvien3"
CODES = {testing.BIRTH: "1.001193", testing.PERMIT: "1.013225"}
# As issue reports told them: (package, what is answered, where it is told).
IMPOSSIBLE = [
    (testing.BIRTH, {"/child/birth_date": "2030-01-01"}, {"/child/birth_date"}),
    (testing.BIRTH, {"/mother/birth_date": "2026-07-19"}, {"/mother/birth_date"}),
    (testing.BIRTH, {"/father/id_number": "025190004567"}, {"/father/id_number"}),
    (testing.BIRTH, {"/mother/id_number": "000000000000"}, {"/mother/id_number"}),
    (testing.BIRTH, {"/child/full_name": "   "}, {"/child/full_name"}),
    (testing.BIRTH, {"/child/full_name": "Nguyễn 中 An"}, {"/child/full_name"}),
    (testing.PERMIT, {"/house/footprint": "120,51"}, {"/house/footprint"}),
]


def answers(package: str, changes: Mapping[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = testing.example(package)["data"]
    for pointer, value in changes.items():
        *path, last = pointer.split("/")[1:]
        inner = data
        for name in path:
            inner = inner[name]
        inner[last] = value
    return data


def typed(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """The same as a browser sends it."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from typed(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value).lower() if isinstance(value, bool) else str(value)


def test_what_cannot_be_is_told_alike_on_the_web_and_to_programs() -> None:
    testing.province_with(*CODES)
    program, browser = Asker("congdan1"), Visitor("congdan1")
    for package, changes, told_at in IMPOSSIBLE:
        data = answers(package, changes)
        kinds = testing.example(package)["documents"]
        papers = [{"kind": kind, "file": program.upload().json()["id"]} for kind in kinds]
        body = {"procedure": CODES[package], "data": data, "documents": papers}
        assert set(problem(program.post("/cases", body), 422)["facts"]["errors"]) == told_at, changes
        files: dict[str, Any] = {f"document.{k}": SimpleUploadedFile("a.pdf", testing.PDF) for k in kinds}
        page = browser.send(f"/procedures/{CODES[package]}/apply/", **dict(typed(data)), **files)
        assert page.status_code == 422
        assert set(page.context["form"].errors) == told_at, changes
        Draft.objects.all().delete()
    assert not Case.objects.exists()


def test_a_warning_is_answered_in_what_is_signed() -> None:
    testing.province_with(testing.BIRTH)
    by = actor_for("congdan1")
    odd = answers(testing.BIRTH, {"/mother/birth_date": "1969"})
    paper = applications.Given(kind="birth_proof", file=testing.an_upload(by))
    case = Case.objects.get(pk=applications.submit(by=by, code="1.001193", data=odd, documents=[paper]).case)
    testing.do(case, "receive", "accept")
    program, browser = Asker(REGISTRAR), Visitor(REGISTRAR)
    book = {"personal_number": "025226001234", "book": "01/2026"}
    page = browser.page(f"/desk/cases/{case.pk}/")
    assert "mẹ có thể trên 55 tuổi" in page
    assert ".old_mother" in page
    shown, offered = (program.task(case, "verify")[name] for name in ("shown", "acts"))
    assert [("warnings" in act["data_schema"]["properties"]) for act in offered] == [True, False, False]
    told = problem(program.act(case, "verify", "submit", book), 422)
    assert list(told["facts"]["errors"]) == ["/warnings/old_mother"]
    token = testing.open_task(case, "verify").token
    door = f"/desk/cases/{case.pk}/{token}/submit/"
    assert browser.send(door, **book, **{"shown": shown, "warnings.old_mother": "  "}).status_code == 422
    answered = "Đã đối chiếu thẻ căn cước và Giấy chứng sinh"
    assert browser.send(door, **book, **{"shown": shown, "warnings.old_mother": answered}).status_code == 302
    signed = testing.content(case, "chutich1")["answer.verification"]
    assert signed["data"] == {**book, "warnings": {"old_mother": answered}}
    chair = Visitor("chutich1").page(f"/desk/cases/{case.pk}/")
    assert "mẹ có thể trên 55 tuổi khi trẻ sinh ra." in chair
    assert answered in chair
    assert [one for one in run_audit(1) if one.subject == f"case:{case.pk}"] == []


def test_names_of_all_peoples_are_found() -> None:
    testing.province_with(testing.PERMIT)
    Person.objects.filter(pk=actor_for("congdan1").person_id).update(full_name="H’Nga Ƀlam")
    case = testing.apply()
    for words in ("H'Nga", "hnga", "H’NGA blam", "Ƀlam", "ƀlam h'nga"):
        found = lists.cases(actor_for("motcua1"), lists.Filters(words=folded(words)))
        assert [one.pk for one in found] == [case.pk], words
