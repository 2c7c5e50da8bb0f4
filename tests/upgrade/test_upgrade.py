"""Data of earlier versions, with dossiers in every state, come to this version and go on to their end.

The backups were made by the code of their time (README.md here). Whoever changes a model and forgets the rows that
stand finds out here.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.upgrade import earlier
from tests.upgrade.client import APPLICANT, Case, Client

pytestmark = pytest.mark.timeout(900)
# `make trial` finishes every dossier; the suite the oldest of each phase.
WHOLE = "XACTIN_TRIAL" in os.environ


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="xactin-upgrade-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.mark.parametrize("file", sorted(earlier.BACKUPS.glob("*.backup")), ids=lambda file: file.stem)
def test_an_earlier_version_s_dossiers_are_finished_by_this_one(file: Path, folder: Path) -> None:
    earlier.lay(file, folder)
    told = earlier.run(folder, "upgrade")
    assert "the data are of version" in told
    assert earlier.run(folder, "audit").splitlines()[-1] == "audit: clean"
    with earlier.standing(folder) as client:
        before = _cases(client)
        assert {one["phase"] for one in before} >= {
            *("submitted", "processing", "supplement", "done", "refused", "withdrawn")
        }
        unfinished = [one for one in before if not one["finished_at"]]
        tried = unfinished if WHOLE else list({one["phase"]: one for one in reversed(unfinished)}.values())
        assert {client.finish(one["id"], _paper())["phase"] for one in tried} == {"done"}
        after = {one["id"]: one for one in _cases(client)}
        assert [one for one in before if one["finished_at"]] == [
            after[one["id"]] for one in before if one["finished_at"]
        ]
        fresh = client.apply(APPLICANT, before[0]["procedure"], _paper())
        assert client.finish(fresh, _paper())["phase"] == "done"
    assert earlier.run(folder, "audit").splitlines()[-1] == "audit: clean"


def _cases(client: Client) -> list[Case]:
    """All cases of the applicant, whom the story made them for."""
    found: list[Case] = client.ask(APPLICANT, "/cases?limit=100")["items"]
    return sorted(found, key=lambda one: str(one["id"]))


def _paper() -> bytes:
    from xactin.cases.testing import PDF

    return PDF
