"""A client of the API for tests: a token for each account, JSON in and out."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client

from xactin.cases import testing
from xactin.cases.models import Case
from xactin.identity.commands import create_token
from xactin.identity.models import Account
from xactin.identity.queries import actor_for

API = "/api/v1"


class Asker:
    """One account as a program."""

    def __init__(self, username: str, *, role: str | None = None, language: str = "vi") -> None:
        self.username = username
        self.actor = actor_for(username, role)
        self._client = Client(raise_request_exception=False)
        self._headers = {
            "authorization": f"Bearer {create_token(Account.objects.get(username=username))}",
            "accept-language": language,
        }

    def get(self, path: str, **query: Any) -> Any:
        """GET; the answer has `.status_code` and `.json()`."""
        return self._client.get(f"{API}{path}", query, headers=self._headers)

    def post(self, path: str, body: Any, *, key: str = "", signature: str = "") -> Any:
        """POST of JSON, with an Idempotency-Key and a passkey's signature if they are given."""
        headers = self._headers | ({"idempotency-key": key} if key else {})
        headers |= {"xactin-signature": signature} if signature else {}
        return self._client.post(f"{API}{path}", body, content_type="application/json", headers=headers)

    def upload(self, content: bytes = testing.PDF, name: str = "ban-ve.pdf") -> Any:
        """POST of a file."""
        return self._client.post(
            f"{API}/files", {"file": SimpleUploadedFile(name, content)}, headers=self._headers
        )

    def application(self, **changed: Any) -> dict[str, Any]:
        """The body of a sound application for the building permit; `changed` replaces members."""
        told = testing.example(testing.PERMIT)
        documents = [{"kind": kind, "file": self.upload().json()["id"]} for kind in told["documents"]]
        return {"procedure": "1.013225", "data": told["data"], "documents": documents} | changed

    def task(self, case: Case | str, node: str) -> dict[str, Any]:
        """The open task of a node."""
        found = self.get(f"/cases/{getattr(case, 'pk', case)}/tasks").json()["items"]
        return next(dict(task) for task in found if task["node"] == node)

    def act(self, case: Case, node: str, act: str, data: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """An act of the open task of a node."""
        body = {"task": self.task(case, node)["id"], "act": act, "data": dict(data or {})}
        return self.post(f"/cases/{case.pk}/acts", body, **more)


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert answer.status_code == status, body_of(answer)
    assert answer.headers["content-type"] == "application/problem+json"
    told = dict(answer.json())
    assert told["status"] == status
    assert told["title"]
    return told


def body_of(answer: HttpResponseBase) -> bytes:
    """The bytes of an answer, streamed or not."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
