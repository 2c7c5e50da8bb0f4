"""The log of openings in words: whose dossiers there are, what they are called, why they are opened."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.lists import persons
from xactin.cases.models import Case
from xactin.identity.commands import register_purpose, register_subjects

PURPOSES: Final = {
    "api": ("Chương trình nối vào đọc", "Read by a connected program"),
    "api.list": ("Chương trình nối vào lấy danh sách", "A list taken by a connected program"),
    "bundle": ("Lấy bằng chứng của hồ sơ", "Fetching the proof of a dossier"),
    "desk": ("Giải quyết hồ sơ", "Working on the dossier"),
    "export": ("Xuất danh sách ra tệp", "Taking a list along as a file"),
    "download": ("Mở tệp", "Opening a file"),
    "own": ("Người nộp xem hồ sơ của mình", "Applicant looking at their own dossier"),
    "remarks": ("Xem ý kiến, lý do", "Reading reasons and notes"),
    "result": ("Soạn kết quả", "Drawing the result up"),
    "rule": ("Áp dụng quy định của thủ tục", "Applying a rule of the procedure"),
    "seal": ("Ký, đóng dấu kết quả", "Signing and sealing the result"),
    "stamp": ("Đóng dấu bản vẽ", "Stamping drawings"),
    "supply": ("Bổ sung hồ sơ", "Supplying the dossier"),
}


def register() -> None:
    """This room's part of the log of openings."""
    register_subjects("case", about=_about, named=_named)
    register_subjects("cases", about=lambda person: [], named=_lists)
    for id, (vi, en) in {**PURPOSES, **persons.PURPOSES}.items():
        register_purpose(id, vi=vi, en=en)


def _about(person: UUID) -> list[str]:
    return [f"case:{id}" for id in Case.objects.filter(applicant_id=person).values_list("pk", flat=True)]


def _lists(ids: Collection[str]) -> Mapping[str, str]:
    names = {"list": _("A list of dossiers"), "person": _("Search among dossiers by a person")}
    return {id: names.get(id, id) for id in ids}


def _named(ids: Collection[str]) -> Mapping[str, str]:
    return {str(id): number for id, number in Case.objects.filter(pk__in=ids).values_list("pk", "number")}
