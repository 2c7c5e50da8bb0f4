"""What a request asks for is the same when it comes again with a signature, and its rehearsal leaves no trace."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.contrib.messages import ERROR, INFO
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from xactin.identity.actors import hats
from xactin.identity.keys import ceremonies
from xactin.identity.web import signatures

PAGE = "/desk/cases/1/act/?next=2"


_made: list[HttpRequest] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Requests hold what was sent with them until they are closed, as at the end of each request."""
    yield
    while _made:
        _made.pop().close()


def _form(path: str = PAGE, file: bytes = b"a drawing", name: str = "a.pdf", **fields: Any) -> HttpRequest:
    made = RequestFactory().post(path, {"reason": "Đủ", "file": SimpleUploadedFile(name, file), **fields})
    _made.append(made)
    return made


def _body(data: str = '{"a": 1}', method: str = "POST", path: str = "/api/v1/cases") -> HttpRequest:
    return RequestFactory().generic(method, path, data, content_type="application/json")


def _digest(request: HttpRequest) -> bytes:
    """What is asked; files that are held for it are closed, as at the end of each request."""
    found = signatures._digest(request)
    request.close()
    return found


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        (_form, {"path": "/desk/cases/2/act/?next=2"}),
        (_form, {"path": "/desk/cases/1/act/?next=3"}),
        (_form, {"file": b"a drawinG"}),
        (_form, {"name": "b.pdf"}),
        (_form, {"reason": "Thiếu"}),
        (_form, {"reason": ["Đủ", "Đủ"]}),
        (_form, {"act": "refuse"}),
        (_body, {"data": '{"a": 2}'}),
        (_body, {"method": "PUT"}),
        (_body, {"path": "/api/v1/cases?page=2"}),
    ],
)
def test_whatever_is_asked_otherwise_needs_another_signature(asked: Any, other: dict[str, Any]) -> None:
    assert _digest(asked()) == _digest(asked())
    assert _digest(asked(**other)) != _digest(asked())


def test_what_changes_from_one_sending_to_the_next_is_not_asked_for() -> None:
    again = _form(**{"passkey-signature": "{}", "csrfmiddlewaretoken": "x"})
    assert signatures._digest(again) == _digest(_form())
    assert again.FILES["file"].read() == b"a drawing"  # whoever answers reads it from its beginning
    again.close()


def test_the_form_of_who_signs_with_no_passkey_is_not_read_before_its_door() -> None:
    request = _form(**{"passkey-signature": "{}"})
    with signatures._given(request):
        assert not hasattr(request, "_files")


def test_a_rehearsal_has_a_session_and_messages_of_its_own() -> None:
    request = _form()
    request.session = SessionStore()
    request.session["hat"] = "chair"
    apart = signatures._apart(request)
    assert apart.session["hat"] == "chair"
    apart.session["hat"] = "clerk"
    apart._messages.add(INFO, "Đã xong")  # type: ignore[attr-defined]
    assert request.session["hat"] == "chair"
    assert not hasattr(request, "_messages")


@pytest.mark.django_db
@pytest.mark.parametrize(("level", "status"), [(INFO, 428), (ERROR, None)])
def test_where_the_rehearsal_is_refused_no_device_is_asked(
    monkeypatch: pytest.MonkeyPatch, level: int, status: int | None
) -> None:
    """Somebody would sign for nothing: an act may be refused behind its signature, as the id was used before."""
    question = ceremonies.Asked(token="t", statements=[{"act": "x"}], challenge=b"c", options={})
    monkeypatch.setattr(ceremonies.Trial, "asked", lambda _trial, _request: question)
    monkeypatch.setattr(
        ceremonies, "now", lambda: datetime.now(UTC)
    )  # no authority stands whose clock it were

    def view(apart: HttpRequest) -> HttpResponse:
        apart._messages.add(level, "…")  # type: ignore[attr-defined]
        return HttpResponse(status=302)

    request = _form()
    request.door = (view, (), {})  # type: ignore[attr-defined]
    answer = signatures.rehearsed(request)
    request.close()
    assert (answer and answer.status_code) == status


def test_the_newest_passkey_signs_unless_another_is_named() -> None:
    own = UUID(int=1)
    rows = [
        (UUID(int=at), None, key, custody, key, *[None] * (len(hats._Row._fields) - 5))
        for at, (key, custody) in enumerate([("s", "server"), ("old", "passkey"), ("new", "passkey")])
    ]
    (hat,) = hats._hats(rows, datetime.now(UTC))
    assert [one.key_id for one in hat.passkeys] == ["new", "old"]
    actor = hats.actor_with(hats.Self(1, own, "person", "An", "vi"), [hat], None, None)
    assert [getattr(hats.signing_with(actor, key), "key_id", None) for key in (None, "old", "other")] == [
        "new",
        "old",
        None,
    ]
