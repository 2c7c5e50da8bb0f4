"""Which lines of a file are papers: it mixes them with notes, with headings, and with the form itself."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from xactin.cases.procedures.designs.design import Paper, Text
from xactin.cases.procedures.national.doubts import Doubt
from xactin.cases.procedures.national.texts import clean, entries, line, number, shortened

LineKind = Literal["document", "show_only", "note", "form", "case"]
_NAME: Final = 300
_SHOWN: Final = re.compile(r"xuất trình", re.IGNORECASE)
_GIVEN: Final = re.compile(r"phải nộp|hồ sơ gồm|thành phần hồ sơ|^giấy tờ nộp", re.IGNORECASE)
_NOTES: Final = re.compile(r"^lưu ý|^ghi chú", re.IGNORECASE)
_NOTE_LINE: Final = re.compile(
    r"^(lưu ý|ghi chú|trường hợp (các thông tin|không|người|gửi|giấy tờ|cho phép)|người (tiếp nhận|yêu cầu|có yêu)|"
    r"cơ quan (đăng ký|tiếp nhận)|đối với giấy tờ|số lượng)",
    re.IGNORECASE,
)
_FORM_LINE: Final = re.compile(
    r"^(tờ khai|đơn (đề nghị|đăng ký|theo mẫu|xin|yêu cầu)|mẫu .{0,30}điện tử tương tác|phiếu đề nghị|văn bản đề nghị)",
    re.IGNORECASE,
)
_CONDITION: Final = re.compile(r"\bnếu\b|trường hợp|đối với|\(nếu có\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file, as it was taken: a person may take it otherwise."""

    where: str
    kind: LineKind
    group: str
    raw: str
    catalogue: str = ""


def lines_of(data: Mapping[str, Any]) -> Iterator[Line]:
    """Every line under `executionCases`, and what it is taken for."""
    for place, group in enumerate(entries(data.get("executionCases"))):
        heading = line(group.get("name"))
        if heading and not (_SHOWN.search(heading) or _GIVEN.search(heading) or _NOTES.search(heading)):
            yield Line(f"executionCases/{place}", "case", "", heading)
        for number_, one in enumerate(entries(group.get("profileComponents"))):
            text = clean(one.get("name"))
            if text:
                where = f"executionCases/{place}/profileComponents/{number_}"
                yield Line(where, _kind(heading, one, text), heading, text, clean(one.get("code")))


def _kind(heading: str, one: Mapping[str, Any], text: str) -> LineKind:
    said = line(text)
    none = not number(one.get("originalQty")) and not number(one.get("copyQty"))
    if _FORM_LINE.search(said):
        return "form"
    if _NOTES.search(heading) or _NOTE_LINE.search(said) or none:
        return "note"
    return "show_only" if _SHOWN.search(heading) else "document"


def papers_of(data: Mapping[str, Any]) -> tuple[tuple[Paper, ...], list[Doubt]]:
    """The papers to propose, each asked for once, and what is doubtful about them."""
    found: dict[str, Paper] = {}
    doubts: list[Doubt] = []
    cases = [one for one in lines_of(data) if one.kind == "case"]
    for one in lines_of(data):
        name = line(one.raw)
        if one.kind not in ("document", "show_only") or name in found:
            continue
        certain = one.kind == "document" and not cases and not _CONDITION.search(name)
        found[name] = _paper(one, name, f"paper_{len(found) + 1}", certain)
        if one.kind == "document" and not certain:
            doubts.append(_sometimes(one))
    if cases:
        doubts.append(_by_case(cases))
    notes = [one for one in lines_of(data) if one.kind == "note"]
    if notes:
        doubts.append(_notes(notes))
    return tuple(found.values()), doubts


def _paper(one: Line, name: str, id: str, certain: bool) -> Paper:
    short = shortened(name, _NAME)
    note = name if short != name else one.group if one.group and not _known_heading(one.group) else ""
    return Paper(
        id=id,
        name=Text(vi=short),
        required=certain,
        shown=one.kind == "show_only",
        note=Text(vi=shortened(note, 2000)) if note else None,
        catalogue=(one.catalogue,) if one.catalogue else (),
    )


def _known_heading(heading: str) -> bool:
    return bool(_SHOWN.search(heading) or _GIVEN.search(heading) or _NOTES.search(heading))


def _sometimes(one: Line) -> Doubt:
    return Doubt(
        "paper_sometimes",
        one.where,
        "Giấy tờ này có thể chỉ cần trong một số trường hợp; đang để không bắt buộc.",
        "This paper may be needed in some cases only; it is not required for now.",
        shortened(one.raw, 1000),
    )


def _by_case(cases: list[Line]) -> Doubt:
    return Doubt(
        "papers_by_case",
        "executionCases",
        f"Thành phần hồ sơ chia theo {len(cases)} trường hợp. Cần hỏi người nộp thuộc trường hợp nào, rồi nêu "
        "điều kiện cho từng giấy tờ.",
        f"The papers differ by {len(cases)} cases. Ask which one applies, and give each paper its condition.",
        shortened("\n".join(one.raw for one in cases), 2000),
    )


def _notes(notes: list[Line]) -> Doubt:
    return Doubt(
        "paper_notes",
        "executionCases",
        f"{len(notes)} dòng được hiểu là lưu ý, không phải giấy tờ.",
        f"{len(notes)} lines are taken for notes, not for papers.",
        shortened("\n".join(one.raw for one in notes), 2000),
    )
