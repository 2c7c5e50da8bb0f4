"""The search of procedures in daily speech, with slips and without diacritics, finds what people need."""

from pathlib import Path
from typing import Final

import pytest
import yaml

from xactin.cases.procedures.speech import Entry, Index, grouped
from xactin.cases.procedures.speech.aliases import read
from xactin.cases.procedures.speech.kept import LONGEST, kept
from xactin.cases.procedures.speech.words import one_slip
from xactin.identity.rules import folded

BIRTH, PERMIT, MARRIAGE, REPAIR, LAND = "1.001193", "1.013225", "1.000894", "1.000001", "1.000002"
CATALOGUE: Final = [
    Entry(BIRTH, "Thủ tục đăng ký khai sinh", "commune", "Hộ tịch", ("đẻ con", "em bé", "a baby")),
    Entry(PERMIT, "Cấp giấy phép xây dựng mới nhà ở riêng lẻ", "commune", "Xây dựng", ("cất nhà",)),
    Entry(MARRIAGE, "Thủ tục đăng ký kết hôn", "commune", "Hộ tịch"),
    Entry(REPAIR, "Cấp giấy phép sửa chữa, cải tạo công trình", "province", "Xây dựng"),
    Entry(LAND, "Cấp lại Giấy chứng nhận quyền sử dụng đất do bị mất", "province", "Đất đai"),
    *(Entry(f"9.{at}", f"Việc số {at} của ngành khác hẳn", "ministry") for at in range(20)),
]
INDEX: Final = Index(CATALOGUE, folded)
PACKAGES: Final = Path(__file__).resolve().parents[5] / "procedures"


def _entry(folder: str) -> Entry:
    """A package of the platform as the page's index takes it."""
    said = yaml.safe_load((PACKAGES / folder / "procedure.yaml").read_text("utf-8"))
    called = [phrase for text in said.get("keywords", {}).values() for phrase in text.split(",")]
    return Entry(folder, said["name"]["vi"], said.get("level", "commune"), "", (said["name"]["en"], *called))


OF_THE_PLATFORM: Final = Index(
    [
        *(_entry(file.parent.name) for file in sorted(PACKAGES.glob("*/procedure.yaml"))),
        Entry("repair", "Cấp giấy phép sửa chữa, cải tạo nhà", "commune"),
    ],
    folded,
)


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("làm giấy khai sinh cho con", "birth-registration"),
        ("con tôi mới sinh", "birth-registration"),
        ("xây nhà cấp 4", "building-permit"),
        ("tôi muốn xin phép xây nhà ở quê", "building-permit"),
        ("build a house", "building-permit"),
        ("bố tôi mới mất", "death-registration"),
        ("giay chung tu", "death-registration"),
        ("giấy độc thân để mua nhà", "marital-status"),
        ("mất giấy khai sinh", "civil-status-copy"),
        ("xin trich luc ket hon", "civil-status-copy"),
        ("kết hôn", "marriage-registration"),
        ("lấy vợ thì làm giấy gì", "marriage-registration"),
        ("sửa nhà", "repair"),
    ],
)
def test_packages_are_found_by_their_keywords(said: str, first: str) -> None:
    assert OF_THE_PLATFORM.answer(said).hits[0].code == first


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("làm giấy khai sinh cho con", BIRTH),
        ("vợ em mới đẻ thì làm giấy gì", BIRTH),
        ("de con", BIRTH),
        ("khai sinhh", BIRTH),
        ("khaisinh", BIRTH),
        ("kahi sinh", BIRTH),
        ("baby", BIRTH),
        ("1.001193", BIRTH),
        ("xin giaays phesp xaay nhaf", PERMIT),
        ("cat nha", PERMIT),
        ("hai đứa muốn cưới", MARRIAGE),
        ("toi muon dang ky ket hon", MARRIAGE),
        ("sua chua", REPAIR),
        ("mất sổ đỏ", LAND),
    ],
)
def test_what_people_say_finds_what_they_need(said: str, first: str) -> None:
    answer = INDEX.answer(said)
    assert answer.hits[0].code == first
    assert answer.sure


@pytest.mark.parametrize("said", ["hộ chiếu", "xe máy", "đăng tàu cá", "", "???", "' : & | !", "x" * 5_000])
def test_what_fits_nothing_is_said_to_be_unsure(said: str) -> None:
    assert not INDEX.answer(said).sure


def test_the_words_of_every_request_tell_nothing_unless_they_carry_other_marks() -> None:
    """`cho` (for) is in every request, `chó` (dog) is what one is about."""
    index = Index([Entry("a", "Giấy tờ cho người mới"), Entry("b", "Nuôi chó")], folded)
    assert [hit.code for hit in index.answer("giấy cho chó").hits][:1] == ["b"]


def test_a_commune_comes_before_a_ministry_and_equals_stay_as_they_came() -> None:
    same = [Entry(level + str(at), "Cấp thẻ", level) for at in (1, 2) for level in ("ministry", "commune")]
    found = [hit.code for hit in Index(same, folded).answer("cấp thẻ").hits]
    assert found == ["commune1", "commune2", "ministry1", "ministry2"]


def test_a_field_alone_lists_what_belongs_to_it() -> None:
    answer = INDEX.answer("ho tich")
    assert {hit.code for hit in answer.hits} == {BIRTH, MARRIAGE}
    assert answer.sure


def test_near_twins_are_grouped_below_the_first() -> None:
    names = {
        "a": "Gia hạn sử dụng đất khi hết thời hạn sử dụng đất",
        "b": "Cấp lại giấy phép",
        "c": "Thủ tục gia hạn sử dụng đất khi hết thời hạn sử dụng đất",
        "d": "Gia hạn giấy phép",
    }
    index = Index([Entry(code, name) for code, name in names.items()], folded)
    assert grouped("abcd", index.marks) == [["a", "c"], ["b"], ["d"]]


def test_a_line_that_says_nothing_is_no_alias() -> None:
    for line in ("báo tử", "= khai tử", "báo tử =", "a,,b = c"):
        with pytest.raises(ValueError, match="no alias"):
            read(line, folded)


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ("Làm Giấy khai sinh", "lam giay khai sinh"),
        ("thủ tục 1.001193", "thu tuc 1.001193"),
        ("nhà cấp 4 ở tổ 12", "nha cap 4 o to 12"),
        ("Nguyễn Văn A 001200012345", ""),
        ("gọi 0912 345 678", ""),
        ("sinh 01/02/1990", ""),
        ("a@b.vn", ""),
        ("123 45", ""),
        ("đ" * 300, "d" * LONGEST),
    ],
)
def test_nothing_that_looks_like_a_personal_number_is_kept(said: str, stays: str) -> None:
    assert kept(said, folded) == stays


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("sinh", "sinhh", True),
        ("sinh", "sin", True),
        ("sinh", "sihn", True),
        ("sinh", "sinx", True),
        ("khai", "kkhai", True),
        ("sinh", "sinh", False),
        ("sinh", "snih", True),
        ("sinh", "hnis", False),
        ("sinh", "sixy", False),
        ("a", "abc", False),
    ],
)
def test_one_slip(one: str, other: str, slip: bool) -> None:
    assert one_slip(one, other) is slip
    assert one_slip(other, one) is slip
