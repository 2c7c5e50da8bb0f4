import re
import subprocess

import pytest

from xactin.cases.papers import RenderError, draft_result, render, render_form
from xactin.cases.papers.press import LIBRARY
from xactin.cases.papers.render import press
from xactin.cases.papers.testing import AT, CODE, birth, facts, package_files, permit, words
from xactin.vault.apart import Apart

NOTICE = "BẢN THỬ NGHIỆM - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"


def result(context, *, trial=True, folder="building-permit", **files):
    return draft_result(package_files(folder) | files, context, trial=trial, at=AT, title="Giấy phép")


def test_a_permit_is_of_form_03_of_decree_217_2026():
    pdf = result(permit())
    text = words(pdf)
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "XÃ BÌNH MINH",
        "Bình Minh, ngày 05 tháng 11 năm 2026",
        "(Sử dụng cho công trình: Nhà ở riêng lẻ)",
        "1. Cấp cho: NGUYỄN VĂN ĐƯỜNG; Số định danh cá nhân/Mã số doanh nghiệp: 036086001234",
        "1.085,5 m²",
        "+ Mật độ xây dựng: 7,9 %, hệ số sử dụng đất: 0,22.",
        "+ Chỉ giới đường đỏ, chỉ giới xây dựng: trùng ranh giới thửa đất phía đường",
        "3 tầng nổi, 0 tầng hầm, 0 tầng lửng",
        "4. Dự kiến thời gian hoàn thành công trình: 8 tháng.",
        "trong thời hạn 12 tháng kể từ ngày cấp",
        "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH",
        "CHỦ ĐẦU TƯ PHẢI THỰC HIỆN CÁC NỘI DUNG SAU ĐÂY:",
        "khoản 1 Điều 63 Nghị định số 217/2026/NĐ-CP",
        "ĐIỀU CHỈNH/GIA HẠN GIẤY PHÉP",
        CODE,
    ):
        assert said in text, said
    assert text.index("GIẤY PHÉP XÂY DỰNG MỚI") < text.index("Số: 01/GPXD") < text.index("(Sử dụng")
    assert text.count(NOTICE) == 2
    info = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "Giấy phép" in info
    assert "595.276 x 841.89 pts (A4)" in info
    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf


def test_a_birth_certificate_says_the_date_in_words_and_who_signs_for_whom():
    text = words(result(birth(), folder="birth-registration"))
    assert "Ngày mười lăm, tháng tư, năm hai nghìn không trăm hai mươi sáu" in text
    assert "NGƯỜI KÝ GIẤY KHAI SINH KT. CHỦ TỊCH PHÓ CHỦ TỊCH" in text
    assert "TM." not in text
    assert "Giới tính: Nữ" in text
    # The form's order: the declarer's paper, no relationship; no agency above, no numbers of the parents.
    assert (
        text.index("người mẹ:")
        < text.index("người cha:")
        < text.index("Giấy tờ tùy thân: Số định danh cá nhân 036086")
    )
    assert "Quan hệ" not in text
    assert "036186001234" not in text
    assert text.index("CỘNG HÒA") < text.index("Số: 07/2026") < text.index("GIẤY KHAI SINH")
    assert "XÃ BÌNH MINH" not in text


def test_a_parent_who_is_not_known_is_not_invented():
    context = birth()
    del context["form"]["father"]
    text = words(result(context, folder="birth-registration", trial=False))
    _, _, father = text.partition("người cha:")
    lines, _, _ = father.partition("người đi khai sinh")
    labels = "Năm sinh:", "Dân tộc:", "Quốc tịch:", "Nơi cư trú:", "Họ, chữ đệm, tên"
    assert sorted(lines.split()) == sorted(" ".join(labels).split())


def test_the_same_facts_give_the_same_bytes():
    assert result(permit()) == result(permit())
    assert result(permit()) != result(permit(full_name="Nguyễn Văn Đưòng"))


def test_without_a_trial_nothing_says_so():
    assert "THỬ NGHIỆM" not in words(result(permit(), trial=False))


@pytest.mark.parametrize(
    "name",
    [
        '*x* _y_ #read("/decree30.typ") $a$ `b` <sign-chair> @cite',
        '"); #pagebreak() //',
        "#{while true {}}",
        "]#[ \\u{48} \\",
        '{"a": "b"} ${x} %s {0}',
    ],
)
def test_markup_in_data_stays_text(name):
    assert name.upper() in words(result(permit(full_name=name)))


def test_a_very_long_word_breaks_no_page():
    text = words(result(permit(address="ă" * 5000, full_name="A" * 3000)))
    assert text.count(NOTICE) == text.count("Kiểm tra văn bản này tại")


@pytest.fixture
def hasty(monkeypatch):
    """A press with one second a document."""
    worker = Apart("xactin.cases.papers.press", seconds=1, memory=render.MEMORY)
    monkeypatch.setattr(render, "_press", lambda: worker)
    yield
    worker.close()


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ('#import "/decree30.typ": *\n#set page(header: none)\nkhông có dòng thử nghiệm', "template"),
        ('#import "@preview/tiaoma:0.1.0": *', "template"),
        ('#import ("@pre" + "view/tiaoma:0.1.0")', "template"),
        ('#read("/etc/passwd")', "template"),
        ('#read("../../../etc/passwd")', "template"),
        ("#while true { }", "template"),
        ("#let f(n) = f(n + 1)\n#f(1)", "template"),
        ("#panic()", "template"),
        (
            "#for i in range(9000) { for j in range(9000) { for k in range(9000) { let sum = i + j } } }",
            "limits",
        ),
        ('#("a" * 4000000000)', "limits"),
    ],
)
def test_a_bad_template_is_an_error_and_the_next_document_comes_out(template, code, hasty):
    with pytest.raises(RenderError) as error:
        result(permit(), **{"result.typ": template})
    assert error.value.code == code
    assert result(permit())


def test_a_package_cannot_take_the_place_of_the_library():
    with pytest.raises(RenderError, match="file_name"):
        result(
            permit(), **{"decree30.typ": "#let state-paper(title: none, body) = body\n#let closing = none"}
        )
    with pytest.raises(RenderError, match="file_name"):
        result(permit(), **{"../../over.typ": "x"})


@pytest.mark.parametrize("name", ["a" * 30_000, 1.5, b"x"])
def test_data_that_no_document_has_is_refused(name):
    with pytest.raises(RenderError, match="text"):
        result(permit(full_name=name))


def test_receipt():
    context = facts(papers=["Bản vẽ thiết kế"], limit="07 ngày làm việc", fee=75000)
    text = words(render_form("01", context, trial=True, at=AT))
    assert "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" in text
    assert "5. Thời gian trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 03 tháng 12 năm 2026" in text
    assert "1. Thành phần hồ sơ nộp gồm: - Bản vẽ thiết kế." in text
    assert "75.000 đồng" in text
    assert "được lập thành 2 liên" in text
    assert NOTICE in text
    # Only who stands at a counter signs a sheet of paper.
    assert "NGƯỜI NỘP HỒ SƠ" not in text
    context["at_counter"] = True
    assert "NGƯỜI NỘP HỒ SƠ" in words(render_form("01", context, trial=True, at=AT))


def test_a_receipt_before_reception_promises_no_date():
    context = facts(papers=[], limit="trong ngày")
    context["case"] |= {"received": None, "due": None}
    text = words(render_form("01", context, trial=False, at=AT))
    assert "được tính từ khi hồ sơ được tiếp nhận" in text
    assert "đang chờ kiểm tra để tiếp nhận" in text
    assert NOTICE not in text


def test_supplement():
    context = facts(
        items=["Bản vẽ mặt cắt móng", "Cam kết"],
        reason="Hồ sơ chưa đủ.",
        until="2026-12-03T17:00",
        after="Quá thời điểm đó, hồ sơ dừng giải quyết.",
    )
    text = words(render_form("02", context, trial=True, at=AT))
    assert "1. Bản vẽ mặt cắt móng 2. Cam kết" in text
    assert "trước 17 giờ 00 phút, ngày 03 tháng 12 năm 2026" in text
    assert "không tính vào thời hạn giải quyết. Quá thời điểm đó, hồ sơ dừng giải quyết." in text
    assert re.search(r"Số: \d{6}-\d{4}/TTPVHCC Mã hồ sơ: H44", text)


@pytest.mark.parametrize(
    ("stage", "title"),
    [
        ("reception", "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ"),
        ("decision", "THÔNG BÁO Về việc không giải quyết hồ sơ"),
    ],
)
def test_refusal(stage, title):
    context = facts(reason="Không thuộc thẩm quyền.", stage=stage)
    text = words(render_form("03", context, trial=True, at=AT))
    assert title in text
    assert "Không thuộc thẩm quyền." in text


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("number-words(0)", "không"),
        ("number-words(5)", "năm"),
        ("number-words(15)", "mười lăm"),
        ("number-words(21)", "hai mươi mốt"),
        ("number-words(105)", "một trăm linh năm"),
        ("number-words(1999)", "một nghìn chín trăm chín mươi chín"),
        ("number-words(2005)", "hai nghìn không trăm linh năm"),
        ("number-words(2026)", "hai nghìn không trăm hai mươi sáu"),
        ('date-words("2026-04-01")', "Ngày một tháng tư năm hai nghìn không trăm hai mươi sáu"),
        ('date-long("2026-02-09")', "ngày 09 tháng 02 năm 2026"),
        ('date-long("2026-03-19")', "ngày 19 tháng 3 năm 2026"),
        ('date-short("2026-03-09")', "09/03/2026"),
        ('time-long("2026-03-09T07:05")', "07 giờ 05 phút, ngày 09 tháng 3 năm 2026"),
        ('number-vi("1234567.50")', "1.234.567,50"),
        ('number-vi("-12.5")', "−12,5"),
        ("money(75000)", "75.000 đồng"),
    ],
)
def test_numbers_and_dates_as_people_write_them(call, said):
    main = f'#import "/vietnamese.typ": *\n#set page(width: 30cm)\n#({call})'
    assert words(press(main, {}, {}, standards=(), at=AT)).strip() == said


@pytest.mark.parametrize("lines", range(0, 40, 2))
def test_signatures_never_stand_alone_on_a_page(lines):
    filled = "\n\n".join(f"Dòng {number}." for number in range(20 + lines))
    template = f'#import "/decree30.typ": *\n#letterhead()\n{filled}\n\n#kept[Đoạn cuối.]\n\n#signature()'
    made = draft_result({"result.typ": template}, permit(), trial=False, at=AT, title="Giấy phép")
    said = subprocess.run(["pdftotext", "-layout", "-", "-"], input=made, capture_output=True, check=True)
    (signed,) = (page for page in said.stdout.decode().split("\f") if "Nơi nhận" in page)
    assert "Đoạn cuối." in signed


def test_the_library_is_what_templates_import():
    assert {"decree30.typ", "vietnamese.typ"} <= {file.name for file in LIBRARY.glob("*.typ")}
