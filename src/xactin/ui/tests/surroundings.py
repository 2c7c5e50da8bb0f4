"""A visitor for the style pages, without the rooms that know people."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.http import HttpRequest, HttpResponse

from xactin.ui import deadlines, nav


def without_other_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    """What higher rooms registered needs their database; a test registers what it looks at."""
    for name in ("_items", "_hats", "_bells"):
        monkeypatch.setattr(nav, name, [])
    monkeypatch.setattr(deadlines, "_times", [deadlines.USUAL])


@dataclass
class Official:
    name: str = "Trần Văn Đức"
    post_title: str = "Chuyên viên, Phòng Kinh tế - Hạ tầng"
    duties: frozenset[str] = frozenset({"cases.work"})


@dataclass
class Authority:
    name: dict[str, str] = field(default_factory=lambda: {"vi": "Tỉnh Hòa Sơn", "en": "Province of Hòa Sơn"})
    demo: bool = True


class AsOfficial:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = Official()
        request.authority = Authority()
        return self.get_response(request)
