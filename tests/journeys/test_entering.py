"""Nothing entered is lost: a session that ends, a wrong file, a browser without scripts, another language."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Person, example

pytestmark = pytest.mark.timeout(600)
APPLY = "/procedures/1.013225/apply/"
Enter = Callable[..., Person]


def test_a_session_that_ends_while_filling_loses_nothing(enter: Enter) -> None:
    """The page says so, keeps everything, and after signing in the same form stands there filled."""
    owner = enter("congdan3")
    owner.open(APPLY)
    owner.page.fill("[name='land.parcel']", "1125")
    expect(owner.page.locator("[data-draft-state]")).to_contain_text("Đã lưu nháp", timeout=20_000)
    owner.context.clear_cookies(name="sessionid")
    owner.page.fill("[name='land.map_sheet']", "134")
    owner.see("Phiên làm việc đã hết")
    owner.look("session-ended")
    owner.press("đăng nhập lại")
    owner.sign_in("congdan3")
    assert owner.page.url.endswith(APPLY)
    expect(owner.page.locator("[name='land.parcel']")).to_have_value("1125")
    expect(owner.page.locator("[name='land.map_sheet']")).to_have_value("134")
    # What was brought back is saved a moment later, and the line says that instead.
    expect(owner.page.locator("[data-draft-state]")).to_contain_text(re.compile("Đã khôi phục|Đã lưu nháp"))


def test_a_file_that_is_not_what_it_says_is_refused_where_it_was_chosen(enter: Enter) -> None:
    """HTML under the name of a PDF: the sentence stands at the input, the form stays as it was."""
    owner = enter("congdan3", phone=True)
    owner.open(APPLY)
    page = {
        "name": "ban-ve.pdf",
        "mimeType": "application/pdf",
        "buffer": b"<!doctype html><script>1</script>",
    }
    owner.page.set_input_files("#u-document-drawing", files=[page])  # type: ignore[list-item]
    expect(owner.page.locator("#u-document-drawing-error")).to_contain_text("PDF", timeout=20_000)
    owner.look("wrong-file")


def test_a_form_is_sent_without_javascript(enter: Enter) -> None:
    """The same path in a browser without scripts: files travel with the form, errors stand at their fields."""
    given = example("birth-registration")
    owner = enter("congdan2", script=False)
    owner.open("/procedures/1.001193/apply/")
    owner.press("Tiếp tục")
    owner.see("mục cần sửa")
    owner.fill(given["data"])
    owner.press("Tiếp tục")
    owner.press("Ký xác nhận và nộp")
    owner.see("Hồ sơ của Ông/Bà đã được gửi")


def test_english_is_whole(enter: Enter) -> None:
    """One press, and pages speak English; the choice is kept."""
    guest = enter()
    guest.open("/")
    guest.page.get_by_role("button", name="English").click()
    guest.see("What do you need to do?")
    guest.look("home-english")
    guest.open("/procedures/1.013225/")
    guest.see("What to bring")
    guest.look("procedure-english")
    guest.open("/no-such-page/")
    guest.look("not-found-english")
