"""The process tree: nothing stays behind, what dies comes back, what was committed stands."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.processes import alive, command, descendants, wait_until
from xactin.web.launcher.data_folder import DataFolder
from xactin.web.launcher.postgres import Cluster, memory_settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
Tree = subprocess.Popen[str]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the database's user may reach."""
    made = Path(tempfile.mkdtemp(prefix="xactin-tree-"))
    made.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def tree(folder: Path) -> Iterator[Tree]:
    """A standing tree; whatever a test did, nothing of it outlives the test."""
    process = start(folder)
    yield process
    left = descendants(process.pid)
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    wait_until(lambda: not alive(left), what="the end of the tree")


def start(folder: Path) -> Tree:
    """Starts a tree and waits until it stands."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.tree", str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def one(tree: Tree, text: str) -> int:
    """The process of the tree whose command line has this text."""
    found = some(tree, text)
    assert found, text
    return min(found)


def some(tree: Tree, text: str) -> set[int]:
    """All processes of the tree whose command line has this text."""
    return {pid for pid in descendants(tree.pid) if text in command(pid)}


def url(folder: Path) -> str:
    return Cluster(DataFolder(folder)).url()


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everything(tree: Tree, kind: signal.Signals) -> None:
    below = descendants(tree.pid)
    assert len(below) > 5
    tree.send_signal(kind)
    assert tree.wait(30) == 0
    assert not alive(below)


def test_nothing_outlives_a_killed_supervisor(tree: Tree) -> None:
    # The inner child must have had the time to say that it wants to end with the one above.
    time.sleep(1)
    below = descendants(tree.pid)
    tree.kill()
    tree.wait()
    wait_until(lambda: not alive(below), what="the end of the children")


def test_a_killed_child_comes_back_and_its_own_child_goes(tree: Tree) -> None:
    idle = one(tree, "subprocess.run")
    wait_until(lambda: any("time.sleep" in command(pid) for pid in descendants(idle)), what="the inner child")
    inner = descendants(idle)
    os.kill(idle, signal.SIGKILL)
    wait_until(lambda: bool(some(tree, "subprocess.run") - {idle}), what="a new child")
    assert not alive(inner)


def test_what_was_committed_survives_a_killed_database(tree: Tree, folder: Path) -> None:
    with psycopg.connect(url(folder), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        server = one(tree, "bin/postgres")
        os.kill(server, signal.SIGKILL)
    cluster = Cluster(DataFolder(folder))
    wait_until(lambda: not alive({server}), what="the death of the server")
    wait_until(cluster.answers, what="the return of the server")
    with psycopg.connect(url(folder)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_a_left_over_server_is_ended_by_the_next_start(tree: Tree, folder: Path) -> None:
    """The server is stopped while its supervisor is killed, so that it cannot hear that it should go."""
    server = one(tree, "bin/postgres")
    os.kill(server, signal.SIGSTOP)
    tree.kill()
    tree.wait()
    os.kill(server, signal.SIGCONT)
    second = start(folder)
    try:
        assert not alive({server})
    finally:
        second.terminate()
        second.communicate(timeout=30)


def test_a_lock_file_that_names_a_stranger_does_not_stop_the_start(folder: Path) -> None:
    first = start(folder)
    first.terminate()
    first.communicate(timeout=30)
    lock = folder / "postgres" / "cluster" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{lock.parent}\n0\n5432\n{folder}/postgres/socket\n\n  0 0\nready\n")
    second = start(folder)
    second.terminate()
    second.communicate(timeout=30)
    assert second.returncode == 0


def test_a_second_start_with_the_same_folder_is_refused(tree: Tree, folder: Path) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "tests.faults.tree", str(folder)], capture_output=True, text=True, check=False
    )
    assert second.stderr.strip() == "locked"


def test_the_socket_is_private_and_folders_above_stay_as_they_are(tree: Tree, folder: Path) -> None:
    assert (folder / "postgres" / "socket").stat().st_mode & 0o777 == 0o700
    assert (folder / "postgres" / "cluster").stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_mode & 0o777 == (0o711 if os.geteuid() == 0 else 0o700)
    with psycopg.connect(url(folder)) as connection:
        shown = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('fsync')"
        ).fetchone()
    assert shown == ("", "on")


@pytest.mark.parametrize(
    ("memory", "buffers"), [(512 * 2**20, "128MB"), (24 * 2**30, "3072MB"), (512 * 2**30, "4096MB")]
)
def test_the_database_takes_its_share_of_the_memory(memory: int, buffers: str) -> None:
    assert memory_settings(memory)["shared_buffers"] == buffers
