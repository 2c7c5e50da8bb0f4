"""The small province that most tests of this room stand in."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation

from xactin.identity import queries
from xactin.identity.testing import Province, small_province


@pytest.fixture
def province(db: None) -> Iterator[Province]:
    yield small_province()
    queries.forget_tree()


@pytest.fixture
def in_vietnamese() -> Iterator[None]:
    """The language of the pages, and nothing counted yet."""
    cache.clear()
    with translation.override("vi"):
        yield
