"""Files of the national database as they are: each becomes a draft that could be published, with what is doubtful."""

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xactin.cases.procedures.designs.files import files_of
from xactin.cases.procedures.designs.template import usual_template
from xactin.cases.procedures.national.reading import Reading, Unreadable, read
from xactin.cases.procedures.national.texts import clean, lengths, line
from xactin.cases.runtime import installed
from xactin.kernel.procedure.check import check
from xactin.kernel.procedure.package import load_package

FILES = Path(__file__).parent / "files"
TODAY = date(2026, 11, 27)


def reading_of(code: str, **changes: Any) -> Reading:
    """A file of the national database, with some of its members changed."""
    data = orjson.loads((FILES / f"{code}.json").read_bytes())["data"]
    return read(orjson.dumps({"code": "OK", "data": data | changes}), TODAY)


def codes(reading: Reading) -> set[str]:
    """The kinds of doubt."""
    return {doubt.code for doubt in reading.doubts}


@pytest.mark.parametrize("path", sorted(FILES.glob("*.json")), ids=lambda path: path.stem)
def test_what_is_read_could_be_published(path: Path) -> None:
    design = read(path.read_bytes(), TODAY).design
    package = load_package(files_of(design, usual_template(design)))
    assert check(package, posts=None, runtime=installed()) == []
    assert package.code == path.stem


def test_limits_that_contradict_each_other_are_told_and_the_longest_is_taken() -> None:
    reading = reading_of("2.000635")
    assert reading.design.limit == {"working_day": 15}
    doubt = next(one for one in reading.doubts if one.code == "limit_contradicts")
    assert "1 ngày làm việc; 15 ngày làm việc" in doubt.vi


def test_half_a_day_is_working_hours() -> None:
    reading = reading_of("1.115330")
    assert reading.design.limit == {"working_day": 7, "working_hour": 4}
    assert "limit_half" in codes(reading)


def test_lines_that_are_notes_headings_or_the_form_are_no_papers() -> None:
    reading = reading_of("2.000635")
    names = [paper.name.vi for paper in reading.design.papers if not paper.shown]
    assert len(names) == 1
    assert names[0].startswith("Văn bản ủy quyền")
    assert not reading.design.papers[0].required
    shown = [paper.name.vi for paper in reading.design.papers if paper.shown]
    assert any(name.startswith("Hộ chiếu/Thẻ căn cước") for name in shown)
    assert "\u200e" not in "".join([*names, *shown])


def test_who_decides_on_a_ministry_s_system_is_told() -> None:
    assert "elsewhere" in codes(reading_of("1.010039"))
    assert "elsewhere" not in codes(reading_of("1.115330"))


def test_a_name_of_a_thousand_letters_is_cut_between_words() -> None:
    reading = reading_of("1.115542")
    assert len(reading.design.name.vi) <= 300
    assert reading.design.name.vi.endswith("…")
    assert "name_long" in codes(reading)


@pytest.mark.parametrize(
    ("amounts", "expected", "doubts"),
    [
        ([8000, 8000], 8000, set()),
        ([8000, 16000], 16000, {"fee_several"}),
        ([75], 75, {"fee_small"}),
        ([None, 0], None, set()),
    ],
)
def test_fees(amounts: list[int | None], expected: int | None, doubts: set[str]) -> None:
    ways = [
        {"submissionMethod": "ONLINE", "fees": [{"value": amount, "description": ""}]} for amount in amounts
    ]
    reading = reading_of("1.115330", executionMethods=ways)
    assert [fee.amount for fee in reading.design.fees] == ([] if expected is None else [expected])
    assert {code for code in codes(reading) if code.startswith("fee")} == doubts


def test_a_fee_of_the_province_is_zero_until_somebody_enters_it() -> None:
    fee = {"value": 0, "description": "Do Hội đồng nhân dân cấp tỉnh quyết định"}
    reading = reading_of("1.115330", executionMethods=[{"submissionMethod": "ONLINE", "fees": [fee]}])
    assert reading.design.fees[0].set_by is not None
    assert "fee_by_council" in codes(reading)


@pytest.mark.parametrize(
    ("sent", "vi"),
    [
        (b"", "JSON"),
        ((FILES / "2.000635.json").read_bytes()[:9000], "JSON"),
        (b"[]", "không chứa"),
        (b'{"data": 3}', "không chứa"),
        (b'{"data": {"code": "1"}}', "không có mã hoặc tên"),
        (orjson.dumps({"code": "1" * 41, "name": "x"}), "dài quá 40"),
        (b" " * 5_000_001, "5 MB"),
    ],
)
def test_what_is_no_procedure_is_refused_in_words(sent: bytes, vi: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(sent, TODAY)
    assert vi in refused.value.vi


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_MEMBERS = sorted(orjson.loads((FILES / "2.000635.json").read_bytes())["data"])


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(_MEMBERS), _JSON, min_size=1, max_size=6))
def test_no_file_is_answered_by_a_crash(changes: dict[str, Any]) -> None:
    data = orjson.loads((FILES / "2.000635.json").read_bytes())["data"]
    with suppress(Unreadable):
        assert read(orjson.dumps(data | changes), TODAY).design.code


def test_texts_lose_markup_and_what_nobody_sees() -> None:
    assert clean("<p>Đơn\u200e&nbsp;</p>\r\n\r\n đề  nghị") == "Đơn\nđề nghị"
    assert line(" - * Giấy tờ phải nộp: ") == "Giấy tờ phải nộp"
    assert list(lengths("Không quá 7,5 ngày; 05 (năm) ngày làm việc, 24 giờ")) == [
        ("7.5", "ngày"),
        ("5", "ngày làm việc"),
        ("24", "giờ"),
    ]
