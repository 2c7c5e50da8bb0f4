"""The room stands alone here: what higher rooms check of their own rows is tested there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from xactin.ledger.testing import Person, a_person, an_authority, folds_aside
from xactin.ledger.tests.damage import House, fill


@pytest.fixture(autouse=True)
def room_alone() -> Iterator[None]:
    """No folds of higher rooms."""
    with folds_aside():
        yield


@pytest.fixture
def officer(db: None) -> Person:
    """Somebody who may sign, in an authority that has just begun."""
    an_authority()
    return a_person()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A place off this machine."""
    monkeypatch.setenv("XACTIN_ANCHOR", str(tmp_path / "checkpoint"))
    return tmp_path / "checkpoint"


@pytest.fixture
def house(db: None) -> House:
    """An authority with some history."""
    return fill()
