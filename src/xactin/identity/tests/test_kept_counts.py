"""Wrong tries that were counted stay counted, whatever else is counted meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.test import RequestFactory

from xactin.identity.accounts.kept_counts import forget_expired
from xactin.identity.web.rates import allowed

pytestmark = pytest.mark.django_db


def _many(count: int) -> None:
    """Keys that sort behind ours: Django deletes from the beginning."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_cache SELECT 'zz' || n, '', %s FROM generate_series(1, %s) n",
            (datetime.now(UTC) + timedelta(hours=1), count),
        )


def _tries(number: int) -> list[bool]:
    request = RequestFactory().post("/")
    return [allowed(request, "compare", "3/h/key", key="one code") for _try in range(number)]


def test_twenty_thousand_other_keys_let_nobody_begin_anew() -> None:
    assert _tries(4) == [True, True, True, False]
    _many(20_000)
    assert _tries(2) == [False, False]
    cache.set("another", 1)
    assert _tries(1) == [False]


def test_django_alone_would_have_forgotten() -> None:
    """That this is why we have our own."""
    theirs = DatabaseCache("identity_cache", {"OPTIONS": {"MAX_ENTRIES": 10_000}})
    theirs.set("counted", [1, 2, 3], 3600)
    _many(20_000)
    theirs.set("zzz", 1)
    assert theirs.get("counted") is None


def test_values_are_added_once_touched_and_go_in_their_time() -> None:
    assert cache.add("lock", 1, timeout=10)
    assert not cache.add("lock", 2, timeout=10)
    assert cache.get("lock") == 1
    assert cache.touch("lock", -1)
    assert not cache.touch("nothing", 10)
    assert cache.get("lock") is None
    cache.set("lock", 1, -1)
    assert cache.add("lock", 3, timeout=10)  # what stood there had expired
    forget_expired()  # what other tests left
    cache.set("old", 1, -1)
    cache.set("endless", 1, None)
    assert forget_expired() == 1
    assert (cache.get("lock"), cache.get("endless")) == (3, 1)
