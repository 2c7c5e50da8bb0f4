"""The search of procedures in daily speech, with slips and without diacritics, finds what people need."""

from pathlib import Path
from typing import Final

import pytest
import yaml

from xactin.cases.procedures import speech
from xactin.identity.queries import folded

PACKAGES: Final = Path(__file__).resolve().parents[5] / "procedures"
BIRTH, PERMIT, MARRIAGE, REPAIR, DEATH = "birth", "permit", "marriage", "repair", "death"
SINGLE, COPY = "single", "copy"


def _text(folder: str) -> tuple[str, str]:
    said = yaml.safe_load((PACKAGES / folder / "procedure.yaml").read_text("utf-8"))
    name = " . ".join(said["name"].values())
    parts = [said["summary"], said["field"]["name"], said["keywords"]]
    return folded(name), folded(
        " ".join([said["code"], name, *(text for part in parts for text in part.values())])
    )


TEXTS: Final = [
    (PERMIT, *_text("building-permit")),
    (BIRTH, *_text("birth-registration")),
    (DEATH, *_text("death-registration")),
    (SINGLE, *_text("marital-status")),
    (COPY, *_text("civil-status-copy")),
    (MARRIAGE, *_text("marriage-registration")),
    (REPAIR, folded("Cấp giấy phép sửa chữa, cải tạo nhà"), folded("Cấp giấy phép sửa chữa, cải tạo nhà ở")),
]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("làm giấy khai sinh cho con", BIRTH),
        ("de con", BIRTH),
        ("con tôi mới sinh", BIRTH),
        ("khai sinhh", BIRTH),
        ("khaisinh", BIRTH),
        ("kahi sinh", BIRTH),
        ("vợ em mới đẻ thì làm giấy gì", BIRTH),
        ("baby", BIRTH),
        ("1.001193", BIRTH),
        ("xây nhà cấp 4", PERMIT),
        ("xay nha", PERMIT),
        ("làm nhà", PERMIT),
        ("cất nhà", PERMIT),
        ("tôi muốn xin phép xây nhà ở quê", PERMIT),
        ("build a house", PERMIT),
        ("bố tôi mới mất", DEATH),
        ("giay chung tu", DEATH),
        ("giấy độc thân để mua nhà", SINGLE),
        ("mất giấy khai sinh", COPY),
        ("xin trich luc ket hon", COPY),
        ("kết hôn", MARRIAGE),
        ("toi muon dang ky ket hon", MARRIAGE),
        ("lấy vợ thì làm giấy gì", MARRIAGE),
        ("sửa nhà", REPAIR),
    ],
)
def test_what_people_say_finds_what_they_need(said: str, first: str) -> None:
    assert speech.ranked(folded(said), TEXTS)[:1] == [first]


@pytest.mark.parametrize("said", ["xe máy", "hộ chiếu", "", "  ", "???", "' : & | !", "đăng ký tàu cá"])
def test_nothing_fits(said: str) -> None:
    assert speech.ranked(folded(said), TEXTS) == []


def test_what_shares_only_a_common_word_is_left_out() -> None:
    assert BIRTH not in speech.ranked(folded("xây nhà"), TEXTS)
    assert MARRIAGE not in speech.ranked(folded("giấy khai sinh"), TEXTS)


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
    assert speech.one_slip(one, other) is slip
    assert speech.one_slip(other, one) is slip
