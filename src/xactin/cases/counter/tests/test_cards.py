"""What a scanner types is a card, or is refused with a sentence: nothing in between."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xactin.cases.counter import codes
from xactin.cases.counter.cards import Card, Unreadable, read

TODAY = date(2026, 11, 27)
TEXT = (
    "001190012345|012345678|NGUYỄN THỊ HẰNG|07031990|Nữ|Số 5, thôn Đoài, Nam Hồng, Đông Anh, Hà Nội|01072021"
)
CARD = Card(
    number="001190012345",
    old_number="012345678",
    name="NGUYỄN THỊ HẰNG",
    born=date(1990, 3, 7),
    sex="Nữ",
    address="Số 5, thôn Đoài, Nam Hồng, Đông Anh, Hà Nội",
    issued=date(2021, 7, 1),
)


def changed(at: int, value: str) -> str:
    fields = TEXT.split("|")
    fields[at] = value
    return "|".join(fields)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"\ufeff{TEXT}\r\n".removeprefix("\ufeff"),
        f"  {TEXT}\t",
        TEXT + "|LÊ VĂN A|TRẦN THỊ B||",  # a card of 2024
        TEXT.replace("Ễ", "E\u0302\u0303"),  # letters in pieces
    ],
)
def test_a_card_with_whatever_keys_around_it(text: str) -> None:
    assert read(text, TODAY) == CARD


def test_what_a_card_need_not_say() -> None:
    assert read(changed(1, ""), TODAY).old_number == ""
    assert read(changed(6, ""), TODAY).issued is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "mã QR"),
        ("001190012345", "mã QR"),
        ("https://vneid.gov.vn/x", "mã QR"),
        (TEXT + "|", "mã QR"),
        (TEXT.rsplit("|", 1)[0], "mã QR"),
        (TEXT + TEXT, "hai lần quét"),
        (changed(0, "00119001234"), "số CCCD"),
        (changed(0, "099190012345"), "số CCCD"),
        (changed(1, "1234567"), "mã QR"),
        (changed(2, "NGUYá»„N THá»Š HẰNG"), "ký tự lạ"),
        (changed(2, "NGUY?N TH? H?NG"), "ký tự lạ"),
        (changed(2, ""), "ký tự lạ"),
        (changed(3, "31021990"), "Ngày sinh"),
        (changed(3, "19900307"), "Ngày sinh"),
        (changed(3, "07031991"), "không khớp"),
        (changed(4, "Nam"), "không khớp"),
        (changed(4, "F"), "mã QR"),
        (changed(6, "01072031"), "Ngày cấp"),
        (changed(6, "01072021x"), "Ngày cấp"),
        (changed(6, "01071989"), "trước ngày sinh"),
        ("|" * 5_000, "mã QR"),
    ],
)
def test_another_text_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text, TODAY)
    assert why in refused.value.vi
    assert refused.value.en


@settings(max_examples=40)
@given(st.text(max_size=200))
def test_no_text_is_a_card_by_chance(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text, TODAY)


@given(st.binary(min_size=8, max_size=8))
def test_a_code_is_read_as_people_write_it(random: bytes) -> None:
    code = codes.spelled(random)
    assert codes.normal(f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} ") == code
    assert codes.spelled(bytes([random[0] ^ 0xF0]) + random[1:]) == code  # 60 bits, not 64
    assert len(code.replace("-", "")) == codes.LETTERS


@pytest.mark.parametrize("text", ["", "4T9X-0CMB", "4T9X-0CMB-7KQU", "4T9X-0CMB-7KQE-0", "4T9X-0CMB-7KQÉ"])
def test_what_is_no_code(text: str) -> None:
    assert codes.normal(text) == ""
