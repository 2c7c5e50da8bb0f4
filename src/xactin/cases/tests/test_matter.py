"""A matter, whole: agencies are invited at any time, add what they say at the same moment, dissent, conclude."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xactin.cases import testing
from xactin.cases.dossiers import commands, queries
from xactin.cases.errors import Invalid, NotFound, OutOfTurn, Stale
from xactin.cases.models import Case, OpenTask
from xactin.cases.office.commands import begin_work
from xactin.cases.tests.visiting import Visitor
from xactin.identity import commands as identity
from xactin.identity.errors import Refused
from xactin.identity.models import Agency
from xactin.identity.queries import actor_for
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
CODE = "VV.01"
WORK: dict[str, Any] = {
    "subject": "Công trình lấn hành lang thoát nước",
    "question": "Có phải tháo dỡ không, phần nào",
    "agencies": ["H44.01", "H44.02"],
}


@pytest.fixture(autouse=True)
def _province() -> None:
    testing.province_with("matter", "internal-task")


def opened(**more: Any) -> Case:
    return Case.objects.get(pk=begin_work(by=actor_for("chutich1"), code=CODE, data=WORK, **more).case)


def act(case: Case, username: str, act: str, **data: Any) -> commands.ActDone:
    """One act of the task that is open for the agency of this account."""
    by = actor_for(username)
    node = "take_part" if act.partition(".")[0] in ("add", "revise", "dissent", "finish") else "matter"
    task = OpenTask.objects.get(case=case, node=node, kind="user", agency_id=by.agency_id)
    return commands.act(by=by, case=case.pk, task=task.token, act=act, data=data)


def invite(case: Case, agency: str, act: str = "start") -> commands.ActDone:
    offer = OpenTask.objects.get(case=case, kind="offer")
    data = {"agency": agency}
    return commands.act(by=actor_for("chutich1"), case=case.pk, task=offer.token, act=act, data=data)


def page(case: Case, username: str) -> str:
    return Visitor(username).page(f"/desk/cases/{case.pk}/")


def test_from_its_opening_to_its_conclusion() -> None:
    case = opened()
    assert case.number in Visitor("sonnmt1").page("/desk/")
    act(case, "sonnmt1", "add", text="Lấn 12 mét vuông")
    act(case, "soxd1", "add", text="Ảnh hưởng cống D800")
    act(case, "sonnmt1", "add", text="Gửi thêm bản đồ")
    assert Visitor("chuyenvien1").open(f"/desk/cases/{case.pk}/").status_code == 404
    assert Visitor("chuyenvien1").open(f"/desk/cases/{case.pk}/head/").status_code == 404
    invite(case, "H44.100.01")
    for username in ("chutich1", "sonnmt1", "soxd1", "chuyenvien1"):
        shown = page(case, username)
        assert all(text in shown for text in ("Lấn 12 mét", "cống D800", "bản đồ")), username
    act(case, "chutich1", "draft", conclusion="Tháo dỡ 12 mét vuông")
    act(case, "soxd1", "dissent", reason="Chưa đo lại lần nào")
    fallen = act(case, "sonnmt1", "revise.1", text="Lấn 10 mét vuông")
    assert {one["task"] for one in fallen.effect["voided"]} == {"matter", "take_part"}
    shown = page(case, "chutich1")
    assert "Chưa đo lại lần nào" in shown, "what was said against an earlier draft is not forgotten"
    assert "1 bản trước" in shown
    assert "Lấn 12 mét" in shown
    assert "Tháo dỡ 12 mét vuông</textarea>" in shown, "from there one goes on writing"
    act(case, "chutich1", "draft", conclusion="Tháo dỡ 10 mét vuông")
    act(case, "soxd1", "dissent", reason="Vẫn chưa đo lại")
    with pytest.raises(Invalid):
        act(case, "chutich1", "conclude")
    act(case, "chutich1", "conclude", despite="Đo lại khi tháo dỡ", leads_to="Giao việc theo dõi")
    case.refresh_from_db()
    assert case.phase == "done"
    shown = page(case, "sonnmt1")
    assert all(text in shown for text in ("Tháo dỡ 10 mét", "Vẫn chưa đo lại", "Đo lại khi tháo dỡ"))
    rows = {row.statement["act"]: row.statement for row in ledger.entries_of(f"case:{case.pk}")}
    assert "answer.dissent.1.1" in rows["case.matter.conclude"]["saw"]
    assert set(rows["case.take_part.add"]["saw"]) == {"form.agencies", "form.matter"}
    sequence_all()
    bundle = queries.bundle(actor_for("chutich1"), case).decode()
    assert "Vẫn chưa đo lại" in bundle
    assert run_audit() == []


def test_who_may_not_take_part_and_what_cannot_be_said() -> None:
    case = opened()
    with pytest.raises(OutOfTurn, match="đang tham gia rồi"):
        invite(case, "H44.01")
    with pytest.raises(Invalid):
        invite(case, "H44.999")
    with pytest.raises(Invalid):
        act(case, "sonnmt1", "add", text="  ")
    stranger = actor_for("chuyenvien3")
    task = OpenTask.objects.get(case=case, kind="user", agency__code="H44.01")
    with pytest.raises(NotFound):
        commands.act(by=stranger, case=case.pk, task=task.token, act="add", data={"text": "Đoán ra mã"})
    with pytest.raises(NotFound):
        begin_work(by=stranger, code=CODE, data=WORK, source=case.pk)
    # What somebody in the browser sees whose draft stands on what has changed.
    act(case, "soxd1", "add", text="Ảnh hưởng cống")
    case.refresh_from_db()
    lead = OpenTask.objects.get(case=case, node="matter")
    found = next(one for one in queries.tasks_of(actor_for("chutich1"), case) if one.row == lead)
    act(case, "sonnmt1", "add", text="Lấn 12 mét vuông")
    with pytest.raises(Stale) as stale:
        commands.act(
            by=actor_for("chutich1"),
            case=case.pk,
            task=lead.token,
            act="draft",
            data={"conclusion": "Tháo dỡ"},
            shown=found.shown_by["draft"],
        )
    assert stale.value.facts["changed"] == ["answer.part.0.1"]


def test_an_agency_that_takes_part_is_let_go_before_it_is_closed() -> None:
    admin, case = actor_for("quantri1"), opened()
    agency = Agency.objects.get(code="H44.02")
    for post in agency.posts.all():
        for holding in post.holdings.all():
            identity.end_holding(holding=holding, by=admin)
        identity.close_post(post=post, by=admin)
    with pytest.raises(Refused, match="chưa giải quyết xong"):
        identity.close_agency(agency=agency, by=admin)
    invite(case, "H44.02", "release")
    identity.close_agency(agency=agency, by=admin)
    with pytest.raises(Invalid) as refused:
        invite(case, "H44.02")
    assert "đã đóng" in refused.value.errors["/agency"]
    assert "Sở Xây dựng" in page(case, "chutich1"), "that it took part stays"
    assert 'value="H44.02"' not in Visitor("chutich1").page(f"/desk/begin/{CODE}/")


def test_opened_from_a_dossier_and_leading_to_a_task() -> None:
    first = opened()
    chair = Visitor("chutich1")
    assert f"/desk/begin/{CODE}/?source={first.pk}" in page(first, "chutich1")
    sent = chair.send(f"/desk/begin/{CODE}/?source={first.pk}", **WORK)
    assert sent.status_code == 302, sent.content.decode()
    second = Case.objects.exclude(pk=first.pk).get()
    assert (second.origin, second.source) == ("case", f"case:{first.pk}")
    (begun,) = ledger.entries_of(f"case:{second.pk}")
    assert begun.effect["source"] == f"case:{first.pk}"
    assert first.number in page(second, "sonnmt1")
    assert second.number in page(first, "chutich1")
    assert chair.open(f"/desk/begin/{CODE}/?source=chẳng-có").status_code == 404
    Case.objects.filter(pk=second.pk).update(source="")
    sequence_all()
    assert [one.text for one in run_audit()] == ["source: the row says other than the entries"]


def test_a_page_asks_for_next_to_nothing_while_nothing_happens(django_assert_max_num_queries: Any) -> None:
    case = opened()
    window = Visitor("sonnmt1")
    place = f"/desk/cases/{case.pk}/head/"
    first = window.open(place)
    assert first.json() == {"seq": 0}
    with django_assert_max_num_queries(5):
        same = window.send_head(place, first.headers["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    act(case, "soxd1", "add", text="Ảnh hưởng cống")
    assert window.send_head(place, first.headers["ETag"]).json() == {"seq": 1}


def test_in_one_inbox_and_one_search_with_all_other_work() -> None:
    case, window = opened(), Visitor("sonnmt1")
    assert WORK["subject"] in window.page("/desk/"), "a matter is called by what it is about"
    for place in ("/desk/", "/desk/cases/"):
        assert case.number in window.page(place, kind="matter")
        assert case.number not in window.page(place, kind="internal_task")
        assert case.number in window.page(place, kind="no such kind")
    assert case.number in Visitor("chutich1").page("/desk/cases/", q="lan hanh lang")


def test_files_come_with_what_is_said_and_are_lost_by_no_fault() -> None:
    case = opened()
    by = actor_for("sonnmt1")
    task = OpenTask.objects.get(case=case, kind="user", agency_id=by.agency_id)
    place, window = f"/desk/cases/{case.pk}/{task.token}/add/", Visitor("sonnmt1")
    pdf = SimpleUploadedFile("ban-do.pdf", testing.PDF, "application/pdf")
    refused = window.send(place, text="", **{"document.attachment": pdf})
    assert refused.status_code == 422
    kept = re.search(r'name="document.attachment_id" value="([0-9a-f-]+)"', refused.content.decode())
    assert kept, "the file that came is not asked for again"
    shown = next(one for one in queries.tasks_of(by, case) if one.row == task).shown_by["add"]
    sent = window.send(place, text="Bản đồ kèm theo", shown=shown, **{"document.attachment_id": kept[1]})
    assert sent.status_code == 302
    text = SimpleUploadedFile("a.txt", b"no paper", "text/plain")
    assert window.send(place, text="Tệp lạ", **{"document.attachment": text}).status_code == 422
    case.refresh_from_db()
    assert "document.attachment.0.1.1" in case.state["parts"]
    assert "ban-do.pdf" in page(case, "soxd1")
    (file,) = queries.files_of(actor_for("soxd1"), case)
    assert Visitor("soxd1").open(f"/files/{file.id}").status_code == 200
    assert Visitor("chuyenvien3").open(f"/files/{file.id}").status_code == 404
    with pytest.raises(Invalid):
        commands.act(by=by, case=case.pk, task=task.token, act="finish", files=[testing.an_upload(by)])
    sequence_all()
    assert run_audit() == []


def test_twenty_agencies() -> None:
    admin, root = actor_for("quantri1"), Agency.objects.get(parent=None)
    for number in range(20):
        identity.create_agency(
            code=f"H44.9{number:02d}",
            kind="department",
            name_vi=f"Sở thứ {number}",
            name_en=f"Department {number}",
            parent=root,
            functions=(),
            by=admin,
        )
    agencies = [f"H44.9{number:02d}" for number in range(20)]
    done = begin_work(by=actor_for("chutich1"), code=CODE, data=WORK | {"agencies": agencies})
    case = Case.objects.get(pk=done.case)
    assert OpenTask.objects.filter(case=case, node="take_part", kind="user").count() == 20
    assert page(case, "chutich1").count("tham gia từ") == 20
