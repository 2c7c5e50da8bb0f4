"""A building permit, from the search box to a stranger with the paper in hand."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.authority import Running, program, surroundings
from tests.journeys.people import DESKTOP, PASSWORD, PATIENCE, Person, example

pytestmark = pytest.mark.timeout(900)
CODE = "1.013225"
OPINIONS = {
    "chuyenvien2": "Thửa đất có đất ở, phù hợp quy hoạch sử dụng đất.",
    "soxd1": "Đấu nối thoát nước vào cống chung trên đường trước nhà.",
    "sonnmt1": "Có bể tự hoại ba ngăn trước khi đấu nối.",
}
Enter = Callable[..., Person]


def test_a_permit_from_the_search_box_to_a_stranger(enter: Enter, authority: Running, tmp_path: Path) -> None:
    owner = enter()
    number = apply(owner)
    case = owner.page.url
    receive_and_consult(enter, number)
    answer_in_parallel(enter, number)
    appraise(enter, number)
    chair = approve_with_a_passkey(enter, number)
    signed = chair.page.url
    issue(enter, number)
    paper, code = fetch(owner, case, tmp_path)
    check(enter(), paper, code, authority)
    read_without_javascript(enter, code)
    sign_with_the_passkey_alone(enter("quantri1"), chair, signed.partition("?")[0], code)


def apply(owner: Person) -> str:
    """Looks for what is needed in everyday words, reads, signs in, fills in, checks, attests."""
    given = example("building-permit")
    owner.open("/")
    owner.look("home")
    owner.page.fill("#hero-q", "xay nha")
    owner.page.keyboard.press("Enter")
    owner.see("Thủ tục phù hợp với")
    owner.look("catalogue")
    owner.press("Cấp giấy phép xây dựng mới")
    owner.see("Thành phần hồ sơ")
    owner.look("procedure")
    owner.press("Nộp hồ sơ trực tuyến")
    owner.look("sign-in")
    owner.sign_in("congdan1")
    expect(owner.page.locator("[name='owner.full_name']")).to_have_value("Nguyễn Thị Hạnh")
    owner.look("apply")
    owner.press("Tiếp tục")
    owner.page.wait_for_timeout(500)
    owner.look("apply-wrong")
    owner.fill(given["data"])
    for kind in given["documents"]:
        owner.attach(kind)
    owner.look("apply-filled")
    owner.press("Tiếp tục")
    owner.see("Ký xác nhận và nộp")
    owner.look("check")
    owner.press("Ký xác nhận và nộp")
    owner.see("Hồ sơ của Ông/Bà đã được gửi")
    owner.look("sent")
    with owner.page.expect_download() as receipt:
        owner.press("Giấy tiếp nhận")
    assert Path(receipt.value.path()).read_bytes().startswith(b"%PDF-")
    return owner.number()


def receive_and_consult(enter: Enter, number: str) -> None:
    """The counter receives; the officer of the construction unit asks three agencies at once."""
    counter = enter("motcua1")
    counter.open("/desk/")
    counter.look("inbox")
    counter.task(number)
    counter.look("desk-receive")
    counter.act("Tiếp nhận")
    counter.open("/desk/cases/")
    counter.look("desk-list")
    _by_keyboard(counter)
    _a_person_is_looked_for(counter)
    officer = enter("chuyenvien1")
    officer.task(number)
    officer.act("Lấy ý kiến các cơ quan")
    officer.look("desk-waiting")


def answer_in_parallel(enter: Enter, number: str) -> None:
    """Three agencies have the same dossier open at the same time; each sees its part and answers."""
    people = {name: enter(name) for name in OPINIONS}
    for person in people.values():
        person.task(number)
    people["sonnmt1"].look("desk-consult")
    assert people["sonnmt1"].page.get_by_text("Giấy tờ về quyền sử dụng đất").count() == 0
    for name, opinion in OPINIONS.items():
        people[name].act("Đồng ý", opinion=opinion)


def appraise(enter: Enter, number: str) -> None:
    """The officer sees three answers and submits for signature."""
    officer = enter("chuyenvien1")
    officer.task(number)
    for opinion in OPINIONS.values():
        officer.see(opinion)
    officer.look("desk-appraise")
    officer.act("Trình ký", building_line="Lùi 2,4 m so với chỉ giới đường đỏ", note="Hồ sơ đủ điều kiện.")


def approve_with_a_passkey(enter: Enter, number: str) -> Person:
    """The chair enrols a passkey and approves the draft with it."""
    chair = enter("chutich1")
    chair.give_passkey()
    chair.open("/me/keys/")
    chair.look("keys")
    chair.press("Đăng ký khóa")
    chair.page.fill("main [name=password]", PASSWORD)
    chair.press("Xác nhận")
    chair.page.locator("form[data-enrol-passkey] [name=label]").fill("Máy tính phòng làm việc")
    chair.look("keys-add")
    chair.page.locator("form[data-enrol-passkey] button").first.click()
    chair.see("Máy tính phòng làm việc")
    chair.task(number)
    chair.see("Dự thảo kết quả")
    chair.page.locator("details.xt-act summary").first.click()
    chair.look("desk-approve")
    chair.page.locator("details.xt-act summary").first.click()
    case = chair.page.url
    chair.act("Phê duyệt")
    chair.open(case)
    return chair


def sign_with_the_passkey_alone(admin: Person, chair: Person, case: str, code: str) -> None:
    """From now on the chair's post signs with a passkey alone: also where it confirms, and where it revokes."""
    admin.open("/agencies/H44.100/")
    post = admin.page.locator(".xt-card", has_text="H44.100:chair")
    post.get_by_role("button", name="Bắt buộc ký bằng khóa truy cập").click()
    admin.open("/agencies/posts/H44.100:chair/appoint/?q=Trần")
    admin.page.locator("main [name=person]").first.check()
    admin.press("Đề nghị")
    admin.see("Cần một người khác xác nhận")
    chair.open("/proposals/")
    chair.press("Xác nhận")  # several entries, one signature
    chair.see("Đã xác nhận, có hiệu lực kể từ bây giờ")
    chair.open(f"{case}revoke/")
    chair.page.fill("[name=reason]", "Cấp sai thẩm quyền")
    chair.look("revoke")
    chair.press("Xác nhận thu hồi")
    chair.page.wait_for_url(case)
    chair.open(f"/verify/{code}")
    chair.see("Cấp sai thẩm quyền")
    admin.open("/agencies/H44.100/")
    # As it was, for the journeys that come after: the chair stays.
    newcomer = post.locator("li", has_text="Trần")
    newcomer.locator("summary").click()
    newcomer.get_by_role("button", name="Kết thúc ngay").click()
    expect(newcomer).to_have_count(0)
    expect(post.locator("li")).to_have_count(1)
    post.get_by_role("button", name="Không bắt buộc khóa truy cập").click()


def issue(enter: Enter, number: str) -> None:
    """The clerk numbers, seals and issues."""
    clerk = enter("vanthu1")
    clerk.task(number)
    clerk.act("Phát hành")


def fetch(owner: Person, case: str, folder: Path) -> tuple[bytes, str]:
    """The owner finds the result, downloads it and follows its mark of proof."""
    for _try in range(60):
        owner.open(case.partition("?")[0])
        if owner.page.get_by_text("Kết quả của Ông/Bà").count():
            break
        owner.page.wait_for_timeout(1000)
    owner.look("own-done")
    with owner.page.expect_download() as download:
        owner.press("Tải văn bản đã ký số")
    paper = Path(download.value.path()).read_bytes()
    (folder / "permit.pdf").write_bytes(paper)
    if shutil.which("pdfsig"):
        told = subprocess.run(["pdfsig", "-nocert", folder / "permit.pdf"], capture_output=True, text=True)
        assert told.stdout.count("Signature is Valid") == 2
        assert "Total document signed" in told.stdout
    owner.open("/cases/")
    owner.look("own-list")
    owner.open("/notices/")
    owner.look("notices")
    owner.page.go_back()
    owner.open(case.partition("?")[0])
    owner.press("Kiểm tra văn bản")
    owner.page.wait_for_url(re.compile("/verify/"))
    return paper, owner.page.url.rpartition("/")[2]


def check(stranger: Person, paper: bytes, code: str, authority: Running) -> None:
    """Somebody else checks by code and by file; one byte changed and it is not valid; and without us."""
    stranger.open(f"/verify/{code}")
    stranger.see("Đang có hiệu lực")
    verdict = stranger.page.locator("[data-proof]")
    stranger.page.set_input_files("#file", files=[_pdf(paper)])
    stranger.press("Kiểm tra tệp")
    expect(verdict).to_contain_text("Hợp lệ", timeout=PATIENCE)
    expect(verdict).not_to_contain_text("Không hợp lệ")
    stranger.look("verify-code")
    changed = bytearray(paper)
    changed[len(changed) // 2] ^= 1
    stranger.page.set_input_files("#file", files=[_pdf(bytes(changed))])
    stranger.press("Kiểm tra tệp")
    expect(verdict).to_contain_text("Không hợp lệ", timeout=PATIENCE)
    stranger.look("verify-code-changed")
    stranger.open("/verify/")
    stranger.look("verify")
    for content, told, name in (
        (paper, "Hợp lệ", "verify-valid"),
        (bytes(changed), "Không hợp lệ", "verify-not-valid"),
    ):
        stranger.open("/verify/")
        stranger.page.set_input_files("#file", files=[_pdf(content)])
        stranger.press("Kiểm tra tệp")
        expect(stranger.page.locator(".xt-verdict h2")).to_have_text(told, timeout=PATIENCE)
        stranger.look(name)
        path = authority.data / "checked.pdf"
        path.write_bytes(content)
        command = [program(), "verify", str(path)]
        alone = subprocess.run(
            command, env=surroundings(XACTIN_DATA=str(authority.data)), capture_output=True
        )
        assert alone.returncode == (0 if content is paper else 1)
    stranger.open("/verify/4T9X-0CMB-4T9X-0CMB-4T9X-0CMB-4T9X")
    stranger.look("verify-unknown")


def read_without_javascript(enter: Enter, code: str) -> None:
    """Reading and checking work in a browser without scripts."""
    reader = enter(script=False)
    reader.open(f"/verify/{code}")
    reader.see("Đang có hiệu lực")
    reader.open(f"/procedures/{CODE}/")
    reader.see("Thẩm định, trình ký")


def _pdf(content: bytes) -> dict[str, object]:
    return {"name": "permit.pdf", "mimeType": "application/pdf", "buffer": content}


def _by_keyboard(counter: Person) -> None:
    """j and k go through the lines, Enter opens, ? tells the keys; twenty lines fit on a small screen."""
    page, line = counter.page, counter.page.locator("[data-row]:focus")
    page.keyboard.press("j")
    expect(line).to_have_count(1)
    first = line.get_attribute("href")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Dòng sau")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    assert line.get_attribute("href") == first, "before the first line there is none"
    before = page.viewport_size
    page.set_viewport_size({"width": 1366, "height": 768})
    row = page.locator("[data-rows] tbody tr").first.bounding_box()
    assert row is not None
    assert row["y"] + 20 * row["height"] <= 768
    page.set_viewport_size(before or DESKTOP)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cases/*-*/**")
    page.go_back()


def _a_person_is_looked_for(counter: Person) -> None:
    """By the number in the form, for a purpose; the address does not name it, and the list stays filtered."""
    owner = example("building-permit")["data"]["owner"]
    counter.page.locator("summary", has_text="Tìm theo người").click()
    counter.page.get_by_label("Số định danh (CCCD) hoặc họ và tên").fill(owner["id_number"])
    counter.page.get_by_label("Mục đích").select_option("find.asked")
    counter.page.get_by_role("button", name="Tìm", exact=True).last.click()
    counter.see("Hồ sơ của:")
    assert owner["id_number"] not in counter.page.url
    assert counter.page.locator("[data-row]").count() >= 1
    counter.look("desk-person")
