"""The PostgreSQL of a run: `DATABASE_URL`'s server, or the bundled one with its durable settings."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from xactin.web.launcher import database as launcher
from xactin.web.launcher.data_folder import DataFolder, default_data_folder


@contextmanager
def server() -> Iterator[str]:
    """Yields the address of a database of the server to measure; what is made for it is removed."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="bench-", dir=_disk()) as folder:
        Path(folder).chmod(0o711)  # as root the server runs as another user
        own: dict[str, str] = {}
        with launcher.database(DataFolder(Path(folder) / "data"), own):
            yield own["XACTIN_OWNER_URL"]  # every side makes its tables: one role, as the others have


def _disk() -> Path:
    """A folder on the disk of the data folders: a temporary one may be memory, where nothing is durable."""
    place = default_data_folder({}).parent
    if not place.exists():
        place.mkdir(parents=True, mode=0o711)
        place.chmod(0o711)
    return place


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """An empty database beside the one of `url`, dropped at the end."""
    quoted = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))


def facts(url: str) -> dict[str, str]:
    """Version and durability settings, for the table's caption."""
    with psycopg.connect(url) as connection:
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
        found = {name: str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in names}
    # What else the machine does at the beginning: above about 1, figures are not to be trusted.
    return {**found, "load": f"{os.getloadavg()[0]:.1f}"}


def settings(url: str) -> dict[str, str]:
    """Django's words for an address."""
    parts = conninfo_to_dict(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {"ENGINE": "django.db.backends.postgresql"} | {
        ours: str(parts.get(pg, "")) for ours, pg in names.items()
    }
