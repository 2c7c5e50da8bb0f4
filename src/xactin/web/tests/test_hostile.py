"""What a stranger sends to break us is refused with the right status, and breaks nothing."""

import json
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError
from django.test import Client, RequestFactory

from xactin.identity.commands import create_token
from xactin.identity.testing import Province, small_province
from xactin.vault.testing import a_pdf
from xactin.web import errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Iterator[Province]:
    from xactin.identity import queries

    yield small_province()
    queries.forget_tree()


@pytest.mark.parametrize(
    "path", ["/procedures/?q=a%00", "/procedures/%00/", "/api/v1/procedures?q=%00", "/agencies/%00/"]
)
def test_an_address_with_a_nul_sign(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer.headers


def test_a_form_with_a_nul_sign(province: Province) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(province.accounts["quantri1"])
    assert client.post("/agencies/posts/\0/policy/").status_code == 400
    assert client.get("/agencies/").status_code == 200


def test_a_value_that_no_column_holds_is_a_bad_request_and_no_fault_of_ours(rf: RequestFactory) -> None:
    try:
        raise DataError("value too long")
    except DataError:
        assert errors.server_error(rf.post("/me/")).status_code == 400


def _nested(levels: int) -> str:
    return '{"procedure":"1.013225","data":{"x":' + "[" * levels + "]" * levels + "}}"


@pytest.mark.parametrize(
    "body",
    [
        "{",
        _nested(100),
        _nested(900),
        _nested(100_000),
        '{"procedure":"1.013225","data":{"x":NaN}}',
        '{"procedure":"1.013225","data":{"x":-Infinity}}',
        '{"procedure":"1.013225","data":{"x":' + "9" * 5000 + "}}",
        '{"procedure":"1.013225","data":{"owner":{"full_name":"\\u0000"}}}',
        '{"procedure":"1.013225","data":{"\\u0000":1}}',
        '{"procedure":"1.013225","data":{"owner":{"full_name":"\\ud800"}}}',
    ],
)
def test_a_body_that_nothing_behind_the_door_could_take(province: Province, body: str) -> None:
    client = Client(raise_request_exception=False)
    token = {"authorization": f"Bearer {create_token(province.accounts['congdan1'])}"}
    answer = client.post("/api/v1/cases", body, content_type="application/json", headers=token)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert json.loads(answer.content)["title"] == "Không đọc được yêu cầu"


@pytest.mark.parametrize("host", ["127.0.0.1:80@elsewhere.example", "elsewhere.example", "127.0.0.1:80/x"])
def test_a_host_that_is_none_of_ours_leads_nowhere(client: Client, host: str) -> None:
    answer = client.get("/procedures/", headers={"host": host})
    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    "target", ["//elsewhere.example", "https://elsewhere.example/", "javascript:alert(1)"]
)
def test_next_leads_to_pages_of_ours_alone(province: Province, target: str) -> None:
    client = Client()
    client.force_login(province.accounts["motcua1"])
    for path, sent in (
        ("/me/hat/", {"hat": "self", "next": target}),
        ("/language/", {"language": "en", "next": target}),
    ):
        assert "elsewhere" not in client.post(path, sent).headers.get("Location", "")
        assert "javascript" not in client.post(path, sent).headers.get("Location", "")
    signed_out = Client()
    sent = {"login": "motcua1", "password": "mật khẩu thử nghiệm", "next": target}
    answer = signed_out.post("/accounts/login/", sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/")


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_the_api_takes_no_session(province: Province, method: str) -> None:
    """A page of somebody else's can send our cookie; it never counts as a token."""
    client = Client()
    client.force_login(province.accounts["motcua1"])
    answer = getattr(client, method)("/api/v1/cases", content_type="application/json")
    assert answer.status_code in (401, 405)


def test_forms_without_their_token_are_refused(province: Province) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(province.accounts["quantri1"])
    for path in (
        "/me/",
        "/me/hat/",
        "/me/keys/rotate/",
        "/me/tokens/",
        "/agencies/posts/H44:auditor/policy/",
    ):
        assert client.post(path).status_code == 403


def test_signing_in_begins_another_session(province: Province) -> None:
    """A session that somebody planted in the browser before is not the one that is signed in."""
    client = Client()
    client.session.save()
    client.get("/accounts/login/")
    planted = client.session
    planted["planted"] = True
    planted.save()
    before = client.cookies["sessionid"].value
    client.post("/accounts/login/", {"login": "motcua1", "password": "mật khẩu thử nghiệm"})
    assert client.get("/me/").status_code == 200
    assert client.cookies["sessionid"].value != before
    client.cookies["sessionid"] = before
    assert client.get("/me/").status_code == 302


def test_papers_are_checked_for_strangers_at_a_bounded_rate(province: Province) -> None:
    """It costs seconds of ours; reading the page and codes, which nobody can guess, is free."""
    cache.clear()
    client = Client()
    for number in range(31):
        sent = SimpleUploadedFile("a.json", b"{}")
        answer = client.post("/verify/", {"file": sent}, REMOTE_ADDR="198.51.100.9")
        assert answer.status_code == (200 if number < 30 else 429)
    assert "Quá nhiều lần thử" in answer.content.decode()
    assert answer.headers["Content-Security-Policy"]
    assert client.get("/verify/", REMOTE_ADDR="198.51.100.9").status_code == 200
    assert client.post("/verify/", REMOTE_ADDR="198.51.100.10").status_code == 422
    cache.clear()


def test_a_page_in_an_upload_is_never_served_as_ours(province: Province) -> None:
    client = Client()
    token = {"authorization": f"Bearer {create_token(province.accounts['congdan1'])}"}
    page = SimpleUploadedFile("a.pdf", b"<!doctype html><script>alert(1)</script>")
    assert client.post("/api/v1/files", {"file": page}, headers=token).status_code == 415
    sound = SimpleUploadedFile("a.pdf\r\nX-Planted: 1", a_pdf(text=b"% <script>alert(1)</script>"))
    kept = client.post("/api/v1/files", {"file": sound}, headers=token).json()["id"]
    answer = client.get(f"/api/v1/files/{kept}", headers=token)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/pdf")
    assert "X-Planted" not in answer.headers
    other = {"authorization": f"Bearer {create_token(province.accounts['congdan2'])}"}
    assert client.get(f"/api/v1/files/{kept}", headers=other).status_code == 404
