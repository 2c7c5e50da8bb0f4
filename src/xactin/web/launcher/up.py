"""`xactin up`: database, web and worker in one foreground process tree."""

import logging
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from xactin.web.launcher import environment
from xactin.web.launcher.data_folder import DataFolder, DataFolderError
from xactin.web.launcher.os_user import OsUser
from xactin.web.launcher.postgres import Cluster
from xactin.web.launcher.processes import Child, Supervisor, die_with_parent
from xactin.web.launcher.servants import as_user, servant
from xactin.web.limits.places import all_threads

log = logging.getLogger("xactin.launcher")


@dataclass(frozen=True)
class Wish:
    """What the person asked for on the command line."""

    demo: bool
    host: str
    port: int
    data: Path
    bare: bool = False  # a demo without a past
    still: bool = False  # a demo in which nobody but visitors acts


def up(wish: Wish) -> int:
    """Runs until a signal; returns the exit code."""
    data = DataFolder(wish.data)
    own_environment = _environment(wish, data)
    # Refused before anything is made.
    environment.require_sound(environment.read(own_environment), own_environment)
    _check_port(wish)
    data.create()
    if not data.lock():
        raise DataFolderError(
            f"Xác Tín runs already with {data.path}; stop it, or choose another folder with --data"
        )
    if data.is_unfinished():
        raise DataFolderError(
            f"a restore into {data.path} was broken off; give the same `xactin restore` again, it goes on"
        )
    if wish.demo:
        data.set_mode("demo")
        data.ensure_keys()
    supervisor = Supervisor()
    try:
        return _run(wish, data, supervisor, own_environment)
    finally:
        supervisor.end()
        data.unlock()


def _run(wish: Wish, data: DataFolder, supervisor: Supervisor, own: dict[str, str]) -> int:
    if not own.get("DATABASE_URL"):
        _start_database(data, supervisor, own)
    user = servant(data, own, wish.host, wish.port)
    if not _prepare(wish, supervisor, own, user):
        return 130 if supervisor.stopping else 1
    # From here on nobody changes tables: what strangers can reach never learns the owner's address.
    own.pop("XACTIN_OWNER_URL", None)
    worker = [sys.executable, "-m", "xactin.web.cli", "worker"]
    supervisor.start(Child("worker", worker, own, user=user, patience=20))
    supervisor.start(Child("web", _web_command(wish, own), own, user=user, patience=20))
    if supervisor.wait_for(lambda: _answers(wish), timeout=120):
        print(f"\nXác Tín: {environment.read(own).public_url}   (Ctrl-C ends everything)", flush=True)
    if wish.demo:
        living = [sys.executable, "-m", "xactin.demo.building", *_demo_wishes(wish)[1:]]
        supervisor.start(Child("demo", living, own, user=user, patience=20))
    supervisor.keep()
    return 0


def _start_database(data: DataFolder, supervisor: Supervisor, own: dict[str, str]) -> None:
    cluster = Cluster(data)
    cluster.prepare()
    child = cluster.child()
    supervisor.start(child)
    cluster.wait(child)
    cluster.ensure_database()
    own.update(cluster.addresses())


def _prepare(wish: Wish, supervisor: Supervisor, own: dict[str, str], user: OsUser | None) -> bool:
    """Brings tables, static files and the demo up to date, in a process of its own that we may outlive."""
    command = [sys.executable, "-m", "xactin.web.keeping.groundwork", *_demo_wishes(wish)]
    parent = os.getpid()
    process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 (ourselves)
        command,
        env=own,
        process_group=0,
        preexec_fn=lambda: die_with_parent(15, parent),
        **as_user(user),
    )
    supervisor.wait_for(lambda: process.poll() is not None, timeout=3600)
    if process.poll() is None:
        process.terminate()
    return bool(process.wait() == 0)


def _demo_wishes(wish: Wish) -> list[str]:
    said = {"--demo": wish.demo, "--bare": wish.demo and wish.bare, "--still": wish.demo and wish.still}
    return [name for name, wanted in said.items() if wanted]


def _web_command(wish: Wish, own: dict[str, str]) -> list[str]:
    """Granian: threads behind WSGI, those that answer and as many in which requests wait (`limits/places.py`).

    Those that have nothing to do end after half a minute, and with them their connections to the database.
    """
    processes = own.get("XACTIN_WEB_PROCESSES", "2")
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", wish.host, "--port", str(wish.port)),
        *("--workers", processes, "--blocking-threads", str(all_threads(own))),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10", "--log-level", "error"),
        *("--http1-header-read-timeout", "10000"),  # milliseconds; bodies have theirs in `limits/bodies.py`
        "xactin.web.wsgi:application",
    ]


def _environment(wish: Wish, data: DataFolder) -> dict[str, str]:
    own = dict(os.environ)
    own.update(
        XACTIN_DATA=str(data.path), XACTIN_PORT=str(wish.port), XACTIN_SUPERVISED="1", PYTHONUNBUFFERED="1"
    )
    own.setdefault("DJANGO_SETTINGS_MODULE", "xactin.web.settings")
    if wish.demo:
        own["XACTIN_MODE"] = "demo"
    return own


def _check_port(wish: Wish) -> None:
    with socket.socket(socket.AF_INET6 if ":" in wish.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((wish.host, wish.port))
        except OSError as error:
            raise DataFolderError(
                f"port {wish.port} cannot be used ({error.strerror}); choose another with --port"
            ) from error


def _answers(wish: Wish) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(wish.host, wish.host)  # noqa: S104 (read, not bound)
    try:
        with urllib.request.urlopen(f"http://{host}:{wish.port}/health", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
