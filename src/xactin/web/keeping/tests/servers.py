"""A second PostgreSQL of another version: Debian's where the suite runs on the bundled one, and the reverse."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from xactin.web.launcher.data_folder import DataFolder
from xactin.web.launcher.database import database
from xactin.web.launcher.os_user import database_user
from xactin.web.launcher.servants import as_user

SETTINGS = ("listen_addresses=", "fsync=off", "shared_buffers=32MB", "max_connections=20")


def major(url: str) -> int:
    """The version of a server."""
    with psycopg.connect(url) as connection:
        return connection.info.server_version // 10_000


def binaries() -> Path | None:
    """Debian's newest server that is not of the suite's version."""
    found = [Path(one) for one in Path("/usr/lib/postgresql").glob("*/bin") if (one / "initdb").is_file()]
    ours = major(os.environ["DATABASE_URL"])
    others = {int(one.parent.name): one for one in found if one.parent.name != str(ours)}
    return others[max(others)] if others else None


@contextmanager
def another() -> Iterator[str | None]:
    """Its address while it runs; None where this machine has no other version."""
    found = binaries()
    with tempfile.TemporaryDirectory(prefix="xactin-pg-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        if found is not None:
            with _debian(found, folder) as url:
                yield url
        elif major(os.environ["DATABASE_URL"]) != 18:
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
            environ: dict[str, str] = {}
            with database(DataFolder(folder), environ):
                yield environ["XACTIN_OWNER_URL"]
        else:
            yield None


@contextmanager
def _debian(programs: Path, folder: Path) -> Iterator[str]:
    """In a folder that only its own user may enter; so whoever is in needs no password."""
    who = as_user(database_user() if os.geteuid() == 0 else None)
    if who:
        shutil.chown(folder, database_user().uid, database_user().gid)
    cluster = folder / "cluster"
    subprocess.run(
        [
            programs / "initdb",
            "-D",
            cluster,
            "-U",
            "xactin",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        **who,
    )
    options = [part for one in (*SETTINGS, f"unix_socket_directories={folder}") for part in ("-c", one)]
    server = subprocess.Popen(
        [programs / "postgres", "-D", cluster, *options], cwd=folder, stderr=subprocess.DEVNULL, **who
    )
    url = f"postgresql://xactin@/postgres?host={folder}"
    try:
        _wait(url)
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _wait(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, "the other server does not answer"
            time.sleep(0.05)
        else:
            return
