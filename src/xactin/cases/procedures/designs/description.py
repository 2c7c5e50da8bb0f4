"""From a design to what `procedure.yaml` says: who does what, papers, fees, limits, result."""

from collections.abc import Mapping
from typing import Any, Final

from xactin.cases.procedures.designs.design import Design, Paper, Step, Text
from xactin.cases.procedures.designs.flow import DRAFT, SEAL
from xactin.cases.procedures.designs.form import fields_schema, sample_of

_MEDIA: Final = ["application/pdf", "image/jpeg", "image/png"]
_ADVANCE: Final = {"vi": "Chuyển bước tiếp theo", "en": "Pass on"}
_RECEIVE: Final = {"vi": "Tiếp nhận", "en": "Receive"}
_SIGN: Final = {"vi": "Phê duyệt, ký số", "en": "Approve and sign"}
_ISSUE: Final = {"vi": "Phát hành", "en": "Issue"}
_LABELS: Final = {
    "object": {"vi": "Không đồng ý", "en": "Object"},
    "supplement": {"vi": "Yêu cầu bổ sung", "en": "Ask for more"},
    "return": {"vi": "Trả lại", "en": "Return"},
    "refuse": {"vi": "Từ chối", "en": "Refuse"},
}
_REASON: Final = {"vi": "Lý do", "en": "Reason"}
_ITEMS: Final = {"vi": "Giấy tờ hoặc nội dung cần bổ sung", "en": "What is to be added"}
_ITEMS_HELP: Final = {
    "vi": "Mỗi dòng một giấy tờ hoặc nội dung. Nên nêu đầy đủ trong một lần.",
    "en": "One item a line. Name everything at once.",
}
DRAFTED: Final = "result.draft"
PAPER: Final = "result.paper"


def description_of(design: Design) -> dict[str, Any]:
    """`procedure.yaml` of a design, as data."""
    said: dict[str, Any] = {
        "format": 2,
        "kind": "application",
        "code": design.code,
        "version": design.version,
        "effective": {"from": design.effective_from, "until": design.effective_until or None},
        "name": design.name.both,
        "summary": (design.summary or design.name).both,
        "field": {"code": design.field_code or "KHAC", "name": design.field_name.both},
        "level": design.level,
        "begins": _beginnings(design),
        "parties": {"applicant": {"name": {"vi": "Người nộp hồ sơ", "en": "Applicant"}, "asks": True}},
        "handled_by": design.handled_by.both,
        "online": design.online,
        "channels": list(design.channels),
        "applicants": list(design.applicants),
        "legal_basis": list(design.legal_basis),
        "privacy": _privacy(design),
        "documents": [_paper(paper) for paper in design.papers],
        "eligibility": [{"when": rule.when, "message": rule.message.both} for rule in design.eligibility],
        "checks": [
            {"when": rule.when, "message": rule.message.both, "kind": "refuse"}
            | ({"at": rule.at} if rule.at else {})
            for rule in design.checks
        ],
        "fee": [
            {"kind": fee.id, "name": fee.name.both, "amount": fee.amount}
            | ({"set_by": fee.set_by.both} if fee.set_by else {})
            for fee in design.fees
        ],
        "limit": dict(design.limit),
        "tasks": {step.id: _task(design, step) for step in design.steps},
    }
    if design.keywords is not None:
        said["keywords"] = design.keywords.both
    if design.supplement is not None:
        said["supplement"] = {"within": dict(design.supplement), "restart": "zero", "times": 1}
    return said | _reception(design) | _issued(design)


def _beginnings(design: Design) -> list[dict[str, Any]]:
    counter = [{"origin": "counter", "posts": list(design.counters)}] if design.counters else []
    return [{"origin": "person"}, *counter]


def _privacy(design: Design) -> dict[str, Any]:
    receivers = design.receivers or (design.handled_by,)
    purpose = design.purpose or Text(
        vi=f"Giải quyết thủ tục: {design.name.vi}.", en=f"To decide on: {design.name.en or design.name.vi}."
    )
    return {
        "purpose": purpose.both,
        "legal_basis": [
            *design.legal_basis,
            "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 (xử lý theo luật, không dựa trên sự đồng ý)",
        ],
        "receivers": {
            "vi": [one.both["vi"] for one in receivers],
            "en": [one.both["en"] for one in receivers],
        },
        "retention": {"years": design.kept_years},
    }


def _paper(paper: Paper) -> dict[str, Any]:
    said: dict[str, Any] = {
        "kind": paper.id,
        "name": paper.name.both,
        "required": False if paper.shown else paper.required,
        "media": [] if paper.shown else list(_MEDIA),
    }
    if paper.shown:
        said["show_only"] = True
    if paper.note is not None:
        said["note"] = paper.note.both
    if paper.reuse is not None:
        said["reuse"] = paper.reuse.both
    if paper.catalogue:
        said["catalogue"] = list(paper.catalogue)
    return said


def _reception(design: Design) -> dict[str, Any]:
    receives = next((step.id for step in design.steps if step.receives), None)
    return {"reception": receives} if receives else {}


def _task(design: Design, step: Step) -> dict[str, Any]:
    task: dict[str, Any] = {
        "name": step.name.both,
        "agency": step.agency,
        "post": step.post,
        "reads": _reads(design, step),
        "acts": [_onwards(step), *(_other(kind, step) for kind in step.acts)],
    }
    if step.limit is not None:
        task["limit"] = dict(step.limit)
    if step.silence:
        task["silence"] = "consent"
    if step.signs or step.issues:
        task["reserved"] = True
    if step.issues:
        task["irrevocable"] = True
    return task


def _reads(design: Design, step: Step) -> list[str]:
    """Reception looks whether all is there; who signs relies on the draft and on what was answered before."""
    if step.receives:
        return []
    if step.issues and design.result is not None:
        return [PAPER]
    if step.signs and design.result is not None:
        return [DRAFTED, *answered_before(design, step)]
    return [
        "form.*",
        *(["document.*"] if any(not one.shown for one in design.papers) else []),
        *answered_before(design, step),
    ]


def answered_before(design: Design, step: Step) -> list[str]:
    """The answers that stand when a step is come to: those of the rows before it, but not of those beside it."""
    found: list[str] = []
    for stage in design.stages():
        if step in stage:
            break
        found += [f"answer.{one.id}" for one in stage if _answers(one)]
    return found


def _answers(step: Step) -> bool:
    return bool(step.asks) or "object" in step.acts


def _onwards(step: Step) -> dict[str, Any]:
    """What brings the dossier on; named by what it means."""
    label = _RECEIVE if step.receives else _SIGN if step.signs else _ISSUE if step.issues else _ADVANCE
    act: dict[str, Any] = {
        "id": "advance",
        "kind": "advance",
        "label": step.label.both if step.label else label,
    }
    if step.receives:
        act["receives"] = True
    if step.signs:
        act["writes"] = [PAPER]
    elif _answers(step):
        act["writes"] = [f"answer.{step.id}"]
    if step.asks and not step.signs:
        act |= {"data_schema": fields_schema(step.asks), "example": sample_of(step.asks)}
    return act


def _other(kind: str, step: Step) -> dict[str, Any]:
    act: dict[str, Any] = {
        "id": kind,
        "kind": "advance" if kind == "object" else kind,
        "label": _LABELS[kind],
    }
    if kind == "object":
        act |= {"objects": True, "writes": [f"answer.{step.id}"]}
    if kind == "supplement":
        schema, example = _items()
    else:
        schema, example = _reason()
    return act | {"data_schema": schema, "example": example}


def _reason() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    field = {"type": "string", "minLength": 3, "maxLength": 1000, "x-ui": {"label": _REASON, "rows": 3}}
    return _one("reason", field), {"reason": "Chưa đủ căn cứ giải quyết"}


def _items() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    field = {
        "type": "array",
        "minItems": 1,
        "maxItems": 20,
        "items": {"type": "string", "minLength": 3, "maxLength": 500},
        "x-ui": {"label": _ITEMS, "help": _ITEMS_HELP},
    }
    return _one("items", field), {"items": ["Bản chụp giấy tờ không đọc được"]}


def _one(name: str, field: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": [name], "properties": {name: field}}


def _issued(design: Design) -> dict[str, Any]:
    result = design.result
    if result is None:
        return {}
    signing = next((step.id for step in design.steps if step.signs), "")
    said: dict[str, Any] = {
        "kind": result.id,
        "name": result.name.both,
        "template": "result.typ",
        "number": result.number,
        "signed_by": signing,
        "paper": PAPER,
    }
    if result.title is not None:
        said["signature"] = {"title": result.title.both} | (
            {"form": "TM.", "body": result.body.both} if result.body else {}
        )
    if result.entered_in is not None:
        said["register"] = result.entered_in.both
    if result.catalogue:
        said["catalogue"] = result.catalogue
    answers = [f"answer.{step.id}" for step in design.steps if _answers(step) and not step.signs]
    return {
        "services": {
            DRAFT: {"kind": "result.draft", "reads": ["form.*", *answers], "writes": [DRAFTED]},
            SEAL: {"kind": "result.seal", "reads": [PAPER], "writes": ["result"], "irrevocable": True},
        },
        "result": said,
    }
