"""A real browser at phone and desktop size: pages fit, axe finds nothing, scripts do what they say."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from pytest_django import Settings

from xactin.ui.tests import site
from xactin.ui.tests.surroundings import without_other_rooms

AXE = Path(__file__).resolve().parents[4] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = pytest.mark.skipif(not Path(site.CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright runs an event loop in this thread; Django would refuse to work beside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=site.CHROMIUM, args=site.FLAGS)
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def address(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    settings.ROOT_URLCONF = "xactin.ui.tests.urls"
    settings.MIDDLEWARE = site.MIDDLEWARE
    without_other_rooms(monkeypatch)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    with site.served() as url:
        yield url


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 800}, base_url=address, bypass_csp=False)
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # A file that was refused on purpose is reported by the browser too.
    assert [text for text in complaints if "Failed to load resource" not in text] == []


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["/ui/", "/ui/desk/", "/ui/form/"])
def test_pages_fit_and_axe_finds_nothing(browser: Browser, address: str, width: int, path: str) -> None:
    # axe is put in by the test, which the content policy of a page would rightly refuse.
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=address, bypass_csp=True)
    page = context.new_page()
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.add_script_tag(path=AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    told = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found["violations"]]
    context.close()
    assert told == []


def test_own_assets_of_a_page_stay_under_100_kilobytes(phone: Page) -> None:
    sizes: dict[str, int] = {}
    phone.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    phone.goto("/ui/form/")
    phone.wait_for_load_state("networkidle")
    own = {url: size for url, size in sizes.items() if "/vendor/" not in url}
    assert len(own) >= 5
    assert sum(own.values()) < 100_000


def test_the_browser_says_the_same_words_as_the_server(phone: Page) -> None:
    phone.goto("/ui/form/")
    phone.fill("[name='owner.id_number']", "0241")
    phone.get_by_role("button", name="Tiếp tục").click()
    expect(phone.locator("#f-owner-id_number-error")).to_contain_text("gồm đúng 12 chữ số")
    expect(phone.locator("#f-owner-phone-error")).to_contain_text("Ông/Bà chưa nhập “Số điện thoại”.")
    expect(phone.locator("[name='owner.id_number']")).to_be_focused()
    assert phone.url.endswith("/ui/form/")


def test_dates_get_their_slashes_and_hidden_fields_are_not_sent(phone: Page) -> None:
    phone.goto("/ui/form/")
    phone.locator("[name='owner.born']").press_sequentially("05091986")
    expect(phone.locator("[name='owner.born']")).to_have_value("05/09/1986")
    expect(phone.locator("[name='house.address']")).to_be_hidden()
    expect(phone.locator("[name='house.address']")).to_be_disabled()
    phone.get_by_label("Qua bưu chính").check()
    expect(phone.locator("[name='house.address']")).to_be_visible()


def test_rows_are_added_and_removed(phone: Page) -> None:
    phone.goto("/ui/form/")
    expect(phone.locator("[data-row]")).to_have_count(0)
    phone.get_by_role("button", name="Thêm").click()
    phone.get_by_role("button", name="Thêm").click()
    expect(phone.locator("[data-row]")).to_have_count(2)
    expect(phone.get_by_role("group", name="Người cùng đứng tên 2", exact=True)).to_be_visible()
    phone.get_by_role("button", name="Bỏ").first.click()
    expect(phone.locator("[data-row]")).to_have_count(1)
    expect(phone.locator(".xt-row-number")).to_have_text("1")


def drafts(phone: Page, answer: Any) -> None:
    phone.route("**/draft", answer)
    phone.route(
        "**/ui/form/",
        lambda route: route.fulfill(
            response=(got := route.fetch()),
            body=got.text().replace("data-form ", 'data-form data-draft-url="/draft" '),
        ),
    )
    phone.goto("/ui/form/")


def test_a_draft_saves_itself_and_says_when(phone: Page) -> None:
    bodies: list[dict[str, list[str]]] = []

    def keep(route: Route) -> None:
        bodies.append(parse_qs(route.request.post_data or ""))
        route.fulfill(status=204)

    drafts(phone, keep)
    phone.fill("[name='owner.phone']", "0912345678")
    expect(phone.locator("[data-draft-state]")).to_contain_text("Đã lưu nháp lúc")
    assert bodies[-1]["owner.phone"] == ["0912345678"]
    assert "csrfmiddlewaretoken" not in bodies[-1]


def test_a_session_that_ended_loses_nothing(phone: Page) -> None:
    drafts(phone, lambda route: route.fulfill(status=403))
    phone.fill("[name='owner.phone']", "0912345678")
    expect(phone.locator("[data-draft-state]")).to_contain_text("Phiên làm việc đã hết")
    expect(phone.get_by_role("link", name="đăng nhập lại")).to_have_attribute(
        "href", "/accounts/login/?next=%2Fui%2Fform%2F"
    )
    phone.unroute("**/draft")
    phone.route("**/draft", lambda route: route.fulfill(status=204))
    phone.reload()
    expect(phone.locator("[name='owner.phone']")).to_have_value("0912345678")
    expect(phone.locator("[data-draft-state]")).to_contain_text("Đã lưu nháp lúc")
    assert phone.evaluate("sessionStorage.length") == 0


def test_a_file_that_goes_with_the_form_speaks_the_pages_language_too(phone: Page) -> None:
    def without_address(route: Route) -> None:
        answer = route.fetch()
        body = re.sub(r' data-upload="[^"]*"', "", answer.text())
        route.fulfill(response=answer, body=body)

    phone.route("**/ui/form/", without_address)
    phone.goto("/ui/form/")
    block = phone.locator(".xt-upload").first
    expect(block.locator(".xt-choose")).to_have_text("Chọn tệp hoặc chụp ảnh")
    file = {"name": "ban-ve.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    block.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
    expect(block.locator("[data-upload-state]")).to_have_text("ban-ve.pdf")


SEEN: Final = """one => [...one.childNodes].filter(part => !part.classList?.contains('visually-hidden'))
  .map(part => part.textContent).join('')"""


def test_a_file_that_is_too_large_is_told_at_once_and_not_kept(phone: Page) -> None:
    phone.goto("/ui/form/")
    expect(phone.locator(".xt-choose").first).to_be_visible()
    phone.locator(".xt-upload").first.evaluate("block => { block.dataset.largest = 1048576 }")
    file = {"name": "to.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7" + bytes(2_000_000)}
    phone.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    phone.wait_for_timeout(300)  # whatever else hears of the choice has had its turn
    expect(phone.locator("[data-upload-error]").first).to_contain_text(
        "Tệp quá lớn. Dung lượng tối đa là 1 MB"
    )
    assert phone.locator("input[type=file]").first.evaluate("input => input.files.length") == 0


def test_an_upload_shows_the_servers_words_then_keeps_the_answered_id(phone: Page) -> None:
    answers = [
        {"status": 415, "json": {"detail": "Tệp này không phải là PDF."}},
        {"status": 201, "json": {"id": "file-1", "name": "ban-ve.pdf"}},
        {"status": 201, "json": {"id": "file-2", "name": "tang-2.pdf"}},
        {"status": 201, "json": {"id": "file-3", "name": "tang-3.pdf"}},
    ]
    phone.route("**/files", lambda route: route.fulfill(**answers.pop(0)))
    phone.goto("/ui/form/")
    file = {"name": "ban-ve.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    phone.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    expect(phone.locator("[data-upload-error]")).to_contain_text("Tệp này không phải là PDF.")
    # An answer may be quicker than the last event of the choice.
    for kind in ("input", "change"):
        phone.locator("input[type=file]").dispatch_event(kind)
    expect(phone.locator("[data-upload-error]")).to_contain_text("Tệp này không phải là PDF.")
    phone.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    expect(phone.locator("[data-upload-state]")).to_contain_text("Đã tải lên: ban-ve.pdf")
    expect(phone.locator("[data-upload-error]")).to_be_hidden()
    assert phone.locator("[name=drawing_id]").input_value() == "file-1"
    block = phone.locator(".xt-upload").first
    block.evaluate(
        "block => { block.dataset.removable = ''; block.querySelector('[type=file]').multiple = true }"
    )
    two = [file | {"name": name} for name in ("tang-2.pdf", "tang-3.pdf")]
    phone.set_input_files("input[type=file]", two)  # type: ignore[arg-type]
    expect(block.locator("[data-upload-state]")).to_contain_text("Đã tải lên: tang-3.pdf")
    kept = block.locator("[name=drawing_id]")
    assert [kept.nth(at).input_value() for at in range(kept.count())] == ["file-1", "file-2", "file-3"]
    expect(block.get_by_role("button", name="tang-2.pdf")).to_have_attribute("value", "file-2")


def test_of_several_files_one_that_is_refused_is_named_and_stops_no_other(phone: Page) -> None:
    """Also after the form's own check wrote in the same place: what is said is seen, and in the page's language."""
    answers = [
        {"status": 201, "json": {"id": "file-1", "name": "a.pdf"}},
        {"status": 422, "json": {"detail": "Tệp PDF bị hỏng."}},
        {"status": 201, "json": {"id": "file-3", "name": "c.pdf"}},
    ]
    held: list[Route] = []
    phone.route("**/files", lambda route: held.append(route))
    phone.goto("/ui/form/")
    block = phone.locator(".xt-upload").first
    block.evaluate(
        "one => { const input = one.querySelector('[type=file]'); input.required = input.multiple = true }"
    )
    error = block.locator("[data-upload-error]")
    phone.evaluate("document.querySelector('form[data-form]').requestSubmit()")
    expect(error).to_contain_text("Ông/Bà chưa chọn tệp cho giấy tờ này.")
    files = [{"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"} for name in "abc"]
    block.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    for answer in answers:
        while not held:
            phone.wait_for_timeout(50)
        expect(block).to_have_attribute("data-uploading", "")
        # Nothing leaves the page while a file is on its way, and none travels twice.
        assert not phone.evaluate("document.querySelector('.xt-upload input[type=file]').files.length")
        phone.evaluate("document.querySelector('form[data-form]').requestSubmit()")
        expect(phone.locator("[data-draft-state]")).to_contain_text("Còn tệp chưa tải lên xong")
        held.pop().fulfill(**answer)  # type: ignore[arg-type]
        phone.wait_for_timeout(50)
    kept = block.locator("[name=drawing_id]")
    expect(kept).to_have_count(2)
    assert [kept.nth(at).input_value() for at in range(2)] == ["file-1", "file-3"]
    assert error.evaluate(SEEN) == "b.pdf: Tệp PDF bị hỏng."


def test_photos_shrink_before_they_travel(phone: Page) -> None:
    sent: list[int] = []

    def take(route: Route) -> None:
        sent.append(len(route.request.post_data_buffer or b""))
        route.fulfill(status=201, json={"id": "photo-1"})

    phone.route("**/files", take)
    phone.goto("/ui/form/")
    made = phone.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), {width: 3000, height: 2000});
            let seed = 7;
            const paper = canvas.getContext("2d"), dots = paper.createImageData(3000, 2000);
            for (let i = 0; i < dots.data.length; i++) {
                seed = (seed * 16807) % 2147483647;
                dots.data[i] = i % 4 == 3 ? 255 : seed % 256;
            }
            paper.putImageData(dots, 0, 0);
            const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
            const bag = new DataTransfer();
            bag.items.add(new File([blob], "anh.png", {type: "image/png"}));
            const input = document.querySelector("input[type=file]");
            input.files = bag.files;
            input.dispatchEvent(new Event("change"));
            return blob.size;
        }"""
    )
    expect(phone.locator("[data-upload-state]")).to_contain_text("Đã tải lên: anh", timeout=20_000)
    assert made > 1.2 * 1024 * 1024
    assert sent[0] < made


def test_one_key_and_one_confirmation(phone: Page) -> None:
    phone.goto("/ui/")
    phone.wait_for_load_state("networkidle")
    phone.keyboard.press("t")
    expect(phone.get_by_role("dialog", name="Tiếp nhận hồ sơ này?")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("dialog")).to_have_count(0)
    assert phone.url.endswith("/ui/")
    phone.keyboard.press("t")
    with phone.expect_navigation():
        phone.keyboard.press("Enter")
    assert phone.url.endswith("/ui/form/")


def test_single_keys_can_be_turned_off(phone: Page) -> None:
    phone.goto("/ui/")
    phone.wait_for_load_state("networkidle")
    phone.keyboard.press("?")
    phone.get_by_label("Dùng phím tắt trên trang này").uncheck()
    phone.get_by_role("button", name="Đóng").click()
    phone.keyboard.press("t")
    expect(phone.get_by_role("dialog")).to_have_count(0)


def test_the_flow_is_drawn_with_you_are_here(phone: Page) -> None:
    phone.goto("/ui/")
    phone.locator("figure[data-flow]").scroll_into_view_if_needed()
    expect(phone.locator(".xt-here-flag")).to_have_text("Hồ sơ đang ở đây", timeout=15_000)
    expect(phone.locator(".xt-node-here")).to_have_count(1)


def test_without_scripts_a_form_can_be_filled_and_sent(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/ui/form/")
    expect(page.locator("[data-row]")).to_have_count(2)
    expect(page.get_by_text("Chỉ nhập khi “Hình thức nhận kết quả”")).to_be_visible()
    for name, value in {
        "owner.id_number": "024186005678", "owner.phone": "0912345678", "owner.born": "05/09/1986",
        "house.storeys": "3", "house.area": "120,5", "owners.0.name": "Lê Thắng",
    }.items():  # fmt: skip
        page.fill(f"[name='{name}']", value)
    for label in ("Bê tông cốt thép", "Không", "Qua bưu chính"):
        page.get_by_label(label, exact=True).check()
    page.fill("[name='house.address']", "Thôn 3")
    page.get_by_label("Tôi cam đoan").check()
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.locator(".xt-answers")).to_have_count(4)
    expect(page.get_by_text("120,5")).to_be_visible()
    context.close()
