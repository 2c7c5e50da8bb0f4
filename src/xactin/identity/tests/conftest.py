"""The small province that most tests of this room stand in."""

from collections.abc import Iterator

import pytest

from xactin.identity import queries
from xactin.identity.testing import Province, small_province


@pytest.fixture
def province(db: None) -> Iterator[Province]:
    yield small_province()
    queries.forget_tree()
