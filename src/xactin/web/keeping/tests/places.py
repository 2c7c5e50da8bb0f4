"""Authorities side by side, each with a database, a data folder and its commands in processes of their own."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from xactin.web.keeping.tables import tables, write_alike
from xactin.web.launcher.data_folder import DataFolder
from xactin.web.launcher.postgres import SERVANT

PASSPHRASE = "correct horse battery"
CHECKPOINT = "from xactin.ledger.queries import checkpoint_note; print(checkpoint_note(), end='')"


@dataclass
class Place:
    """An authority's database and data folder, and what else its environment says.

    `url` is the owner's; commands work as web, unless there is `one_role` for everything.
    """

    url: str
    data: Path
    more: dict[str, str] = field(default_factory=dict)
    one_role: bool = False

    def run(self, *arguments: str, module: str = "xactin.web.cli", code: int = 0, **more: str) -> str:
        """Runs a command of ours here, with more of the environment; returns what it printed."""
        done = self._python("-m", module, *arguments, **more)
        told = (done.stdout + done.stderr).decode()
        assert done.returncode == code, told
        return told

    def undo(self, app: str, name: str) -> None:
        """Takes migrations of an app back to this one, while the data stay."""
        self.run("migrate", app, name, module="django", DATABASE_URL=self.url)

    def say(self, script: str) -> str:
        """Runs a few lines of Python in this authority; returns what they printed on the standard output."""
        return self.say_bytes(script).decode()

    def say_bytes(self, script: str) -> bytes:
        """The same, as bytes."""
        done = self._python("-c", f"import django; django.setup()\n{script}")
        assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
        return done.stdout

    def _python(self, *arguments: str, **more: str) -> "subprocess.CompletedProcess[bytes]":
        environ = {name: value for name, value in os.environ.items() if not name.startswith("XACTIN_")}
        environ |= {"DATABASE_URL": self.url, "XACTIN_DATA": str(self.data), "XACTIN_PASSPHRASE": PASSPHRASE}
        if not self.one_role:
            environ |= {"DATABASE_URL": self.web_url, "XACTIN_OWNER_URL": self.url}
        environ |= {"DJANGO_SETTINGS_MODULE": "xactin.web.settings", **self.more, **more}
        return subprocess.run([sys.executable, *arguments], env=environ, capture_output=True, check=False)

    @property
    def web_url(self) -> str:
        """The address for the role that owns nothing."""
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{SERVANT}@{host}"))

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table as text, in a fixed order."""
        with psycopg.connect(self.url) as connection:
            write_alike(connection)
            return {
                table.name: sorted(b"".join(table.read(connection)).decode().splitlines())
                for table in tables(connection)
            }

    def files(self) -> dict[str, bytes]:
        """Every file of the data folder's store."""
        top = self.data / "files"
        return {str(one.relative_to(top)): one.read_bytes() for one in top.rglob("*") if one.is_file()}

    def checkpoint(self) -> str:
        """The signed note that stands in the log of this place."""
        return self.say(CHECKPOINT)


class MakePlace:
    """Makes places, and removes their databases."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, list[tuple[str, str]]()

    def __call__(self, name: str, server: str | None = None, **more: str) -> Place:
        """A place with an empty database, on the server of the suite or another, and no data folder yet."""
        return self._make(name, server or os.environ["DATABASE_URL"], sql.SQL("template1"), more)

    def copy(self, of: Place, name: str) -> Place:
        """A place with the same database and data folder as another on the suite's server."""
        template = sql.Identifier(urlsplit(of.url).path.lstrip("/"))
        made = self._make(name, os.environ["DATABASE_URL"], template, of.more)
        shutil.copytree(of.data, made.data)
        return made

    def _make(self, name: str, server: str, template: sql.Composable, more: dict[str, str]) -> Place:
        database = f"xt_{name}_{uuid4().hex[:8]}"
        with psycopg.connect(server, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [SERVANT]).fetchone():
                connection.execute(f"CREATE ROLE {SERVANT} LOGIN")
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), template)
            )
        self._made.append((server, database))
        parts = urlsplit(server)
        return Place(urlunsplit(parts._replace(path=f"/{database}")), self._folder / database, dict(more))

    def clear(self) -> None:
        """Removes the databases."""
        for server, name in self._made:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def found_demo(place: Place) -> None:
    """A demo authority with its people, mandates and log."""
    data = DataFolder(place.data)
    data.create()
    data.set_mode("demo")
    data.ensure_keys()
    place.run("--demo", module="xactin.web.keeping.groundwork")
