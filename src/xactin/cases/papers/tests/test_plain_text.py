import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.cases.papers.fonts import characters
from xactin.cases.papers.plain_text import (
    BORROWED,
    LARGEST,
    LONGEST,
    UNKNOWN,
    TooMuchTextError,
    WrongValueError,
    plain,
    plain_text,
)

VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậđeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ"


@given(st.text(max_size=200))
def test_only_what_the_faces_can_set_is_left(text):
    known = {chr(one) for one in characters()} | BORROWED | {"\n"}
    assert set(plain_text(text)) <= known


@given(st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " ,.-0123456789₫²“”…–", max_size=80))
def test_vietnamese_stays_as_it_is_in_either_form(text):
    assert plain_text(text) == unicodedata.normalize("NFC", text)
    assert plain_text(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFC", text)


def test_what_could_turn_a_page_over_is_gone():
    assert plain_text("Nguyễn \u202eVăn\u202c A\x00\x07\u200b") == "Nguyễn Văn A"
    assert plain_text("中😀") == UNKNOWN * 2
    assert len(plain_text("a" + "\u0301" * 50)) <= 3


def test_dates_and_times_are_those_of_vietnam():
    assert plain({"a": datetime(2026, 11, 24, 18, 5, tzinfo=UTC)}) == {"a": "2026-11-25T01:05"}
    assert plain([date(2026, 1, 5), 1 << 60, True, None]) == ["2026-01-05", str(1 << 60), True, None]


@pytest.mark.parametrize("value", [1.5, b"bytes", {1, 2}, datetime(2026, 1, 1), object()])
def test_values_that_cannot_be_signed_are_refused(value):
    with pytest.raises(WrongValueError):
        plain({"a": value})


def nested(depth):
    return [nested(depth - 1)] if depth else []


@pytest.mark.parametrize(
    "value", ["a" * (LONGEST + 1), ["a" * LONGEST] * (LARGEST // LONGEST + 1), nested(40)]
)
def test_a_document_is_not_endless(value):
    with pytest.raises(TooMuchTextError):
        plain(value)
