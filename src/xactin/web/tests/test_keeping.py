"""A backup of a demo authority comes back whole, on another database, with the log sound."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from xactin.web.keeping.tables import tables

pytestmark = pytest.mark.timeout(300)
PASSPHRASE = "correct horse battery"


@dataclass
class Place:
    """An authority's database and data folder."""

    url: str
    data: Path

    def run(self, *arguments: str, module: str = "xactin.web.cli", code: int = 0) -> str:
        """Runs a command of ours here; returns what it printed."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("XACTIN_")}
        environ |= {"DATABASE_URL": self.url, "XACTIN_DATA": str(self.data), "XACTIN_PASSPHRASE": PASSPHRASE}
        environ |= {"DJANGO_SETTINGS_MODULE": "xactin.web.settings"}
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table as text, in a fixed order."""
        with psycopg.connect(self.url) as connection:
            return {
                table.name: sorted(b"".join(table.read(connection)).decode().splitlines())
                for table in tables(connection)
            }


@pytest.fixture(scope="module")
def make_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator["MakePlace"]:
    """Makes places, each with a new database on the server of the suite."""
    made = MakePlace(tmp_path_factory.mktemp("places"))
    yield made
    made.clear()


class MakePlace:
    """Places of one test."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._names = folder, list[str]()
        self._server = os.environ["DATABASE_URL"]

    def __call__(self, name: str) -> Place:
        """A place with an empty database and no data folder yet."""
        database = f"xt_{name}_{uuid4().hex[:8]}"
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        self._names.append(database)
        parts = urlsplit(self._server)
        return Place(urlunsplit(parts._replace(path=f"/{database}")), self._folder / database)

    def clear(self) -> None:
        """Removes the databases."""
        with psycopg.connect(self._server, autocommit=True) as connection:
            for name in self._names:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def demo(make_place: MakePlace) -> Place:
    """A demo authority with its people, mandates and log, at rest."""
    place = make_place("demo")
    from xactin.web.launcher.data_folder import DataFolder

    data = DataFolder(place.data)
    data.create()
    data.set_mode("demo")
    data.ensure_keys()
    place.run("--demo", module="xactin.web.launcher.prepare")
    (place.data / "files" / "ab").mkdir()
    (place.data / "files" / "ab" / "cdef").write_bytes(b"sealed content" * 100_000)
    return place


def test_everything_comes_back(demo: Place, make_place: MakePlace, tmp_path: Path) -> None:
    file, note = tmp_path / "one.backup", tmp_path / "checkpoint"
    assert "tables" in demo.run("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    note.write_text(checkpoint_of(demo), "utf-8")
    other = make_place("other")
    told = other.run("restore", str(file), "--checkpoint", str(note))
    assert "the log goes on: " in told
    assert other.rows() == demo.rows()
    assert (other.data / "files" / "ab" / "cdef").read_bytes() == b"sealed content" * 100_000
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
    assert checkpoint_of(other).split("\n")[0] != checkpoint_of(demo).split("\n")[0]
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


def test_upgrade_says_when_there_is_nothing_to_do(demo: Place) -> None:
    assert "nothing to do" in demo.run("upgrade")


def checkpoint_of(place: Place) -> str:
    """The signed note that stands in the log of this place."""
    script = (
        "import django; django.setup()\n"
        "from xactin.ledger.queries import checkpoint_note\n"
        "print(checkpoint_note(), end='')"
    )
    environ = {**os.environ, "DATABASE_URL": place.url, "XACTIN_DATA": str(place.data), "XACTIN_MODE": "demo"}
    return subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True
    ).stdout
