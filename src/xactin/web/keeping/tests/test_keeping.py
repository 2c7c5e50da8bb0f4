"""A backup of a demo authority comes back whole, on another database, with the log sound."""

from pathlib import Path

import pytest

from xactin.web.keeping.tests.places import MakePlace, Place

pytestmark = pytest.mark.timeout(300)


def test_everything_comes_back(demo: Place, make_place: MakePlace, tmp_path: Path) -> None:
    file, note = tmp_path / "one.backup", tmp_path / "checkpoint"
    assert "tables" in demo.run("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    note.write_text(demo.checkpoint(), "utf-8")
    other = make_place("other")
    told = other.run("restore", str(file), "--checkpoint", str(note))
    assert "the log goes on: " in told
    assert other.rows() == demo.rows()
    assert other.files() == demo.files() != {}
    for key in ("master.key", "secret_key"):
        assert (other.data / "keys" / key).read_bytes() == (demo.data / "keys" / key).read_bytes()
    assert "clean" in other.run("audit")


def test_without_a_kept_checkpoint_the_log_begins_anew(
    demo: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    file = tmp_path / "one.backup"
    demo.run("backup", str(file))
    other = make_place("other")
    assert "new origin" in other.run("restore", str(file))
    assert other.checkpoint().split("\n")[0] != demo.checkpoint().split("\n")[0]
    assert "clean" in other.run("audit")


def test_a_backup_is_refused_where_it_would_do_harm(
    demo: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    file = tmp_path / "one.backup"
    demo.run("backup", str(file))
    assert "never overwrites" in demo.run("backup", str(file), code=2)
    assert "holds an authority already" in demo.run("restore", str(file), code=2)
    file.write_bytes(file.read_bytes()[:-1])
    other = make_place("other")
    assert "damaged" in other.run("restore", str(file), code=2)
    assert other.rows().get("identity_account", []) == []
