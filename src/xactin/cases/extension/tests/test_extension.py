"""A date is put off once, before it has passed, by who signs for the agency; the papers and the audit say so."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from xactin.cases import testing
from xactin.cases.applications.commands import withdraw
from xactin.cases.dossiers import paper_facts, queries
from xactin.cases.errors import Forbidden, FormBroken, Invalid, NotFound, OutOfTurn
from xactin.cases.extension.commands import extend
from xactin.cases.models import Case, OpenTask
from xactin.cases.papers.testing import words
from xactin.cases.tests.visiting import Visitor
from xactin.identity.queries import actor_for
from xactin.kernel.local import local_day
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
WHY = "Phải trưng cầu ý kiến của Sở Xây dựng về chỉ giới đường đỏ."


@pytest.fixture
def case() -> Case:
    testing.province_with(testing.PERMIT)
    found = testing.apply()
    testing.do(found, "receive", "accept")
    return Case.objects.get(pk=found.pk)


def working(case: Case, days: int) -> date:
    assert case.due_at is not None
    day = local_day(case.due_at) + timedelta(days=days)
    return day + timedelta(days=max(0, 7 - day.isoweekday())) if day.isoweekday() > 5 else day


def paper(case: Case, kind: str, username: str = "chutich1") -> str:
    by = actor_for(username)
    return words(paper_facts.form(by, queries.case_for(by, case.pk), kind).pressed())


def test_the_new_date_stands_in_the_case_in_the_letter_and_in_the_audit(case: Case) -> None:
    old, day = case.due_at, working(case, 7)
    step = OpenTask.objects.get(case=case, kind="user").due_at
    extend(by=actor_for("chutich1"), case=case.pk, day=day, reason=WHY)
    after = Case.objects.get(pk=case.pk)
    assert after.due_at is not None
    assert old is not None
    assert (local_day(after.due_at), after.due_at.time()) == (day, old.time())
    moved = OpenTask.objects.get(case=case, kind="user").due_at
    assert step is None or (moved is not None and moved > step)
    letter = paper(after, "04")
    for fact in (WHY, day.strftime("%Y"), actor_for("chutich1").name, "xin lỗi Ông/Bà", "gia hạn"):
        assert fact in letter
    assert "TRUNG TÂM PHỤC VỤ" not in letter  # the agency's own
    assert "trước khi gia hạn" in paper(after, "06")
    assert WHY in words(
        paper_facts.form(
            actor_for("congdan1"), queries.case_for(actor_for("congdan1"), case.pk), "04"
        ).pressed()
    )
    with pytest.raises(OutOfTurn):
        extend(by=actor_for("chutich1"), case=case.pk, day=working(after, 7), reason=WHY)
    sequence_all()
    assert run_audit() == []


def test_who_does_not_sign_for_the_agency_puts_nothing_off(case: Case) -> None:
    for username, refusal in (("motcua1", Forbidden), ("congdan1", Forbidden), ("congdan2", NotFound)):
        with pytest.raises(refusal):
            extend(by=actor_for(username), case=case.pk, day=working(case, 7), reason=WHY)
    with pytest.raises(Invalid):
        extend(by=actor_for("chutich1"), case=case.pk, day=working(case, 7), reason="Bận")
    with pytest.raises(NotFound):
        paper(case, "04")


def test_from_the_desk_with_nothing_typed_lost(case: Case) -> None:
    chair, where = Visitor("chutich1"), f"/desk/cases/{case.pk}/extension/"
    assert where in chair.page(f"/desk/cases/{case.pk}/")
    assert where not in Visitor("motcua1").page(f"/desk/cases/{case.pk}/")
    assert Visitor("motcua1").open(where).status_code == 404
    for day, status in (("mai", 422), (local_day(case.submitted_at).strftime("%d/%m/%Y"), 409)):
        wrong = chair.send(where, reason=WHY, day=day)
        assert wrong.status_code == status
        assert WHY in wrong.content.decode()
    sent = chair.send(where, reason=WHY, day=working(case, 7).strftime("%d/%m/%Y"))
    assert sent.headers["location"] == f"/desk/cases/{case.pk}/"
    page = chair.page(f"/desk/cases/{case.pk}/")
    assert "04.pdf" in page
    assert where not in page


def test_the_authority_puts_its_own_form_in_the_place_of_ours(
    case: Case, settings: Any, tmp_path: Path
) -> None:
    settings.XACTIN_DATA = tmp_path
    (tmp_path / "forms").mkdir()
    own = tmp_path / "forms" / "form06.typ"
    own.write_text('#import "/decree30.typ": *\n#form-head("Phiếu của tỉnh")\n#data.handling', "utf-8")
    assert "PHIẾU CỦA TỈNH" in paper(case, "06")
    own.write_text('#import "/decree30.typ": *\n#data.nothing_of_the_kind', "utf-8")
    with pytest.raises(FormBroken) as broken:
        paper(case, "06")
    assert "form06.typ" in broken.value.text


def test_a_withdrawn_dossier_has_its_notice_and_the_slip_names_every_office(case: Case) -> None:
    slip = paper(case, "06")
    taker = actor_for("motcua1").name.rpartition(" ")[0]  # a long name breaks in its cell
    for fact in ("PHIẾU KIỂM SOÁT", "1. Giao: Người nộp hồ sơ", taker, "Đang giải quyết"):
        assert fact in slip
    owner = actor_for("congdan1")
    with pytest.raises(NotFound):
        paper_facts.form(owner, queries.case_for(owner, case.pk), "06")
    with pytest.raises(NotFound):
        paper(case, "05")
    withdraw(by=owner, case=case.pk)
    said = words(paper_facts.form(owner, queries.case_for(owner, case.pk), "05").pressed())
    assert "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ" in said
    assert "Theo đề nghị của Ông/Bà/Tổ chức" in said
