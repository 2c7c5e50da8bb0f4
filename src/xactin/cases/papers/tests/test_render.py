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


def test_a_permit_says_what_the_form_said():
    pdf = result(permit())
    text = words(pdf)
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "XÃ BÌNH MINH",
        "Số: 01/GPXD-UBND",
        "Bình Minh, ngày 05 tháng 11 năm 2026",
        "NGUYỄN VĂN ĐƯỜNG",
        "1.085,5 m²",
        "Đất ở tại nông thôn (ONT)",
        "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH",
        CODE,
    ):
        assert said in text, said
    assert text.count(NOTICE) == 2
    info = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert "Giấy phép" in info
    assert "595.276 x 841.89 pts (A4)" in info
    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf


def test_a_birth_certificate_says_the_date_in_words_and_who_signs_for_whom():
    text = words(result(birth(), folder="birth-registration"))
    assert "Ngày mười lăm tháng tư năm hai nghìn không trăm hai mươi sáu" in text
    assert "KT. CHỦ TỊCH PHÓ CHỦ TỊCH" in text
    assert "Giới tính: Nữ" in text


def test_a_parent_who_is_not_known_is_not_invented():
    context = birth()
    del context["form"]["father"]
    text = words(result(context, folder="birth-registration"))
    assert "Họ, chữ đệm, tên người cha: không có thông tin" in text


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
    assert "Thời điểm trả kết quả: 17 giờ 00 phút, ngày 03 tháng 12 năm 2026" in text
    assert "1. Bản vẽ thiết kế" in text
    assert "75.000 đồng" in text
    assert NOTICE in text


def test_a_receipt_before_reception_promises_no_date():
    context = facts(papers=[], limit="trong ngày")
    context["case"] |= {"received": None, "due": None}
    text = words(render_form("01", context, trial=False, at=AT))
    assert "được tính từ khi hồ sơ được tiếp nhận" in text
    assert "Thời điểm tiếp nhận" not in text
    assert NOTICE not in text


def test_supplement():
    context = facts(
        items=["Bản vẽ mặt cắt móng", "Cam kết"], reason="Hồ sơ chưa đủ.", until="2026-12-03T17:00"
    )
    text = words(render_form("02", context, trial=True, at=AT))
    assert "1. Bản vẽ mặt cắt móng 2. Cam kết" in text
    assert "trước 17 giờ 00 phút, ngày 03 tháng 12 năm 2026" in text


@pytest.mark.parametrize(
    ("stage", "title"),
    [
        ("reception", "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ"),
        ("decision", "PHIẾU TỪ CHỐI GIẢI QUYẾT HỒ SƠ"),
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


def test_the_library_is_what_templates_import():
    assert {"decree30.typ", "vietnamese.typ"} <= {file.name for file in LIBRARY.glob("*.typ")}
