"""A backup of a demo authority comes back whole, on another database, with the log sound."""

from pathlib import Path

import pytest

from xactin.web.keeping.tests.places import MakePlace, Place

pytestmark = pytest.mark.timeout(300, func_only=True)  # beside the place that all of them share


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


QUEUED = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    cursor.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status) VALUES"
        " ('default', 'vault.sweep', 0, '{}', 'todo'), ('default', 'vault.sweep', 0, '{}', 'todo')"
    )
    cursor.execute(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
    )
"""


BREAKS = """
import sys
from xactin.web import cli
from xactin.web.keeping import tables

def fails(*given):
    raise RuntimeError("no power")

tables.set_sequences = fails
sys.exit(cli.main(["restore", sys.argv[1]]))
"""


def test_a_backup_of_an_office_at_work_comes_back_also_at_the_second_try(
    demo: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    file = tmp_path / "one.backup"
    busy = make_place.copy(demo, "busy")
    busy.say(QUEUED)
    assert len(busy.rows()["procrastinate_events"]) >= 2
    busy.run("backup", str(file))
    other = make_place("other")
    # The machine goes down when files are there and rows are not.
    broken = other._python("-c", BREAKS, str(file))
    assert b"no power" in broken.stderr
    assert "broken off" in other.run("up", "--demo", "--port", "1024", code=2)
    # All is in, and then the place off this machine is away.
    away = str(tmp_path / "nowhere" / "note")
    assert "XACTIN_ANCHOR" in other.run("restore", str(file), code=2, XACTIN_ANCHOR=away)
    assert "restored before" in other.run("restore", str(file))
    tables = ("procrastinate_jobs", "procrastinate_events", "procrastinate_workers", "cases_case")
    assert {name: other.rows()[name] for name in tables} == {name: busy.rows()[name] for name in tables}
    assert "xactin_restore" not in other.rows()
    assert other.files() == busy.files()
    assert "holds an authority already" in other.run("restore", str(file), code=2)
