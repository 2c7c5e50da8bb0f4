"""One file of the national procedure database becomes a design with its doubts, or a reason why not."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

import orjson
from pydantic import ValidationError

from xactin.cases.procedures.designs.design import Design, Text
from xactin.cases.procedures.designs.usual import FORM, usual_result, usual_steps
from xactin.cases.procedures.national.doubts import Doubt
from xactin.cases.procedures.national.fees import fees_of
from xactin.cases.procedures.national.limits import limit_of
from xactin.cases.procedures.national.papers import papers_of
from xactin.cases.procedures.national.texts import clean, entries, line, shortened
from xactin.kernel.local import LOCAL

LARGEST: Final = 5_000_000
"""Bytes of one file."""

_NAME: Final = 300
_CHANNELS: Final[Mapping[str, Literal["direct", "online", "postal"]]] = {
    "DIRECT": "direct",
    "ONLINE": "online",
    "POSTAL": "postal",
}
_FIRMS: Final = ("doanh nghiệp", "hợp tác xã", "tổ chức")
# Whose own system decides: then nothing is issued here (Decree 118/2025).
_ELSEWHERE: Final = ("công an", "bảo hiểm xã hội", "quân sự", "biên phòng", "thuế")


class Unreadable(ValueError):
    """A file gives no design; `vi` and `en` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


@dataclass(frozen=True, slots=True)
class Reading:
    """A design proposed, and what a person should look at first."""

    design: Design
    doubts: tuple[Doubt, ...]


def read(sent: bytes, today: date, offices: Collection[str] = ()) -> Reading:
    """What a file says. `today`: from when it would hold, as the file itself names no day; `offices`: the functions of
    agencies where somebody examines dossiers. Raises Unreadable.
    """
    data = _data(sent)
    code, name = clean(data.get("code")), line(data.get("name"))
    if not code or not name:
        raise Unreadable("Tệp không có mã hoặc tên thủ tục", "The file has no code or no name of a procedure")
    if len(code) > 40:
        raise Unreadable(
            "Mã thủ tục dài quá 40 ký tự", "The code of the procedure is longer than 40 characters"
        )
    doubts: list[Doubt] = []
    limit, more = limit_of(data)
    papers, about_papers = papers_of(data)
    fees, about_fees = fees_of(data)
    doubts += [*more, *about_papers, *about_fees, *_of_the_rest(data, name)]
    steps = usual_steps(_of(data, "category", "name"), offices)
    said = (
        _said(data, name, code, today) | {"steps": steps} | {"papers": papers, "fees": fees, "limit": limit}
    )
    try:
        return Reading(Design.model_validate(said), tuple(doubts))
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        raise Unreadable(
            f"Mục “{where}” không dùng được: {first['msg']}", f"“{where}” cannot be used: {first['msg']}"
        ) from error


def _said(data: Mapping[str, Any], name: str, code: str, today: date) -> dict[str, Any]:
    return {
        "code": code,
        "version": _version(data, today),
        "effective_from": today.isoformat(),
        "name": Text(vi=shortened(name, _NAME)),
        "summary": Text(vi=shortened(clean(data.get("description")) or name, 2000)),
        "keywords": _keywords(data),
        "field_code": _of(data, "category", "code")[:40],
        "field_name": Text(vi=_of(data, "category", "name") or "Lĩnh vực khác"),
        "level": "commune" if data.get("isWard") is True else "province",
        "handled_by": Text(vi=shortened(_agencies(data), _NAME)),
        "channels": _channels(data),
        "applicants": _applicants(data),
        "legal_basis": _legal_basis(data),
        "form": FORM,
        "result": usual_result(_result(data)),
    }


def _data(sent: bytes) -> Mapping[str, Any]:
    if len(sent) > LARGEST:
        raise Unreadable("Tệp lớn quá 5 MB", "The file is larger than 5 MB")
    try:
        whole = orjson.loads(sent.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise Unreadable(
            f"Tệp không phải JSON hoàn chỉnh: {error}", f"The file is no complete JSON: {error}"
        ) from error
    data = whole.get("data", whole) if isinstance(whole, dict) else None
    if not isinstance(data, dict):
        raise Unreadable("Tệp không chứa một thủ tục", "The file holds no procedure")
    return data


def _version(data: Mapping[str, Any], today: date) -> str:
    """The day on which the national database last changed it."""
    changed = data.get("updatedAt") or data.get("createdAt")
    if isinstance(changed, int) and not isinstance(changed, bool) and 0 < changed < 4e12:
        return f"{datetime.fromtimestamp(changed / 1000, UTC).astimezone(LOCAL):%Y-%m-%d}"
    return today.isoformat()


def _of(data: Mapping[str, Any], key: str, member: str) -> str:
    found = data.get(key)
    return line(found.get(member)) if isinstance(found, Mapping) else ""


def _names(data: Mapping[str, Any], *keys: str) -> list[str]:
    found = [line(one.get("name")) for key in keys for one in entries(data.get(key))]
    return list(dict.fromkeys(name for name in found if name))


def _agencies(data: Mapping[str, Any]) -> str:
    names = _names(data, "unitGroupsExecuting", "departmentsExecuting")
    told = ", ".join(names) or line(data.get("executingAgencies"))
    return told or "Cơ quan có thẩm quyền"


def _keywords(data: Mapping[str, Any]) -> Text | None:
    groups = _names(data, "serviceGroupsDetails")
    said = ", ".join([*groups, *filter(None, [line(data.get("keywords"))])])
    return Text(vi=shortened(said, 2000)) if said else None


def _channels(data: Mapping[str, Any]) -> tuple[str, ...]:
    ways = [str(way.get("submissionMethod")) for way in entries(data.get("executionMethods"))]
    found = tuple(dict.fromkeys(_CHANNELS[way] for way in ways if way in _CHANNELS))
    return found or ("direct", "online", "postal")


def _applicants(data: Mapping[str, Any]) -> tuple[str, ...]:
    names = [name.lower() for name in _names(data, "subjectTypesDetails")]
    firm = any(word in name for name in names for word in _FIRMS)
    citizen = any(not any(word in name for word in _FIRMS) for name in names)
    return (*(("citizen",) if citizen or not firm else ()), *(("firm",) if firm else ()))


def _legal_basis(data: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for one in entries(data.get("legalBasisesDetails")):
        name, code = line(one.get("name")), line(one.get("code"))
        found.append(f"{name} ({code})" if name and code and code not in name else name or code)
    return tuple(dict.fromkeys(shortened(text, 500) for text in found if text)) or (
        "Chưa nêu căn cứ pháp lý",
    )


def _result(data: Mapping[str, Any]) -> str:
    """The result to be named on the paper: not the one by which it is refused."""
    names = _names(data, "resultsDetails")
    chosen = next((name for name in names if "từ chối" not in name.lower()), "")
    return shortened(chosen or "Văn bản giải quyết thủ tục hành chính", _NAME)


def _of_the_rest(data: Mapping[str, Any], name: str) -> Iterator[Doubt]:
    if len(name) > _NAME:
        yield Doubt(
            "name_long",
            "name",
            "Tên dài quá 300 ký tự, đã rút ngắn.",
            "The name is cut to 300 letters.",
            name,
        )
    results = _names(data, "resultsDetails")
    if len(results) != 1:
        yield Doubt(
            "results",
            "resultsDetails",
            f"Tệp nêu {len(results)} kết quả; đang lấy: {_result(data)}.",
            f"The file names {len(results)} results; this one is taken: {_result(data)}.",
            shortened("\n".join(results), 2000),
        )
    conditions = clean(data.get("requirementsAndConditions"))
    if len(conditions) > 10:
        yield Doubt(
            "conditions",
            "requirementsAndConditions",
            "Yêu cầu, điều kiện viết bằng lời: hệ thống chưa kiểm tra thay người.",
            "Requirements are written in words: nothing checks them yet.",
            shortened(conditions, 2000),
        )
    agencies = _agencies(data)
    if any(word in agencies.lower() for word in _ELSEWHERE):
        yield Doubt(
            "elsewhere",
            "departmentsExecuting",
            "Cơ quan này có thể giải quyết trên hệ thống riêng của bộ, ngành: cần xác định có xử lý ở đây không.",
            "This agency may work on a system of its ministry: decide whether it is processed here.",
            shortened(agencies, 2000),
        )
    if not entries(data.get("legalBasisesDetails")):
        yield Doubt("law", "legalBasisesDetails", "Tệp không nêu căn cứ pháp lý.", "The file names no law.")
    yield Doubt(
        "steps",
        "executionSteps",
        "Các bước trong nội bộ không có trong dữ liệu quốc gia: đang đề xuất năm bước thường dùng.",
        "Internal steps are not national data: the five usual ones are proposed.",
        shortened(
            "\n".join(clean(one.get("description")) for one in entries(data.get("executionSteps"))), 4000
        ),
    )
