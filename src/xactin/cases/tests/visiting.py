"""A browser without script for tests: somebody signed in who opens pages and sends forms."""

from collections.abc import Mapping
from typing import Any

from django.test import Client

from xactin.identity.testing import PASSWORD


class Visitor:
    """One account in its own browser."""

    def __init__(self, username: str, *, language: str = "vi") -> None:
        self._client = Client()
        assert self._client.login(username=username, password=PASSWORD)
        self._client.cookies["xactin_language"] = language

    def open(self, path: str, **query: str) -> Any:
        """GET, as it is answered."""
        return self._client.get(path, query)

    def page(self, path: str, **query: str) -> str:
        """The text of a page that is there."""
        answer = self.open(path, **query)
        assert answer.status_code == 200
        return str(answer.content.decode())

    def send(self, path: str, headers: Mapping[str, str] | None = None, **data: Any) -> Any:
        """POST of a form."""
        return self._client.post(path, data, headers=headers)

    def send_head(self, path: str, tag: str) -> Any:
        """GET of what the browser has already under this tag."""
        return self._client.get(path, headers={"If-None-Match": tag})
