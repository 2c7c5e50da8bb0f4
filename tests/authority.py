"""A whole demo authority, started as a person starts it: `xactin up --demo`."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.processes import command, descendants, wait_until


@dataclass
class Running:
    """A running authority."""

    process: "subprocess.Popen[bytes]"
    port: int
    data: Path

    def health(self) -> dict[str, object] | None:
        """What /health says; None while nobody answers or a part is not well."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                return dict(json.load(answer))
        except (OSError, ValueError, urllib.error.URLError):
            return None

    def pids(self, text: str) -> set[int]:
        """The processes of the tree with this text in their command line."""
        return {pid for pid in descendants(self.process.pid) if text in command(pid)}


def surroundings(**more: str) -> dict[str, str]:
    """The environment of a bare start: no database of the developer's, no mode of the test suite."""
    left_out = (
        "DATABASE_URL",
        "XACTIN_OWNER_URL",
        "XACTIN_MODE",
        "XACTIN_BUNDLED_POSTGRES",
        "DJANGO_SETTINGS_MODULE",
    )
    return {name: value for name, value in os.environ.items() if name not in left_out} | more


def program() -> str:
    """The `xactin` beside this Python."""
    return str(Path(sys.executable).with_name("xactin"))


def start(data: Path, command: Sequence[str] = (), **more: str) -> Running:
    """Starts `xactin up --demo`, without a past and in peace, on a free port; returns at once.

    `command` stands for `xactin`, where another Python shall run it.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(command or [program()]),
            "up",
            "--demo",
            "--bare",
            "--still",
            "--port",
            str(port),
            "--data",
            str(data),
        ],
        env=surroundings(**more),
    )
    return Running(process, port, data)


@contextmanager
def standing(name: str, **more: str) -> Iterator[Running]:
    """A demo authority that answers, in a folder of its own; its data goes with it."""
    folder = Path(tempfile.mkdtemp(prefix=f"xactin-{name}-"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    running = start(folder, **more)
    try:
        wait_until(lambda: running.health() is not None or running.process.poll() is not None, 300, "health")
        assert running.process.poll() is None
        yield running
    finally:
        running.process.send_signal(signal.SIGCONT)  # a test that failed may have left it frozen
        running.process.terminate()
        running.process.wait(60)
        shutil.rmtree(folder)
