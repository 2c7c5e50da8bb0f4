"""The room stands alone here: what higher rooms check of their own rows is tested there."""

from collections.abc import Iterator

import pytest

from xactin.ledger.audit import folds


@pytest.fixture(autouse=True)
def room_alone() -> Iterator[None]:
    """No folds of higher rooms."""
    before = dict(folds._folds)
    folds._folds.clear()
    yield
    folds._folds.clear()
    folds._folds.update(before)
