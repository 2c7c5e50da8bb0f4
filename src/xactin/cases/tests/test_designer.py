"""The designer in the browser's words: a procedure made by clicking takes a real application."""

import re
from typing import Any

import pytest
from django.test import Client

from xactin.cases import testing
from xactin.cases.models import ProcedureDraft, ProcedureVersion
from xactin.cases.procedures.drafts.tests.test_commands import a_file
from xactin.cases.web.designs import drafts as web_drafts
from xactin.identity.testing import give_usually, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = {
    "name_vi": "Xác nhận tình trạng nhà ở",
    "field_vi": "Hộ tịch",
    "handled_by_vi": "Ủy ban nhân dân cấp xã",
    "result_vi": "Giấy xác nhận",
    "code": "9.000777",
    "level": "commune",
    "amount": "3",
    "unit": "working_day",
    "legal_basis": "Luật Nhà ở 27/2023/QH15",
}


@pytest.fixture(autouse=True)
def writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Specialists write procedures here."""
    give_usually(monkeypatch, "procedures.design", {"officer"})


def begun(client: Client) -> ProcedureDraft:
    """A draft begun on the first page."""
    answer = client.post("/desk/procedures/drafts/new/", HEAD)
    assert answer.status_code == 302, answer.content.decode()
    return ProcedureDraft.objects.get()


def sent(client: Client, row: ProcedureDraft, place: str, said: dict[str, Any], status: int = 302) -> str:
    """A form of the designer, sent."""
    row.refresh_from_db()
    answer = client.post(f"/desk/procedures/drafts/{row.pk}/{place}", said | {"revision": row.revision})
    assert answer.status_code == status, answer.content.decode()[:3000]
    row.refresh_from_db()
    return str(answer.content.decode())


def test_a_procedure_made_by_clicking_is_put_in_force() -> None:
    testing.province_with()
    writer, publisher = signed_in("chuyenvien1"), signed_in("quantri1")
    row = begun(writer)
    question = {"label_vi": "Diện tích căn nhà", "kind": "decimal", "required": "on", "fill": ""}
    sent(writer, row, "parts/fields/new/?section=request", question)
    sent(writer, row, "parts/papers/new/", {"name_vi": "Ảnh chụp căn nhà", "needed": "never"})
    sent(writer, row, "parts/fees/new/", {"name_vi": "Phí xác nhận", "amount": "8.000"})
    step = {"name_vi": "Xem xét tại chỗ", "agency": "civil_status", "post": "officer", "acts": ["refuse"]}
    sent(writer, row, "parts/steps/new/", step)
    for _time in range(2):
        sent(writer, row, "parts/steps/xem_xet_tai_cho/move/", {"move": "up"})
    sent(
        writer, row, "parts/asks/new/?section=xem_xet_tai_cho", {"label_vi": "Nhận xét", "kind": "long_text"}
    )
    assert row.design["steps"][2]["asks"][0]["id"] == "nhan_xet"
    assert [one["id"] for one in row.design["steps"]][2] == "xem_xet_tai_cho"
    page = writer.get(f"/desk/procedures/drafts/{row.pk}/").content.decode()
    assert "Không có gì ngăn" in page or "Nothing keeps it" in page
    assert "Diện tích căn nhà" in writer.get(f"/desk/procedures/drafts/{row.pk}/preview/").content.decode()
    assert b"bpmndi" in writer.get(f"/desk/procedures/drafts/{row.pk}/flow.bpmn").content
    sent(writer, row, "act/review/", {})
    sent(publisher, row, "act/publish/", {})
    assert ProcedureVersion.objects.get().code == "9.000777"
    applicant = signed_in("congdan1").get("/procedures/9.000777/apply/").content.decode()
    assert "Diện tích căn nhà" in applicant


def test_what_is_wrong_is_said_beside_what_was_entered() -> None:
    testing.province_with()
    writer = signed_in("chuyenvien1")
    row = begun(writer)
    page = sent(
        writer, row, "parts/fields/new/?section=request", {"label_vi": "Loại nhà", "kind": "choice"}, 422
    )
    assert 'value="Loại nhà"' in page
    sent(writer, row, "parts/checks/new/", {"message_vi": "Sai", "when": "form.nowhere > 1"})
    page = writer.get(f"/desk/procedures/drafts/{row.pk}/").content.decode()
    assert "form.nowhere" in page or "nowhere" in page
    assert "act/review" not in page


def test_a_draft_that_somebody_else_saved_is_not_overwritten() -> None:
    testing.province_with()
    writer = signed_in("chuyenvien1")
    row = begun(writer)
    old = row.revision
    sent(writer, row, "parts/papers/new/", {"name_vi": "Đơn", "needed": "always"})
    answer = writer.post(
        f"/desk/procedures/drafts/{row.pk}/parts/papers/new/",
        {"name_vi": "Bản đồ", "needed": "always", "revision": old},
    )
    assert answer.status_code == 422
    assert 'value="Bản đồ"' in answer.content.decode()
    row.refresh_from_db()
    assert len(row.design["papers"]) == 1


def test_files_are_read_reviewed_and_put_in_force_by_ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    testing.province_with()
    writer, publisher = signed_in("chuyenvien1"), signed_in("quantri1")
    files = [SimpleUploadedFile(f"{code}.json", a_file(code)) for code in ("1.115330", "2.000635")]
    broken = SimpleUploadedFile("half.json", a_file()[:999])
    page = writer.post(
        "/desk/procedures/drafts/import/", {"files": [*files, broken]}, follow=True
    ).content.decode()
    assert "half.json" in page
    drafts = [str(one) for one in ProcedureDraft.objects.values_list("pk", flat=True)]
    assert len(drafts) == 2
    writer.post("/desk/procedures/drafts/chosen/", {"draft": drafts, "act": "review"})
    monkeypatch.setattr(web_drafts, "PAGE", 1)
    reviewed = publisher.get("/desk/procedures/drafts/?state=reviewed").content.decode()
    assert (
        'name="every"' in reviewed
    )  # the list is longer than its page: all of it may be put in force at once
    every = {"every": "1", "q": "khong co", "act": "publish"}
    publisher.post("/desk/procedures/drafts/chosen/", every)
    assert not ProcedureVersion.objects.exists()  # nothing in that list
    writer.post("/desk/procedures/drafts/chosen/", every | {"q": "", "act": "review"})
    publisher.post("/desk/procedures/drafts/chosen/", every | {"q": ""})
    assert ProcedureVersion.objects.count() == 2
    again = writer.post(
        "/desk/procedures/drafts/import/",
        {"files": [SimpleUploadedFile("new.json", a_file("2.000635", name="Cấp bản sao"))]},
    )
    assert again.status_code == 302
    row = ProcedureDraft.objects.get(code="2.000635", number=2)
    page = writer.get(f"/desk/procedures/drafts/{row.pk}/").content.decode()
    assert "đang có hiệu lực" in page  # beside what people follow today
    found = writer.get("/desk/procedures/drafts/?state=published&q=gia+han").content.decode()
    assert len(re.findall(r'name="draft"', found)) == 1


@pytest.mark.parametrize("username", ["motcua1", "congdan1"])
def test_nobody_else_comes_in(username: str) -> None:
    testing.province_with()
    row = begun(signed_in("chuyenvien1"))
    stranger = signed_in(username)
    for place in ("", "new/", f"{row.pk}/", f"{row.pk}/parts/steps/", f"{row.pk}/flow.bpmn"):
        assert stranger.get(f"/desk/procedures/drafts/{place}").status_code in (302, 403)
    assert stranger.post(f"/desk/procedures/drafts/{row.pk}/act/drop/").status_code in (302, 403)
    row.refresh_from_db()
    assert row.dropped_at is None
