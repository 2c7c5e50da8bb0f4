"""Invented content for the style pages, in both languages."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone

from xactin.ui.pieces import (
    Choice,
    FileCard,
    Filter,
    FlowStep,
    Line,
    PathStep,
    ProcedureCard,
    Tab,
    TimelineStep,
)
from xactin.ui.writing import LOCAL


def _in(language: str, vi: str, en: str) -> str:
    return vi if language.startswith("vi") else en


def components(language: str) -> dict[str, Any]:
    """What the page of components shows."""
    now = timezone.now()
    past = datetime(2026, 11, 23, 9, 14, tzinfo=LOCAL)
    return {
        "now": now,
        "in_time": now + timedelta(days=5),
        "soon": now + timedelta(days=1),
        "late": now - timedelta(days=2),
        "past": past,
        "size": 1_468_006,
        "suggestions": [
            (_in(language, "Xây nhà", "Build a house"), "#"),
            (_in(language, "Khai sinh cho con", "Register a birth"), "#"),
            (_in(language, "Sao y bản chính", "Certified copies"), "#"),
        ],
        "cards": cards(language),
        "path": path(language),
        "timeline": timeline(language, now, past),
        "lines": [
            Line(_in(language, "Mã hồ sơ", "Dossier number"), "H44.100-261123-0007"),
            Line(_in(language, "Chủ hồ sơ", "Applicant"), "Nguyễn Thị Hường"),
            Line(_in(language, "Giấy phép xây dựng", "Building permit"), "15/GPXD", "23/11/2026", "#proof"),
        ],
        "file": FileCard(
            "ban-ve-thiet-ke.pdf",
            "#",
            1_468_006,
            "application/pdf",
            _in(language, "Bản vẽ thiết kế xây dựng", "Construction drawings"),
            preview_url="#",
            proof_url="#proof",
        ),
        "tabs": tabs(language),
        "flow_steps": flow_steps(language),
        "page": Paginator(range(1234), 25).page(2),
    }


def cards(language: str) -> list[ProcedureCard]:
    """Two procedures."""
    commune = _in(language, "Ủy ban nhân dân cấp xã", "People's Committee of the commune")
    whole = _in(language, "Toàn trình", "Fully online")
    return [
        ProcedureCard(
            "1.013225",
            _in(language, "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Building permit for a single house"),
            "#",
            _in(language, "Cho phép xây dựng mới nhà ở riêng lẻ.", "Permits a new single house."),
            _in(language, "7 ngày làm việc", "7 working days"),
            "75.000 đ",
            commune,
            whole,
        ),
        ProcedureCard(
            "1.001193",
            _in(language, "Đăng ký khai sinh", "Birth registration"),
            "#",
            _in(language, "Cấp giấy khai sinh và số định danh cho trẻ.", "Issues the birth certificate."),
            _in(language, "Trong ngày", "The same day"),
            _in(language, "Không thu phí", "Free of charge"),
            commune,
            whole,
        ),
    ]


def path(language: str) -> list[PathStep]:
    """The applicant's path."""
    return [
        PathStep(_in(language, "Thông tin", "Information"), "done", "#"),
        PathStep(_in(language, "Tờ khai", "Form"), "current"),
        PathStep(_in(language, "Giấy tờ", "Papers"), "ahead"),
        PathStep(_in(language, "Kiểm tra, nộp", "Check and submit"), "ahead"),
    ]


def timeline(language: str, now: datetime, past: datetime) -> list[TimelineStep]:
    """A dossier under way, with a consultation of three agencies."""
    return [
        TimelineStep(
            _in(language, "Nộp hồ sơ", "Submitted"),
            "done",
            who="Nguyễn Thị Hường",
            done_at=past,
            proof_url="#p",
        ),
        TimelineStep(
            _in(language, "Tiếp nhận hồ sơ", "Received"),
            "done",
            _in(language, "Trung tâm Phục vụ hành chính công", "Public administration service centre"),
            "Trần Văn Đức",
            done_at=past + timedelta(minutes=48),
            proof_url="#p",
        ),
        TimelineStep(
            _in(language, "Lấy ý kiến các cơ quan", "Consulting the agencies"),
            "current",
            since=past + timedelta(hours=3),
            branches=[
                TimelineStep(
                    _in(language, "Đất đai: đồng ý", "Land: agrees"),
                    "done",
                    done_at=past + timedelta(hours=5),
                    proof_url="#p",
                ),
                TimelineStep(
                    _in(language, "Hạ tầng kỹ thuật", "Infrastructure"),
                    "current",
                    _in(language, "Sở Xây dựng", "Department of Construction"),
                    due=now + timedelta(hours=5),
                ),
                TimelineStep(
                    _in(language, "Môi trường", "Environment"),
                    "void",
                    note=_in(language, "Thông tin ngôi nhà đã thay đổi.", "The house's data changed."),
                ),
            ],
        ),
        TimelineStep(_in(language, "Phê duyệt, ký số", "Approval and signature"), "waiting"),
        TimelineStep(_in(language, "Trả kết quả", "Result"), "waiting", due=now + timedelta(days=6)),
    ]


def tabs(language: str) -> list[Tab]:
    """Three tabs."""
    return [
        Tab(_in(language, "Hồ sơ", "Dossier"), "#", here=True),
        Tab(_in(language, "Giấy tờ", "Papers"), "#", count=4),
        Tab(_in(language, "Quá trình", "History"), "#"),
    ]


def flow_steps(language: str) -> list[FlowStep]:
    """The words of the picture."""
    return [
        FlowStep("receive", _in(language, "Tiếp nhận", "Receive"), "done"),
        FlowStep("review", _in(language, "Thẩm định", "Examine"), "current"),
        FlowStep("approve", _in(language, "Phê duyệt", "Approve"), "waiting"),
    ]


def inbox(language: str) -> dict[str, Any]:
    """An official's inbox."""
    now = timezone.now()
    names = ["Nguyễn Thị Hường", "Lê Văn Thắng", "Phạm Quỳnh Như", "Vũ Đình Khải", "Đặng Thị Mỹ Duyên"]
    house = _in(language, "Giấy phép xây dựng nhà ở riêng lẻ", "Building permit, single house")
    birth = _in(language, "Đăng ký khai sinh", "Birth registration")
    hours = [-50, 3, 26, 70, 120]
    return {
        "rows": [
            {
                "number": f"H44.100-261123-{place:04}",
                "name": name,
                "procedure": birth if place % 2 else house,
                "task": _in(language, "Thẩm định", "Examine"),
                "due": now + timedelta(hours=hours[place]),
            }
            for place, name in enumerate(names)
        ],
        "filters": [
            Filter(
                "procedure",
                _in(language, "Thủ tục", "Procedure"),
                choices=[Choice("1.013225", house), Choice("1.001193", birth)],
            )
        ],
        "placeholder": _in(language, "Mã hồ sơ, họ tên", "Number or name"),
        "exports": [("CSV", "?export=csv"), ("XLSX", "?export=xlsx")],
    }


def prefilled(language: str) -> dict[str, str]:
    """Where filled values came from."""
    return {"/owner/full_name": _in(language, "tài khoản của Ông/Bà", "your account")}


def form_schema() -> dict[str, Any]:
    """A schema with every kind of field."""

    def ui(vi: str, en: str, **more: Any) -> dict[str, Any]:
        return {"label": {"vi": vi, "en": en}, **more}

    def help(vi: str, en: str) -> dict[str, str]:
        return {"vi": vi, "en": en}

    owner = {
        "type": "object",
        "required": ["full_name", "id_number", "phone", "born"],
        "x-ui": ui("Người đề nghị", "Applicant"),
        "properties": {
            "full_name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "default": "Nguyễn Thị Hường",
                "x-ui": ui("Họ, chữ đệm, tên", "Full name", fill="person.full_name"),
            },
            "id_number": {
                "type": "string",
                "format": "cccd",
                "x-ui": ui(
                    "Số định danh cá nhân",
                    "Personal identification number",
                    help=help(
                        "Gồm 12 chữ số, in ở mặt trước thẻ căn cước.", "12 digits, on the front of the card."
                    ),
                ),
            },
            "phone": {"type": "string", "format": "phone", "x-ui": ui("Số điện thoại", "Phone")},
            "email": {"type": "string", "format": "email", "x-ui": ui("Thư điện tử", "E-mail")},
            "born": {
                "type": "string",
                "format": "date",
                "x-ui": ui(
                    "Ngày sinh", "Date of birth", help=help("Ví dụ: 05/09/1986", "For example: 05/09/1986")
                ),
            },
        },
    }
    house = {
        "type": "object",
        "required": ["storeys", "area", "structure", "adjacent", "delivery"],
        "x-ui": ui("Ngôi nhà", "The house"),
        "if": {"properties": {"delivery": {"const": "postal"}}, "required": ["delivery"]},
        "then": {"required": ["address"]},
        "properties": {
            "storeys": {"type": "integer", "minimum": 1, "maximum": 12, "x-ui": ui("Số tầng", "Storeys")},
            "area": {
                "type": "string",
                "format": "decimal",
                "x-ui": ui("Diện tích sàn", "Floor area", unit="m²"),
            },
            "cost": {"type": "integer", "format": "money", "x-ui": ui("Dự toán", "Estimated cost")},
            "structure": {
                "enum": ["concrete", "brick"],
                "x-ui": ui(
                    "Kết cấu chính",
                    "Main structure",
                    options={
                        "concrete": help("Bê tông cốt thép", "Reinforced concrete"),
                        "brick": help("Tường gạch chịu lực", "Load-bearing brick"),
                    },
                ),
            },
            "adjacent": {"type": "boolean", "x-ui": ui("Có công trình liền kề", "Another building adjoins")},
            "delivery": {
                "enum": ["online", "postal"],
                "x-ui": ui(
                    "Hình thức nhận kết quả",
                    "How to receive the result",
                    options={
                        "online": help("Bản điện tử", "Electronic"),
                        "postal": help("Qua bưu chính", "By post"),
                    },
                ),
            },
            "address": {"type": "string", "maxLength": 300, "x-ui": ui("Địa chỉ nhận", "Postal address")},
            "note": {"type": "string", "maxLength": 1000, "x-ui": ui("Ghi chú", "Note")},
        },
    }
    owners = {
        "type": "array",
        "maxItems": 5,
        "x-ui": ui("Người cùng đứng tên", "Joint owner"),
        "items": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "x-ui": ui("Họ tên", "Name")},
                "share": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 99,
                    "x-ui": ui("Tỷ lệ", "Share", unit="%"),
                },
            },
        },
    }
    truthful = {
        "type": "boolean",
        "const": True,
        "x-ui": ui("Tôi cam đoan nội dung khai là đúng sự thật.", "I declare that what I state is true."),
    }
    return {
        "type": "object",
        "required": ["owner", "house", "truthful"],
        "additionalProperties": False,
        "properties": {"owner": owner, "house": house, "owners": owners, "truthful": truthful},
    }


FLOW = Path(__file__).with_name("sample.bpmn").read_text("utf-8")
