"""Topics and people for tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection

from xactin.notices import topics

Person = Any  # the room beside this one keeps people; tests here must not enter it


@pytest.fixture(autouse=True)
def _own_topics() -> Iterator[None]:
    """Each test registers its own topics."""
    kept = dict(topics._topics)
    topics._topics.clear()
    yield
    topics._topics.clear()
    topics._topics.update(kept)


@pytest.fixture
def queue(db: None) -> Iterator[None]:
    """An empty queue, before and after. Its tables are not Django's, so no test's flush empties them: what a test of
    real transactions left would be done by whichever test settles next."""
    _empty()
    yield
    _empty()


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events")
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def person(db: None) -> Person:
    """Somebody with an account whose e-mail address is confirmed."""
    found = apps.get_model("identity", "Person").objects.create(
        full_name="Lê Văn An", folded_name="le van an", sort_key="an"
    )
    account = apps.get_model("identity", "Account").objects.create(
        username="levanan", person=found, email="an@example.vn"
    )
    EmailAddress.objects.create(user=account, email=account.email, primary=True, verified=True)
    return found


@pytest.fixture
def other(db: None) -> Person:
    return apps.get_model("identity", "Person").objects.create(
        full_name="Trần Bình", folded_name="tran binh", sort_key="binh"
    )
