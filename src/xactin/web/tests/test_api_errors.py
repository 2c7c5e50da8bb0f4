"""What a program is told of values that are not of their form: where, and in the language of who asks."""

from typing import Any

import pytest
from django.test import Client

from xactin.identity.accounts.commands import create_token
from xactin.identity.testing import small_province

pytestmark = pytest.mark.django_db


def _refused(method: str, path: str, language: str, **sent: Any) -> list[dict[str, str]]:
    province = small_province()
    headers = {"Authorization": f"Bearer {create_token(province.accounts['congdan1'])}"}
    answer = getattr(Client(), method)(
        path, headers={**headers, "Accept-Language": language}, content_type="application/json", **sent
    )
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    return list(answer.json()["errors"])


@pytest.mark.parametrize(
    ("language", "missing", "text"),
    [
        ("vi", "Thiếu giá trị này.", "Ở đây cần một chuỗi ký tự."),
        ("en", "This value is missing.", "A text is needed here."),
    ],
)
def test_a_body(language: str, missing: str, text: str) -> None:
    errors = _refused("post", "/api/v1/cases", language, data={"procedure": 7})
    assert {"pointer": "/procedure", "detail": text} in errors
    assert {"pointer": "/data", "detail": missing} in errors


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("limit=0", "limit", "At least 1."),
        ("state=11", "state", "At most 10."),
        ("after=x", "after", "An id (UUID) is needed here."),
        ("due_before=yesterday", "due_before", "A time by RFC 3339 is needed here, with its zone."),
        (f"q={'x' * 3000}", "q", "At most 200."),
    ],
)
def test_a_parameter(query: str, name: str, said: str) -> None:
    assert _refused("get", f"/api/v1/cases?{query}", "en") == [{"parameter": name, "detail": said}]
