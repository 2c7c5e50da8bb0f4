"""A birth registered on the phone, from application to certificate."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard
from tests.journeys.people import Person, example

pytestmark = pytest.mark.timeout(900)
CODE = "1.001193"
Enter = Callable[..., Person]


def test_a_birth_is_registered_on_the_phone(enter: Enter) -> None:
    given = example("birth-registration", "draft-checked")
    parent = enter("congdan2", phone=True)
    parent.open("/")
    parent.look("home")
    parent.page.fill("#hero-q", "khai sinh")
    parent.page.keyboard.press("Enter")
    parent.press("Đăng ký khai sinh")
    parent.look("procedure-birth")
    parent.press("Nộp hồ sơ trực tuyến")
    parent.look("apply-birth")
    parent.press("Tiếp tục")
    expect(parent.page.locator(".xt-wrong").first).to_be_visible()
    parent.look("apply-birth-wrong")
    parent.fill(given["data"])
    parent.press("Tiếp tục")
    parent.see("Ký xác nhận và nộp")
    parent.look("check-birth")
    parent.press("Ký xác nhận và nộp")
    number = parent.number()
    case = parent.page.url.partition("?")[0]
    parent.look("sent-birth")
    receive_and_verify(enter, number)
    receive_in_person(enter, given["data"])
    confirm_the_draft(parent, case)
    sign_and_issue(enter, number)
    for _try in range(60):
        parent.open(case)
        if parent.page.get_by_text("Kết quả của Ông/Bà").count():
            break
        parent.page.wait_for_timeout(1000)
    parent.look("own-done")
    with parent.page.expect_download() as download:
        parent.press("Tải văn bản đã ký số")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    parent.open("/cases/")
    parent.look("own-list")
    parent.open("/verify/")
    parent.look("verify")


def confirm_the_draft(parent: Person, case: str) -> None:
    """The parent reads the draft certificate and finds it right."""
    for _try in range(60):
        parent.open(case)
        if parent.page.locator("details.xt-act").count():
            break
        parent.page.wait_for_timeout(1000)
    parent.see("Dự thảo kết quả")
    parent.look("own-draft")
    parent.act("Nội dung đúng")


def receive_and_verify(enter: Enter, number: str) -> None:
    """The counter, with a phone in the hand, and the officer of civil status."""
    counter = enter("motcua1", phone=True)
    counter.open("/desk/")
    counter.look("inbox")
    counter.task(number)
    counter.look("desk-receive")
    counter.act("Tiếp nhận")
    counter.open("/desk/cases/")
    counter.look("desk-list")
    officer = enter("chuyenvien3")
    officer.task(number)
    officer.look("desk-birth")
    officer.act("Trình ký", personal_number="025326001234", book="01/2026")


CARD = "025190000321||LÊ THỊ HOA|02081990|Nữ|Tổ 3, phường Hòa Bình, tỉnh Phú Thọ|01072021"
KEYS, SECONDS = 600, 120
"""What one intake may take a clerk who types five keys a second and never touches the mouse."""


def receive_in_person(enter: Enter, data: dict[str, Any]) -> None:
    """Somebody comes to the counter: what is missing is told at both widths; then all of it by keyboard alone."""
    for phone in (True, False):
        counter = enter("motcua1", phone=phone)
        counter.open(f"/desk/receive/{CODE}/")
        counter.look("counter")
        counter.press("Tiếp nhận và xác nhận")
        expect(counter.page.locator("#visitor_number")).to_have_attribute("aria-invalid", "true")
        expect(counter.page.locator("#present")).to_have_attribute("aria-invalid", "true")
        counter.look("counter-wrong")
    keys = Keyboard(counter.page)
    counter.open("/desk/counter/")
    began = time.monotonic()
    keys.scan(CARD)
    expect(counter.page.locator("#words")).to_be_focused()
    counter.look("counter-scanned")
    keys.type("khai sinh")
    keys.press("Enter")
    expect(counter.page.locator(".xt-choice").first).to_be_focused()
    keys.press("Enter")
    expect(counter.page.locator("#visitor_name")).to_have_value("Lê Thị Hoa")
    expect(counter.page.locator('[name="requester.full_name"]')).to_have_value("Lê Thị Hoa")
    keys.fill(data, skip={"requester.full_name", "requester.id_number", "requester.address"})
    keys.reach('[name="mark.birth_proof"]')
    keys.press("ArrowRight", "ArrowRight", "ArrowRight")
    keys.reach("#present")
    keys.press("Space")
    keys.press("Enter")
    counter.see("Mã theo dõi")
    seconds = time.monotonic() - began
    print(
        f"an intake: {keys.pressed} keys, {seconds:.0f} s of the machine's, {keys.pressed / 5:.0f} s of a clerk's"
    )
    assert keys.pressed < KEYS
    assert seconds < SECONDS
    counter.look("counter-receipt")
    code = counter.page.locator(".xt-code").inner_text()
    number = counter.page.locator("h1").inner_text().split()[-1]
    follow_by_receipt(enter, number, code)


def follow_by_receipt(enter: Enter, number: str, code: str) -> None:
    """Without an account, on a phone: the number stands in the address of the QR picture, the code is typed."""
    stranger = enter(phone=True)
    stranger.open(f"/follow/?number={number}")
    stranger.look("follow")
    stranger.page.fill("#code", code.lower().replace("-", " "))
    stranger.press("Xem")
    stranger.see("Đăng ký khai sinh")
    assert "Lê Thị Hoa" not in stranger.page.inner_text("main")
    stranger.look("followed")


def sign_and_issue(enter: Enter, number: str) -> None:
    """The chair signs from the phone; the clerk issues."""
    chair = enter("chutich1", phone=True)
    chair.task(number)
    chair.look("desk-approve")
    chair.act("Ký số")
    clerk = enter("vanthu1")
    clerk.task(number)
    clerk.act("Phát hành")
