"""The log of openings in words: whose dossiers there are, what they are called, why they are opened."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.lists import persons
from xactin.cases.models import Case
from xactin.cases.parties import queries as parties
from xactin.identity.commands import register_purpose, register_reader, register_subjects

PURPOSES: Final = {
    "api": ("Chương trình nối vào đọc", "Read by a connected program"),
    "api.list": ("Chương trình nối vào lấy danh sách", "A list taken by a connected program"),
    "changed": (
        "Đối chiếu với nội dung đã xem trước khi bị đổi",
        "Comparing with what was shown before it changed",
    ),
    "bundle": ("Lấy bằng chứng của hồ sơ", "Fetching the proof of a dossier"),
    "desk": ("Giải quyết hồ sơ", "Working on the dossier"),
    "demo": ("Trình diễn cùng một lúc", "Showing people who work at the same time"),
    "inspect": ("Thanh tra hồ sơ", "Inspecting the dossier"),
    "form": ("Lập giấy tiếp nhận, phiếu yêu cầu, phiếu từ chối", "Drawing up a receipt, request or refusal"),
    "compare": ("So giấy trên tay với giấy đã cấp", "Comparing a paper in hand with the issued one"),
    "export": ("Xuất danh sách ra tệp", "Taking a list along as a file"),
    "download": ("Mở tệp", "Opening a file"),
    "own": ("Người nộp, bên tham gia xem hồ sơ của mình", "Applicant or party looking at their own dossier"),
    "remarks": ("Xem ý kiến, lý do", "Reading reasons and notes"),
    "result": ("Soạn kết quả", "Drawing the result up"),
    "rule": ("Áp dụng quy định của thủ tục", "Applying a rule of the procedure"),
    "register": ("Lập sổ theo dõi hồ sơ", "Drawing up a register"),
    "seal": ("Ký, đóng dấu kết quả", "Signing and sealing the result"),
    "stamp": ("Đóng dấu bản vẽ", "Stamping drawings"),
    "supply": ("Bổ sung hồ sơ", "Supplying the dossier"),
}


# What opens without a person, by the name under which it does.
READERS: Final = {
    "rules": ("Hệ thống: áp dụng quy định của thủ tục", "The system: rules of the procedure"),
    "result": ("Hệ thống: soạn, đóng dấu kết quả", "The system: drawing up and sealing results"),
    "follow": ("Người theo dõi hồ sơ bằng mã trên giấy tiếp nhận", "Who follows by the code on a receipt"),
    "verify": ("Người kiểm tra văn bản, không đăng nhập", "Whoever checks a paper, not signed in"),
}


def register() -> None:
    """This room's part of the log of openings."""
    register_subjects("case", about=_about, named=_named)
    register_subjects("cases", about=lambda person: [], named=_lists)
    for id, (vi, en) in {**PURPOSES, **persons.PURPOSES}.items():
        register_purpose(id, vi=vi, en=en)
    for id, (vi, en) in READERS.items():
        register_reader(id, vi=vi, en=en)


def _about(person: UUID) -> list[str]:
    own = Case.objects.filter(applicant_id=person).values_list("pk", flat=True)
    return [f"case:{id}" for id in (*own, *parties.joined(person))]


def _lists(ids: Collection[str]) -> Mapping[str, str]:
    names = {"list": _("A list of dossiers"), "person": _("Search among dossiers by a person")}
    return {id: names.get(id, id) for id in ids}


def _named(ids: Collection[str]) -> Mapping[str, str]:
    return {str(id): number for id, number in Case.objects.filter(pk__in=ids).values_list("pk", "number")}
