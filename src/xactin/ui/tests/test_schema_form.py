"""The same schema shows, reads and checks: what a person meets."""

import html
import json
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from xactin.ui.schema_form import SchemaForm, cleaned, fields_of, parse, validate
from xactin.ui.schema_form.parsing import clean
from xactin.ui.web.samples import form_schema

SENT = (
    "owner.full_name=Nguy%E1%BB%85n+Th%E1%BB%8B+H%C6%B0%E1%BB%9Dng&owner.id_number=024186+005+678"
    "&owner.phone=0912.345.678&owner.born=5/9/1986&house.storeys=3&house.area=1.120,5"
    "&house.cost=2.500.000.000+%C4%91&house.structure=concrete&house.adjacent=false&house.delivery=online"
    "&owners.0.name=&owners.3.name=L%C3%AA+Th%E1%BA%AFng&owners.3.share=40&truthful=true&csrfmiddlewaretoken=x"
)


@pytest.fixture
def data() -> dict[str, Any]:
    return parse(form_schema(), QueryDict(SENT))


def test_what_was_typed_becomes_typed_data(data: dict[str, Any]) -> None:
    assert data["owner"] == {
        "full_name": "Nguyễn Thị Hường",
        "id_number": "024186005678",
        "phone": "0912345678",
        "born": "1986-09-05",
    }
    assert data["house"]["area"] == "1120.5"
    assert data["house"]["cost"] == 2_500_000_000
    assert data["house"]["adjacent"] is False
    assert data["owners"] == [{"name": "Lê Thắng", "share": 40}]
    assert data["truthful"] is True
    assert validate(form_schema(), data) == {}


def test_an_empty_form_is_told_field_by_field_in_the_order_of_the_page() -> None:
    errors = validate(form_schema(), parse(form_schema(), QueryDict("")))
    assert list(errors) == [
        "/owner/full_name", "/owner/id_number", "/owner/phone", "/owner/born", "/house/storeys",
        "/house/area", "/house/structure", "/house/adjacent", "/house/delivery", "/truthful",
    ]  # fmt: skip
    assert errors["/owner/full_name"] == "Ông/Bà chưa nhập “Họ, chữ đệm, tên”."
    assert errors["/house/structure"] == "Ông/Bà chưa chọn “Kết cấu chính”."
    assert errors["/truthful"] == "Ông/Bà cần đánh dấu vào ô này để xác nhận."


@pytest.mark.parametrize(
    ("pointer", "value", "vi", "en"),
    [
        ("/owner/id_number", "0241", "đúng 12 chữ số", "exactly 12 digits"),
        ("/owner/phone", "1022", "03, 05, 07, 08 hoặc 09", "03, 05, 07, 08 or 09"),
        ("/owner/email", "huong@", "thư điện tử chưa đúng", "not an e-mail"),
        ("/owner/born", "2026-02-30", "ngày có thật", "real date"),
        ("/house/storeys", "ba", "số nguyên", "whole number"),
        ("/house/storeys", 13, "không được lớn hơn 12", "not be more than 12"),
        ("/house/area", "lớn", "phải là một số", "must be a number"),
        ("/house/structure", "glass", "một trong các lựa chọn", "one of the options"),
        ("/house/note", "x" * 1001, "dài quá 1.000 ký tự", "longer than 1,000 characters"),
    ],
)
def test_each_fault_has_human_words_in_both_languages(
    data: dict[str, Any], pointer: str, value: object, vi: str, en: str
) -> None:
    _, section, name = pointer.split("/")
    data[section][name] = value
    assert vi in validate(form_schema(), data, "vi")[pointer]
    assert en in validate(form_schema(), data, "en")[pointer]
    assert len(validate(form_schema(), data)) == 1


def test_what_one_answer_makes_necessary_is_asked_after_that_answer(data: dict[str, Any]) -> None:
    data["house"]["delivery"] = "postal"
    assert list(validate(form_schema(), data)) == ["/house/address"]
    drawn = str(SchemaForm(form_schema(), data=data, language="vi"))
    assert 'data-shown-when="house.delivery"' in drawn
    assert "Chỉ nhập khi “Hình thức nhận kết quả” là “Qua bưu chính”." in drawn


def test_nothing_entered_is_lost_and_errors_are_tied_to_inputs() -> None:
    sent = QueryDict("owner.full_name=<b>&owner.born=31/02/2020&house.storeys=ba&house.note=một%0Ahai")
    data = parse(form_schema(), sent)
    errors = validate(form_schema(), data)
    form = SchemaForm(form_schema(), data=data, errors=errors, language="vi")
    drawn = str(form)
    assert 'value="&lt;b&gt;"' in drawn
    assert 'value="31/02/2020"' in drawn
    assert 'value="ba"' in drawn
    assert ">một\nhai</textarea>" in drawn
    assert 'id="f-house-storeys-error"' in drawn
    assert 'aria-describedby="f-house-storeys-error"' in drawn
    assert len(form.error_list()) == len(errors)
    for error in form.error_list():
        assert f'id="{error.anchor}"' in drawn


def test_a_section_that_may_stay_empty_is_left_out_unless_something_was_entered() -> None:
    schema = {
        "type": "object",
        "properties": {
            "mother": {
                "type": "object",
                "required": ["name"],
                "x-ui": {"optional": True},
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "nationality": {"type": "string", "default": "Việt Nam"},
                },
            }
        },
    }
    untouched = parse(schema, QueryDict("mother.name=&mother.nationality=Việt Nam"))
    assert untouched == {}
    assert validate(schema, untouched) == {}
    begun = parse(schema, QueryDict("mother.name=&mother.nationality=Lào"))
    assert list(validate(schema, begun)) == ["/mother/name"]


def test_lines_are_a_list_with_one_item_a_line() -> None:
    schema = {
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 3}}
        },
    }
    assert parse(schema, QueryDict("items=Bản vẽ%0D%0A%0D%0A Cam kết ")) == {"items": ["Bản vẽ", "Cam kết"]}
    assert "chưa nhập" in validate(schema, parse(schema, QueryDict("items=")))["/items"]
    drawn = str(SchemaForm(schema, data={"items": ["Bản vẽ", "Cam kết"]}))
    assert "Bản vẽ\nCam kết</textarea>" in drawn


def test_the_summary_shows_what_a_reader_understands(data: dict[str, Any]) -> None:
    form = SchemaForm(form_schema(), data=data, language="vi")
    shown = {answer.label: answer.value for part in form.summary() for answer in part.answers}
    assert shown["Ngày sinh"] == "05/09/1986"
    assert shown["Diện tích sàn"] == "1120,5\u00a0m²"
    assert shown["Dự toán"] == "2.500.000.000\u00a0đ"
    assert shown["Kết cấu chính"] == "Bê tông cốt thép"
    assert shown["Có công trình liền kề"] == "Không"
    assert "Địa chỉ nhận" not in shown


def test_defaults_show_in_a_fresh_form_only() -> None:
    assert 'value="Nguyễn Thị Hường"' in str(SchemaForm(form_schema()))
    assert 'value="Nguyễn Thị Hường"' not in str(SchemaForm(form_schema(), data={"owner": {"phone": "1"}}))


PACKAGES = sorted((Path(__file__).resolve().parents[4] / "procedures").glob("*/form.schema.json"))


@pytest.mark.parametrize("path", PACKAGES, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_forms_of_the_packages_draw_with_a_label_for_every_field(path: Path, language: str) -> None:
    schema = json.loads(path.read_text("utf-8"))
    form = SchemaForm(schema, language=language)
    drawn = html.unescape(str(form))
    for field in fields_of(schema):
        assert field.label[language] in drawn
    errors = validate(schema, {}, language)
    assert errors
    assert all("{" not in message for message in errors.values())


words = st.text(min_size=1, max_size=30).filter(lambda text: clean(text) == text and "\n" not in text)
filled = st.fixed_dictionaries(
    {
        "owner": st.fixed_dictionaries(
            {
                "full_name": words,
                "id_number": st.from_regex(r"[0-9]{12}", fullmatch=True),
                "phone": st.from_regex(r"0[35789][0-9]{8}", fullmatch=True),
                "born": st.dates().map(lambda day: day.isoformat()),
            }
        ),
        "house": st.fixed_dictionaries(
            {
                "storeys": st.integers(1, 12),
                "area": st.from_regex(r"[1-9][0-9]{0,3}\.[0-9]{1,2}", fullmatch=True),
                "structure": st.sampled_from(["concrete", "brick"]),
                "adjacent": st.booleans(),
                "delivery": st.just("online"),
            },
            optional={"cost": st.integers(0, 10**12), "note": words},
        ),
        "truthful": st.just(True),
    },
    optional={"owners": st.lists(st.fixed_dictionaries({"name": words}), min_size=1, max_size=4)},
)


def as_sent(form: SchemaForm) -> QueryDict:
    """What a browser would send back unchanged."""
    sent = QueryDict(mutable=True)
    for node in (one for root in form.nodes for one in root.walk()):
        if node.kind in ("section", "rows"):
            continue
        if node.kind == "agree":
            sent.appendlist(node.name, "true" if node.agreed else "")
        elif node.options:
            sent.setlist(node.name, [option.value for option in node.options if option.chosen])
        else:
            sent.appendlist(node.name, node.text)
    return sent


@given(filled)
def test_a_form_sent_back_unchanged_means_the_same(data: dict[str, Any]) -> None:
    assert parse(form_schema(), as_sent(SchemaForm(form_schema(), data=data))) == data


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=8), st.sampled_from(["vi", "en"]))
def test_no_input_breaks_reading_checking_or_drawing(values: dict[str, str], language: str) -> None:
    sent = QueryDict(mutable=True)
    names = [
        "owner.born",
        "house.storeys",
        "house.cost",
        "owners.1.name",
        "owners.x.name",
        "house",
        "truthful",
    ]
    for (key, value), name in zip(values.items(), names, strict=False):
        sent.appendlist(name, value)
        sent.appendlist(key, value)
    data = parse(form_schema(), sent)
    errors = validate(form_schema(), data, language)
    str(SchemaForm(form_schema(), data=data, errors=errors, language=language))


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        ("phone", "+84 912 345 678", "0912345678"),
        ("phone", "+84 (0)912.345.678", "0912345678"),
        ("phone", "84912345678", "0912345678"),
        ("phone", "0842345678", "0842345678"),
        ("full_name", "   ", None),
        ("full_name", " Nguye\u0302\u0303n ", "Nguyễn"),
        ("id_number", "024186 005 678", "024186005678"),
    ],
)
def test_web_and_program_are_kept_in_one_spelling(field: str, sent: str, kept: str | None) -> None:
    given = QueryDict(mutable=True)
    given.update({f"owner.{field}": sent})
    assert parse(form_schema(), given).get("owner", {}).get(field) == kept
    assert cleaned(form_schema(), {"owner": {field: sent}})["owner"].get(field) == kept


@pytest.mark.parametrize(
    ("sent", "kept"), [("120,5", "120.5"), ("120.5", "120.5"), ("1.120,5", "1120.5"), ("1,120.5", "1,120.5")]
)
def test_a_decimal_is_one_number_whoever_writes_it(sent: str, kept: str) -> None:
    given = QueryDict(mutable=True)
    given.update({"house.area": sent})
    assert parse(form_schema(), given)["house"]["area"] == kept
    assert cleaned(form_schema(), {"house": {"area": sent}}) == {"house": {"area": kept}}


@pytest.mark.parametrize(
    ("sent", "kept", "wrong"),
    [
        ("1958", "1958", False),
        ("05/1958", "1958-05", False),
        ("12/05/1958", "1958-05-12", False),
        ("1958-05-12", "1958-05-12", False),
        ("31/02/1958", "31/02/1958", True),
        ("13/1958", "1958-13", True),
        ("58", "58", True),
    ],
)
def test_a_birth_may_be_known_by_its_year(sent: str, kept: str, wrong: bool) -> None:
    schema = {"type": "object", "properties": {"born": {"type": "string", "format": "partial-date"}}}
    given = QueryDict(mutable=True)
    given.update({"born": sent})
    assert parse(schema, given) == cleaned(schema, {"born": sent}) == {"born": kept}
    assert bool(validate(schema, {"born": kept})) is wrong
    if not wrong:
        assert f'value="{sent if "/" in sent or len(sent) == 4 else "12/05/1958"}"' in str(
            SchemaForm(schema, data={"born": kept})
        )


def test_blank_text_is_told_and_what_cannot_be_read_stays() -> None:
    assert cleaned(form_schema(), {"owner": 3, "nobody": ""}) == {"owner": 3, "nobody": ""}
    reason = {"type": "object", "properties": {"reason": {"type": "string", "minLength": 3}}}
    assert list(validate(reason, {"reason": "    "})) == ["/reason"]
