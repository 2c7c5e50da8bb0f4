"""A matter that three agencies work on at the same moment, each in a window of their own."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.people import Person, paper

pytestmark = pytest.mark.timeout(900)
Enter = Callable[..., Person]
TOP = "one => one.getBoundingClientRect().top"
SOON = 5_000
"""Within which everybody sees what somebody else has added: 2 s where nothing else runs, more beside a whole suite."""


def opened(person: Person, label: str) -> Locator:
    """An act of this post with its form open."""
    act = person.page.locator("details.xt-act").filter(
        has=person.page.locator("summary", has_text=re.compile(rf"^\s*{re.escape(label)}"))
    )
    act.locator("summary").first.click()
    return act


def say(person: Person, label: str, **answers: str) -> None:
    """Does an act after which the task stays open."""
    act = opened(person, label)
    for name, text in answers.items():
        act.locator(f'[name="{name}"]').fill(text)
    act.locator("button", has_text="Xác nhận").click()
    person.see("Đã thực hiện và ký:")


def test_three_agencies_in_three_windows(enter: Enter) -> None:
    """Opened by a chair with two agencies, a third is invited; all see each other as they write, and lose nothing."""
    chair = enter("chutich1")
    chair.open("/desk/begin/VV.01/")
    chair.page.fill("[name=subject]", "Công trình lấn hành lang thoát nước ngõ 12")
    chair.page.fill("[name=question]", "Có phải tháo dỡ không, phần nào, ai thực hiện")
    for agency in ("Sở Nông nghiệp và Môi trường", "Sở Xây dựng"):
        chair.page.get_by_label(agency, exact=True).check()
    chair.look("matter-begin")
    chair.press("Mở việc và ký xác nhận")
    number = chair.number()
    environment, works = enter("sonnmt1"), enter("soxd1", phone=True)
    for person in (environment, works):
        person.task(number)
    # Whoever is writing keeps words, focus and place while others' entries come in.
    writing = opened(works, "Thêm ý kiến").locator("[name=text]")
    writing.fill("Cống D800 bị chèn")
    place = writing.evaluate(TOP)
    say(environment, "Thêm ý kiến", text="Lấn 12 mét vuông hành lang")
    for person in (chair, works):
        expect(person.page.locator("main")).to_contain_text("Lấn 12 mét vuông hành lang", timeout=SOON)
    expect(works.page.locator("[data-live-said]")).to_contain_text("Có 1 mục mới")
    expect(writing).to_be_focused()
    assert writing.input_value() == "Cống D800 bị chèn"
    assert abs(place - writing.evaluate(TOP)) < 1, "what is looked at stays where it is"
    works.page.keyboard.type(", nước dâng 30 phân")
    works.page.keyboard.press("Control+Enter")
    works.see("Đã thực hiện và ký:")
    for person in (chair, environment):
        expect(person.page.locator("main")).to_contain_text("nước dâng 30 phân", timeout=SOON)
    # A third agency joins and is there at once for everybody.
    invited = opened(chair, "Mời cơ quan tham gia")
    invited.locator("select").select_option(
        label="Phòng Kinh tế, Hạ tầng và Đô thị, Ủy ban nhân dân phường Hòa Bình"
    )
    invited.locator("button", has_text="Xác nhận").click()
    land = enter("chuyenvien1")
    land.task(number)
    expect(environment.page.locator("main")).to_contain_text("Phòng Kinh tế, Hạ tầng và Đô thị", timeout=SOON)
    adding = opened(land, "Thêm ý kiến")
    adding.locator("[name=text]").fill("Giấy phép số 12 không cho phép phần lấn ra")
    plan = {"name": "giay-phep.pdf", "mimeType": "application/pdf", "buffer": paper("Giay phep so 12")}
    adding.locator("input[type=file]").set_input_files(files=[plan])  # type: ignore[list-item]
    adding.locator("button", has_text="Xác nhận").click()
    land.see("Đã thực hiện và ký:")
    expect(chair.page.get_by_text("giay-phep.pdf").first).to_be_visible(timeout=SOON)
    # The owner drafts on what has changed since: refused, shown, and nothing typed is lost.
    draft = opened(chair, "Soạn dự thảo kết luận").locator("[name=conclusion]")
    draft.fill("Tháo dỡ 12 mét vuông")
    say(environment, "Sửa ý kiến", text="Đo lại: lấn 10 mét vuông hành lang")
    expect(chair.page.locator("main")).to_contain_text("Đo lại: lấn 10 mét vuông", timeout=SOON)
    chair.page.keyboard.press("Control+Enter")
    chair.see("Nội dung đã thay đổi từ khi Ông/Bà xem")
    chair.look("matter-changed")
    again = chair.page.locator("details[open] [name=conclusion]")
    expect(again).to_have_value("Tháo dỡ 12 mét vuông")
    again.fill("Tháo dỡ 10 mét vuông")
    again.focus()
    chair.page.keyboard.press("Control+Enter")
    chair.see("Đã thực hiện và ký:")
    expect(works.page.locator("main")).to_contain_text("Tháo dỡ 10 mét vuông", timeout=SOON)
    say(works, "Bảo lưu ý kiến", reason="Chưa tính phần cống bị chèn")
    expect(chair.page.locator("main")).to_contain_text("Chưa tính phần cống bị chèn", timeout=SOON)
    for person in (chair, environment, works):
        person.look("matter")
    say(chair, "Kết luận vụ việc", despite="Cống xử lý ở vụ việc khác", leads_to="Giao phường theo dõi")
    chair.look("matter-concluded")
    works.open(works.page.url.partition("?")[0])
    works.see("Cống xử lý ở vụ việc khác")
