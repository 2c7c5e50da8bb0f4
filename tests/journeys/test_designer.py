"""A procedure made by clicking: written by the clerk, put in force by the administrator, applied for on a phone."""

import random
import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.people import Person


def test_a_procedure_made_by_clicking_takes_an_application(enter: Callable[..., Person]) -> None:
    number = f"{random.randrange(10**6):06d}"
    name = f"Xác nhận nhà ở số {number}"
    clerk = enter("vanthu1")
    clerk.open("/desk/procedures/drafts/")
    clerk.look("drafts")
    clerk.press("Soạn thủ tục mới")
    clerk.look("draft-new")
    said = {
        "name_vi": name,
        "field_vi": "Hộ tịch",
        "handled_by_vi": "Ủy ban nhân dân cấp xã",
        "result_vi": "Giấy xác nhận",
        "code": f"9.{number}",
        "amount": "3",
        "legal_basis": "Luật Nhà ở 27/2023/QH15",
    }
    for field, text in said.items():
        clerk.page.fill(f"[name={field}]", text)
    clerk.press("Lập bản thảo")
    clerk.see("Không có gì ngăn việc ban hành")
    clerk.press("Tờ khai")
    clerk.look("draft-form")
    clerk.page.get_by_role("link", name="Thêm nội dung cần khai").nth(1).click()
    clerk.page.fill("[name=label_vi]", "Diện tích căn nhà")
    clerk.page.select_option("[name=kind]", "number")
    clerk.look("draft-field")
    clerk.press("Lưu")
    clerk.see("Diện tích căn nhà")
    clerk.press("Các bước")
    clerk.look("draft-steps")
    clerk.press("Thêm: bước")
    clerk.page.fill("[name=name_vi]", "Xem xét tại chỗ")
    clerk.page.select_option("[name=agency]", "civil_status")
    clerk.page.select_option("[name=post]", "officer")
    clerk.page.get_by_label("từ chối").check()
    clerk.look("draft-step")
    clerk.press("Lưu")
    for _time in range(3):
        clerk.page.get_by_role("button", name="Lên Xem xét tại chỗ").click()
    clerk.press("Tổng quan")
    clerk.look("draft")
    clerk.press("Xem biểu mẫu như người dân thấy")
    clerk.look("draft-preview")
    clerk.page.go_back()
    clerk.press("Xác nhận: tôi đã thẩm tra")
    clerk.see("Người khác có thể ban hành")

    admin = enter("quantri1", phone=True)
    admin.open(f"/desk/procedures/drafts/?q={number}")
    admin.look("drafts-found")
    admin.page.get_by_label(f"Chọn {name}").check()
    admin.press("Xác nhận: ban hành các bản thảo đã chọn")
    admin.see("1 thủ tục đã có hiệu lực")

    citizen = enter("congdan1", phone=True)
    citizen.open(f"/procedures/9.{number}/apply/")
    citizen.page.get_by_label("Nội dung đề nghị").fill("Xác nhận căn nhà tôi đang ở")
    citizen.page.get_by_label("Diện tích căn nhà").fill("64")
    citizen.page.get_by_label(re.compile("Tôi cam đoan")).check()
    citizen.look("designed-form")
    citizen.press("Tiếp tục")
    citizen.look("designed-check")
    citizen.press("Ký xác nhận và nộp")
    expect(citizen.page.locator("main")).to_contain_text(re.compile(r"H44\.\d+-\d{6}-\d{4}"))
