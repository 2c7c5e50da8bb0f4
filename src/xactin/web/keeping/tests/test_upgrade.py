"""Data of an earlier version, and the way to this one: all of it after a backup, or nothing."""

import re
from pathlib import Path

import psycopg
import pytest

from xactin.web.keeping.tests.places import MakePlace, Place

pytestmark = pytest.mark.timeout(300)
NEWER, BROKEN, STEPWISE = (
    f"xactin.web.keeping.tests.{name}.settings" for name in ("newer", "broken", "stepwise")
)
# Written by the way back and forth itself.
OWN_BOOKS = {"django_migrations", "django_content_type", "auth_permission", "vault_opening"}


def content(place: Place) -> dict[str, list[str]]:
    """The rows of all tables but those that migrating writes."""
    return {name: rows for name, rows in place.rows().items() if name not in OWN_BOOKS}


def backup_named(told: str) -> Path:
    """The backup that a command says it made."""
    found = re.search(r"-> (\S+) \(", told)
    assert found, told
    return Path(found[1])


def test_upgrade_says_when_there_is_nothing_to_do(demo: Place) -> None:
    assert "nothing to do" in demo.run("upgrade")


def test_data_of_an_earlier_version_come_to_this_one(demo: Place, make_place: MakePlace) -> None:
    """One of our own migrations, undone while the data stay: as it was before it was written."""
    place = make_place.copy(demo, "older")
    place.undo("ledger", "0001")
    assert content(place) == content(demo)
    told = place.run(module="xactin.web.keeping.groundwork", code=2)
    assert "the code is newer than the tables: run `xactin upgrade`" in told
    told = place.run("upgrade")
    assert told.index("backup: ") < told.index("migrated ledger: 0002_storage")
    assert content(place) == content(demo)
    assert place.run("audit").splitlines()[-1] == "audit: clean"
    assert "nothing to do" in place.run("upgrade")
    # The state before is a backup like any other: it comes back, and to this version.
    other = make_place("before")
    told = other.run("restore", str(backup_named(told)))
    assert "migrated ledger: 0002_storage" in told
    assert other.run("audit").splitlines()[-1] == "audit: clean"


def test_a_next_version_changes_tables_that_hold_data(demo: Place, make_place: MakePlace) -> None:
    place = make_place.copy(demo, "newer")
    place.more["DJANGO_SETTINGS_MODULE"] = NEWER
    told = place.run("upgrade")
    assert "migrated newer: 0001_short" in told
    assert "migrated newer: 0002_checked" in told
    agencies = place.rows()["identity_agency"]
    assert len(agencies) == len(demo.rows()["identity_agency"]) > 5
    assert all(
        row.endswith(("h44", *(f".{number:02}" for number in range(9)), "0", "1", "2")) for row in agencies
    )
    assert place.run("audit").splitlines()[-1] == "audit: clean"


def test_a_failed_upgrade_leaves_everything_as_it_was(demo: Place, make_place: MakePlace) -> None:
    """Also the steps before the faulty one, that went well by themselves."""
    place = make_place.copy(demo, "broken")
    place.more["DJANGO_SETTINGS_MODULE"] = BROKEN
    told = place.run("upgrade", code=2)
    assert "nothing was changed" in told
    assert "broken: 0001_fault" in told
    assert 'check constraint "wrong"' in told, told
    assert "migrated" not in told
    backup = backup_named(told)
    assert backup.is_file()
    assert told.rstrip().endswith(f"the state before is in {backup}")
    assert place.rows() == demo.rows()
    # The version with the fault mended finds the data where the old one left them.
    place.more["DJANGO_SETTINGS_MODULE"] = NEWER
    assert "migrated newer: 0002_checked" in place.run("upgrade")
    assert place.run("audit").splitlines()[-1] == "audit: clean"


def test_steps_that_need_a_commit_between_are_said_to_stand(demo: Place, make_place: MakePlace) -> None:
    """An enum's new value can be used only after a commit, so this upgrade cannot be all or nothing."""
    place = make_place.copy(demo, "stepwise")
    place.more["DJANGO_SETTINGS_MODULE"] = STEPWISE
    told = place.run("upgrade", code=2)
    assert "stepwise: 0003_fault failed" in told
    assert "these steps stand: stepwise: 0001_value, stepwise: 0002_use" in told
    assert told.rstrip().endswith(f"the state before is in {backup_named(told)}")
    assert content(place) == content(demo)


def test_a_step_that_would_wait_for_others_gives_up(demo: Place, make_place: MakePlace) -> None:
    """Behind it everybody would wait who only wants to read."""
    place = make_place.copy(demo, "busy")
    place.undo("ledger", "0001")
    with psycopg.connect(place.url) as other:
        other.execute("LOCK TABLE ledger_tile IN ROW EXCLUSIVE MODE")
        told = place.run("upgrade", code=2)
    assert "lock timeout" in told
    assert "nothing was changed; somebody works with these tables" in told
    assert "migrated ledger: 0002_storage" in place.run("upgrade", "--lock-seconds", "0")


def test_a_step_that_takes_too_long_gives_up(demo: Place, make_place: MakePlace) -> None:
    place = make_place.copy(demo, "slow")
    place.more["DJANGO_SETTINGS_MODULE"] = "xactin.web.keeping.tests.slow.settings"
    told = place.run("upgrade", "--statement-seconds", "1", code=2)
    assert "slow: 0001_wait failed" in told
    assert "give --statement-seconds" in told
    assert "migrated slow: 0001_wait" in place.run("upgrade")
