"""What does not go straight: more is asked for, an application is refused, one is withdrawn."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Person, paper

pytestmark = pytest.mark.timeout(900)
CODE = "1.013225"
Enter = Callable[..., Person]


def test_more_is_asked_for_and_brought(enter: Enter) -> None:
    """Form 02: the counter asks once, the clock stops, the owner brings it from the phone, the clock starts anew."""
    owner = enter("congdan2", phone=True)
    number = owner.apply("building-permit", CODE)
    case = owner.page.url.partition("?")[0]
    officer = enter("motcua1")
    officer.task(number)
    receive = officer.page.locator("details.xt-act").first
    expect(receive.locator("kbd")).to_be_visible()
    officer.page.keyboard.press("1")  # one key, one confirmation
    expect(receive.locator("form button")).to_be_focused()
    officer.page.keyboard.press("Enter")
    expect(officer.page.locator("details.xt-act")).to_have_count(0)
    officer = enter("chuyenvien1")
    officer.task(number)
    act = officer.page.locator("details.xt-act", has_text="Yêu cầu bổ sung")
    act.locator("summary").click()
    act.locator("button", has_text="Xác nhận").click()
    expect(act.locator(".xt-error")).to_contain_text("Ông/Bà")
    officer.look("desk-ask-wrong")
    act.locator("[name=items]").fill("Bản vẽ mặt cắt móng còn thiếu sơ đồ đấu nối thoát nước")
    officer.look("desk-ask")
    act.locator("button", has_text="Xác nhận").click()
    officer.see("Yêu cầu bổ sung giấy tờ")
    owner.open(case)
    owner.see("Bản vẽ mặt cắt móng còn thiếu sơ đồ đấu nối thoát nước")
    owner.see("Tạm dừng")
    owner.look("own-asked")
    with owner.page.expect_download() as form:
        owner.press("Phiếu yêu cầu bổ sung")
    assert Path(form.value.path()).read_bytes().startswith(b"%PDF-")
    owner.see("Đã nộp; tệp mới thay cho các tệp này theo thứ tự")
    owner.press("Ký xác nhận và nộp")
    owner.see("Chưa có thay đổi nào")
    owner.look("own-asked-wrong")
    file = {
        "name": "mong.pdf",
        "mimeType": "application/pdf",
        "buffer": paper("Mat cat mong", "So do dau noi thoat nuoc"),
    }
    owner.page.set_input_files("#u-document-drawing", files=[file])  # type: ignore[list-item]
    owner.press("Ký xác nhận và nộp")
    owner.see("Bổ sung hồ sơ")
    assert owner.page.locator("#supply").count() == 0
    officer.task(number)
    officer.see("mong.pdf")


def test_an_application_is_refused(enter: Enter) -> None:
    """Form 03: the counter says why, the applicant reads it and takes the paper along."""
    owner = enter("congdan3")
    number = owner.apply("building-permit", CODE)
    case = owner.page.url.partition("?")[0]
    officer = enter("motcua1")
    officer.task(number)
    officer.act("Từ chối", reason="Hồ sơ không thuộc thẩm quyền giải quyết của Ủy ban nhân dân phường")
    officer.look("desk-refused")
    owner.open(case)
    owner.see("Không được tiếp nhận")
    owner.look("own-refused")
    with owner.page.expect_download() as form:
        owner.press("Phiếu từ chối")
    assert Path(form.value.path()).read_bytes().startswith(b"%PDF-")


def test_an_application_is_withdrawn(enter: Enter) -> None:
    """The applicant takes the application back; nobody can act on it any more."""
    owner = enter("congdan3", phone=True)
    number = owner.apply("building-permit", CODE)
    owner.page.locator("summary", has_text="Rút hồ sơ").click()
    owner.page.fill("[name=note]", "Thay đổi thiết kế")
    owner.look("own-withdraw")
    owner.page.locator("main button", has_text="Rút hồ sơ").click()
    owner.see("Công dân yêu cầu rút hồ sơ")
    officer = enter("motcua1")
    officer.open("/desk/")
    assert officer.page.locator("tr", has_text=number).count() == 0
