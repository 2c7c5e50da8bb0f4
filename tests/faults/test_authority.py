"""A whole demo authority whose processes are killed one after the other."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authority import Running, start
from tests.faults.processes import alive, descendants, wait_until

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
    pytest.mark.timeout(600),
]


def kill(running: Running, text: str) -> None:
    """Kills the first process of that name, and waits until another stands in its place and all is well."""
    victim = min(running.pids(text))
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: not alive({victim}) and bool(running.pids(text)), 60, f"the return of {text}")
    wait_until(lambda: running.health() is not None, 60, f"health after the death of {text}")


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
        kill(authority, part)
    below = descendants(authority.process.pid)
    authority.process.terminate()
    assert authority.process.wait(60) == 0
    assert not alive(below)
    second = start(folder)
    wait_until(lambda: second.health() is not None, 60, "the second start")
    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(60) == 0
