"""A whole demo authority whose processes are killed one after the other."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.processes import alive, command, descendants, wait_until

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.timeout(600),
]


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

    def kill(self, text: str) -> None:
        """Kills the first of them, and waits until another stands in its place and all is well."""
        victim = min(self.pids(text))
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: not alive({victim}) and bool(self.pids(text)), 60, f"the return of {text}")
        wait_until(lambda: self.health() is not None, 60, f"health after the death of {text}")


def start(data: Path) -> Running:
    """Starts `xactin up --demo` on a free port; returns at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "XACTIN_MODE")
    }
    environ.pop("XACTIN_BUNDLED_POSTGRES", None)
    program = str(Path(sys.executable).with_name("xactin"))
    process = subprocess.Popen(
        [program, "up", "--demo", "--port", str(port), "--data", str(data)], env=environ
    )
    return Running(process, port, data)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the database's user may reach."""
    made = Path(tempfile.mkdtemp(prefix="xactin-demo-"))
    made.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def authority(folder: Path) -> Iterator[Running]:
    """A demo authority that answers."""
    running = start(folder)
    wait_until(
        lambda: running.health() is not None or running.process.poll() is not None, 300, "the first start"
    )
    assert running.process.poll() is None
    yield running
    running.process.kill()
    running.process.wait()


def test_what_dies_comes_back_and_the_end_leaves_nothing(authority: Running, folder: Path) -> None:
    """One test, for the first start is the slow part of it."""
    for part in ("granian", "cli worker", "bin/postgres"):
        authority.kill(part)
    below = descendants(authority.process.pid)
    authority.process.terminate()
    assert authority.process.wait(60) == 0
    assert not alive(below)
    begun = time.monotonic()
    second = start(folder)
    wait_until(lambda: second.health() is not None, 60, "the second start")
    took = time.monotonic() - begun
    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(60) == 0
    assert took < 15
