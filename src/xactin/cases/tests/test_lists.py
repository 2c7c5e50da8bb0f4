"""Lists ask the database as often for fifty rows as for one."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from xactin.cases import testing
from xactin.identity.accounts.commands import create_token
from xactin.identity.models import Account
from xactin.identity.testing import PASSWORD

pytestmark = pytest.mark.django_db


def _as(username: str) -> Client:
    account = Account.objects.get(username=username)
    client = Client(headers={"Authorization": f"Bearer {create_token(account)}"})
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    return client


def _asked(ask: Callable[[], object]) -> int:
    """The fewest queries of three times: what a process remembers it asks for again now and then."""
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            ask()
        counts.append(len(queries))
    return min(counts)


@pytest.mark.parametrize(
    ("username", "path"),
    [
        ("motcua1", "/desk/"),
        ("motcua1", "/desk/cases/"),
        ("motcua1", "/desk/cases/?format=csv"),
        ("motcua1", "/api/v1/tasks"),
        ("motcua1", "/api/v1/cases"),
        ("thanhtra1", "/api/v1/tasks?mine=false"),
        ("congdan1", "/cases/"),
        ("congdan1", "/api/v1/cases"),
    ],
)
def test_as_often(username: str, path: str) -> None:
    testing.province_with(testing.PERMIT)
    testing.apply()
    client = _as(username)

    def ask() -> None:
        assert client.get(path).status_code == 200

    once = _asked(ask)
    for _ in range(3):
        testing.apply()
    assert _asked(ask) == once
