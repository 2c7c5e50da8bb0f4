"""Started by root, web and worker run as the OS user of the database, where that user can; else root says why."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.authority import Running, start, surroundings
from tests.faults.processes import wait_until
from xactin.vault.testing import a_pdf
from xactin.web.launcher import servants
from xactin.web.launcher.data_folder import CHECKOUT, DataFolder
from xactin.web.launcher.os_user import OsUser, database_user

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to give the work to"),
    pytest.mark.timeout(600),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the user may reach."""
    made = Path(tempfile.mkdtemp(prefix="xactin-user-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that is root's alone."""
    made = Path(tempfile.mkdtemp(prefix="xactin-root-"))
    yield made
    shutil.rmtree(made)


def python() -> tuple[str, dict[str, str]]:
    """A Python that the user may run, and what it needs to find our code; skips where there is none.

    That of the suite may lie below a folder of root's; then the system's own, of the same version, serves.
    """
    system = f"/usr/bin/python3.{sys.version_info.minor}"
    found = {"PYTHONPATH": os.pathsep.join([str(CHECKOUT / "src"), sysconfig.get_path("purelib")])}
    for program, more in ((sys.executable, {}), (system, found)):
        try:
            done = subprocess.run(
                [program, "-c", "import xactin.web.launcher.reach"],
                env={**os.environ, **more},
                capture_output=True,
                check=False,
                **servants.as_user(database_user()),
            )
        except OSError:
            continue
        if done.returncode == 0:
            return program, more
    pytest.skip("the user of the database can run no Python of this version that finds our code")


def stands(running: Running) -> None:
    """Waits until the authority answers."""
    wait_until(
        lambda: running.health() is not None or running.process.poll() is not None, 300, "the first answer"
    )
    assert running.process.poll() is None


def owners(running: Running, *texts: str) -> set[int]:
    """Who runs the processes with these texts in their command lines."""
    return {Path(f"/proc/{pid}").stat().st_uid for text in texts for pid in running.pids(text)}


def end(running: Running) -> None:
    running.process.terminate()
    assert running.process.wait(60) == 0


def upload(running: Running, command: list[str], more: dict[str, str], name: str) -> None:
    """A citizen sends a file, so that the files have an owner."""
    told = subprocess.run(
        [*command, "token", "congdan1", "--data", str(running.data)],
        env=surroundings(**more),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    body = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile(name, a_pdf(text=name.encode()))})
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.port}/api/v1/files",
        body,
        {"Authorization": f"Bearer {told.stdout.strip()}", "Content-Type": MULTIPART_CONTENT},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 201


def test_a_folder_of_root_s_is_given_to_the_user_and_root_can_take_over_again(
    folder: Path, closed: Path
) -> None:
    program, more = python()
    command = [program, "-m", "xactin.web.cli"]
    user = database_user()
    # As it was before: all of it root's. An anchor that only root may write keeps root at work.
    before = start(folder, command, **more, XACTIN_ANCHOR=str(closed / "checkpoint"))
    try:
        stands(before)
        assert owners(before, "granian", "cli worker") == {0}
        assert (folder / "keys" / "master.key").stat().st_uid == 0
        assert (closed / "checkpoint").is_file()
        upload(before, command, more, "one.pdf")
    finally:
        end(before)
    after = start(folder, command, **more)
    try:
        stands(after)
        assert owners(after, "granian", "cli worker") == {user.uid}
        upload(after, command, more, "two.pdf")
        stored = [one for one in (folder / "files").rglob("*") if one.is_file()]
        assert len(stored) == 2
        private = [*(folder / "keys").iterdir(), *stored]
        assert {one.stat().st_uid for one in private} == {user.uid}
        assert {one.stat().st_mode & 0o077 for one in (*private, folder / "keys", folder / "files")} == {0}
        assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (0, 0o711)
        told = subprocess.run(
            [*command, "audit", "--data", str(folder)],
            env=surroundings(**more),
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.stdout.endswith("audit: clean\n"), told.stderr
    finally:
        end(after)


def reasons(folder: Path, **more: str) -> tuple[OsUser | None, dict[str, str], DataFolder]:
    """What is decided for a data folder, asked of a Python that the user may run."""
    data = DataFolder(folder)
    data.create()
    data.ensure_keys()
    own = {**os.environ, "XACTIN_DATA": str(folder), **more}
    return servants.servant(data, own, "127.0.0.1", 0), own, data


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process asks by a Python that the user may run."""
    program, more = python()
    monkeypatch.setattr(sys, "executable", program)
    for name, value in more.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("reachable")
def test_a_key_file_of_root_s_is_read_by_root_and_handed_over(folder: Path, closed: Path) -> None:
    (closed / "key").write_text("a key in base64\n")
    user, own, data = reasons(folder, XACTIN_KEY_FILE=str(closed / "key"))
    assert user == database_user()
    assert own["XACTIN_KEY"] == "a key in base64"
    assert "XACTIN_KEY_FILE" not in own
    assert {one.stat().st_uid for one in (data.keys / "secret_key", data.files, data.trust)} == {user.uid}


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("XACTIN_ANCHOR", "{closed}/checkpoint", "it cannot write XACTIN_ANCHOR"),
        ("XACTIN_DATA", "{closed}/data", "it cannot reach"),
    ],
)
def test_root_stays_and_says_why(
    folder: Path, closed: Path, name: str, value: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    user, own, data = reasons(folder, **{name: value.format(closed=closed)})
    assert user is None
    assert said in caplog.text
    assert "web and worker run as root" in caplog.text
    assert own["HOME"] == os.environ["HOME"]
    assert data.files.stat().st_uid == 0


@pytest.mark.usefixtures("reachable")
def test_a_database_that_knows_root_alone_keeps_root(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As by `peer`; here a socket in a folder of root's stands for it."""
    closed = Path(tempfile.mkdtemp(prefix="xactin-socket-"))
    target = os.environ["DATABASE_URL"].rpartition("host=")[2].replace("%2F", "/")
    if not target.startswith("/"):
        pytest.skip("the suite's server has no socket")
    try:
        (closed / ".s.PGSQL.5432").symlink_to(f"{target}/.s.PGSQL.5432")
        address = os.environ["DATABASE_URL"].rpartition("?")[0] + f"?host={closed}"
        assert reasons(folder, DATABASE_URL=address)[0] is None
    finally:
        shutil.rmtree(closed)
    assert "does not let it in" in caplog.text


@pytest.mark.usefixtures("reachable")
def test_code_that_only_root_may_read_keeps_root(
    folder: Path, closed: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (closed / "python").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(closed / "python"))
    assert reasons(folder)[0] is None
    assert "cannot be run by it" in caplog.text


def test_what_the_user_planted_is_not_given_away(folder: Path, closed: Path) -> None:
    """Links to root's files, as a taken-over web process could leave them."""
    (closed / "secret").write_text("root's")
    data = DataFolder(folder)
    data.create()
    data.ensure_keys()
    (data.keys / "link").symlink_to(closed / "secret")
    (data.static / "folder").symlink_to(closed, target_is_directory=True)
    os.link(closed / "secret", data.keys / "name")
    data.give(12345, 12345)
    assert {one.stat().st_uid for one in (closed, closed / "secret")} == {0}
    assert (data.keys / "master.key").stat().st_uid == 12345


@pytest.mark.usefixtures("reachable")
def test_a_port_that_is_root_s_keeps_root(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    if lowest < 2:
        pytest.skip("on this machine anybody may listen on any port")
    data = DataFolder(folder)
    data.create()
    own = {**os.environ, "XACTIN_DATA": str(folder)}
    assert servants.servant(data, own, "127.0.0.1", lowest - 1) is None
    assert f"it may not listen on port {lowest - 1}" in caplog.text
