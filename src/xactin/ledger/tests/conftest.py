"""The room stands alone here: what higher rooms check of their own rows is tested there."""

from collections.abc import Iterator

import pytest

from xactin.ledger.testing import folds_aside


@pytest.fixture(autouse=True)
def room_alone() -> Iterator[None]:
    """No folds of higher rooms."""
    with folds_aside():
        yield
