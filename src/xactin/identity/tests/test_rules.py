"""Codes, numbers of people, names folded and sorted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.identity.agencies import units
from xactin.identity.rules import (
    clean_name,
    clean_phone,
    folded,
    is_agency_code,
    is_citizen_number,
    is_mobile,
    is_tax_code,
    sort_key,
)


@pytest.mark.parametrize("code", ["H44", "H44.100", "H44.100.01", "G09.01.02.3", "A00." + "1" * 31])
def test_codes_of_decision_20_are_taken(code: str) -> None:
    assert is_agency_code(code)


@pytest.mark.parametrize(
    "code",
    ["", "h44", "H4", "H444", "44H", "H44.", "H44..1", "H44-100", "H44.1\n", "H４４", "A00." + "1" * 32],
)
def test_other_codes_are_refused(code: str) -> None:
    assert not is_agency_code(code)


def test_text_is_searched_without_diacritics() -> None:
    assert folded("  ĐỖ  Thị Đào ") == "do thi dao"
    assert {folded(name) for name in ("H'Nga", "H’Nga", "hʼnga", "HNga")} == {"hnga"}
    assert folded("Ƀlam Y Ŧơ") == "blam y to"
    assert folded(unicodedata.normalize("NFD", "Nguyễn Thị Ước")) == "nguyen thi uoc"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(alphabet="aăâeêioôơuưyđbcghklmnpqrstvx áàảãạ"))
def test_folding_does_not_see_how_letters_are_composed(text: str) -> None:
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text))


def test_names_stand_by_given_name_in_the_order_of_the_alphabet() -> None:
    names = [
        "Trần Văn Bình",
        "Nguyễn Thị Ánh",
        "Lê Văn An",
        "Phạm Thị Ân",
        "Đỗ Thị Đào",
        "Hoàng Văn Dũng",
        "Nguyễn Văn An",
        "Đinh Văn An",
        "Dương Văn An",
    ]
    assert sorted(names, key=sort_key) == [
        "Dương Văn An",
        "Đinh Văn An",
        "Lê Văn An",
        "Nguyễn Văn An",
        "Nguyễn Thị Ánh",
        "Phạm Thị Ân",
        "Trần Văn Bình",
        "Hoàng Văn Dũng",
        "Đỗ Thị Đào",
    ]


def test_tones_decide_only_between_equal_letters() -> None:
    mixed = ["Lê Mạ", "Lê Mã", "Lê Ma", "Lê Má", "Lê Mả", "Lê Mà"]
    assert sorted(mixed, key=sort_key) == ["Lê Ma", "Lê Mà", "Lê Mả", "Lê Mã", "Lê Má", "Lê Mạ"]
    assert sort_key("Lê Mạ") < sort_key("An Mai")


@given(st.text())
def test_sort_keys_do_not_depend_on_composition(name: str) -> None:
    assert sort_key(unicodedata.normalize("NFD", name)) == sort_key(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize("number", ["025190000123", "001085012345", "096203000001", "157099000001"])
def test_numbers_of_cards_are_taken(number: str) -> None:
    assert is_citizen_number(number, year=2026)


@pytest.mark.parametrize(
    "number",
    ["", "02519000012", "0251900001234", "003190000123", "025240000123", "02519000012a", "０25190000123"],
)
def test_numbers_no_card_carries_are_refused(number: str) -> None:
    assert not is_citizen_number(number, year=2026)


def test_phones_are_mobile_numbers_however_written() -> None:
    assert clean_phone("+84 912.345-678") == "0912345678"
    assert is_mobile("0912345678")
    assert not is_mobile("1022")
    assert not is_mobile("0212345678")
    assert not is_mobile("09123456789")


def test_units_are_those_of_the_two_levels() -> None:
    every = units.all_units().values()
    assert len(units.provinces()) == 34
    assert len(every) - 34 == 3321
    assert all(unit.province_code in units.all_units() for unit in every if unit.level == "commune")


def test_units_are_found_without_diacritics() -> None:
    assert "00004" in [unit.code for unit in units.find_units("ba dinh")]
    found = units.unit("00004")
    assert found is not None
    assert found.name_en == "Ba Đình Ward"
    assert units.unit("99999") is None


def test_a_name_keeps_no_sign_that_cannot_be_seen() -> None:
    assert clean_name("Lê\x01 Văn\u202e A\u200b\x7f") == "Lê Văn A"


@pytest.mark.parametrize(
    ("number", "year", "can"),
    [
        ("001226000001", 2026, True),
        ("001226000001", 2025, False),
        ("001227000001", 2026, False),
        ("001099000001", 1999, True),
        ("001099000001", 1998, False),
    ],
)
def test_nobody_has_a_card_before_their_birth(number: str, year: int, can: bool) -> None:
    assert is_citizen_number(number, year=year) is can


@pytest.mark.parametrize("code", ["0100109106", "0100109106-001", "0101248141", "0300588569"])
def test_codes_of_firms_are_taken(code: str) -> None:
    assert is_tax_code(code)


@pytest.mark.parametrize(
    "code",
    # nine digits, eleven, a wrong check digit, a branch in another spelling, no digit at all
    ["010010910", "01001091060", "0100109105", "0100109107", "0100109106-01", "0100109106001", "０100109106"],
)
def test_codes_no_firm_has_are_refused(code: str) -> None:
    assert not is_tax_code(code)
    assert not is_tax_code(f"{code}\n")


def test_each_digit_of_a_firms_code_counts() -> None:
    """A digit mistyped anywhere is seen, and a remainder of 0 (a check digit of 10) belongs to no firm."""
    for place in range(9):
        wrong = str((int("0100109106"[place]) + 1) % 10)
        assert not is_tax_code("0100109106"[:place] + wrong + "0100109106"[place + 1 :])
    assert not any(is_tax_code(f"000000000{digit}") for digit in range(10))
