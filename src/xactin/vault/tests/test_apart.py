import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from xactin.vault.apart import LARGEST_FILE, MOST_FILES, TOLD, Apart, UnfinishedError, WorkError
from xactin.vault.errors import Busy


@pytest.fixture
def worker():
    made = Apart("xactin.vault.tests.apart_work", seconds=1.0, memory=1 << 30)
    yield made
    made.close()


def test_an_answer_comes_back_with_its_parts(worker):
    answer, parts = worker.ask({"do": "echo", "x": "Đường"}, [b"", b"\0" * 100_000])
    assert answer["x"] == "Đường"
    assert parts == [b"", b"\0" * 100_000]


def test_a_refusal_is_no_end(worker):
    before = worker.ask({"do": "pid"})[0]["pid"]
    with pytest.raises(WorkError, match="no: because"):
        worker.ask({"do": "refuse"})
    with pytest.raises(WorkError, match="ZeroDivisionError"):
        worker.ask({"do": "break"})
    assert worker.ask({"do": "pid"})[0]["pid"] == before != os.getpid()


@pytest.mark.parametrize("what", ["spin", "exit"])
def test_what_does_not_come_back_is_ended_and_the_next_call_works(worker, what):
    with pytest.raises(UnfinishedError):
        worker.ask({"do": what})
    assert worker.ask({"do": "echo"})[0] == {"do": "echo"}


def test_memory_has_a_limit(worker):
    with pytest.raises((WorkError, UnfinishedError)):
        worker.ask({"do": "eat"})


def test_files_have_limits(worker):
    assert worker.ask({"do": "write", "size": LARGEST_FILE})
    with pytest.raises(WorkError, match="File too large"):
        worker.ask({"do": "write", "size": LARGEST_FILE + 1})
    with pytest.raises(WorkError, match="Too many open files"):
        worker.ask({"do": "open", "count": MOST_FILES})


def test_it_is_told_no_secret(monkeypatch):
    """Whatever is added to our surroundings later stays with us too."""
    secrets = ("DATABASE_URL", "XACTIN_KEY", "XACTIN_SECRET_KEY", "XACTIN_S3_SECRET_KEY", "XACTIN_PASSPHRASE")
    for name in (*secrets, "SOMETHING_NEW"):
        monkeypatch.setenv(name, "not for strangers")
    worker = Apart("xactin.vault.tests.apart_work", seconds=1.0, memory=1 << 30)
    try:
        told, _ = worker.ask({"do": "environment"})
    finally:
        worker.close()
    assert "not for strangers" not in told.values()
    assert not [name for name in told if name.startswith(("XACTIN", "DJANGO"))]
    assert set(told) <= {*TOLD, "PYTHONPATH", "HOME", "TMPDIR"}


def test_it_reads_no_file_of_ours_and_reaches_nobody(worker, tmp_path):
    """Landlock and an empty network; where a kernel has neither, there is nothing to see."""
    shut = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from xactin.vault import sandbox;"
            "print(*sandbox.shut(pathlib.Path(sys.argv[1])))",
            tmp_path,
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    if "files" in shut:
        secret = tmp_path / "key"
        secret.write_bytes(b"secret")
        for file in (secret, "/etc/passwd"):
            with pytest.raises(WorkError, match="PermissionError"):
                worker.ask({"do": "read", "file": str(file)})
    if "network" in shut:
        with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(WorkError, match="Error"):
            worker.ask({"do": "connect", "port": server.getsockname()[1]})


def test_a_stream_passes_by(worker, tmp_path):
    file = tmp_path / "large"
    file.write_bytes(os.urandom(700_000))
    with file.open("rb") as stream:
        stream.seek(5)
        assert worker.ask({"do": "echo"}, [stream, b"x"])[1] == [file.read_bytes(), b"x"]


def test_who_finds_the_queue_full_is_told_to_come_again():
    worker = Apart("xactin.vault.tests.apart_work", seconds=5.0, memory=1 << 30, waiting=1, patience=0.5)
    told = []

    def ask():
        try:
            worker.ask({"do": "sleep", "seconds": 1.5})
        except Busy as busy:
            told.append((busy.status, busy.facts))

    try:
        worker.ask({"do": "echo"})
        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
            time.sleep(0.1)
        for thread in threads:
            thread.join()
        assert told == [(503, {"retry_after": 1})] * 2  # one at once, one whose patience ended
        assert worker.ask({"do": "echo"})[0] == {"do": "echo"}
    finally:
        worker.close()


def test_what_it_prints_is_no_answer(worker):
    assert worker.ask({"do": "print"})[0] == {}


def test_many_threads_share_one_child(worker):
    pids = set()

    def ask():
        for number in range(20):
            answer, parts = worker.ask({"do": "pid"}, [str(number).encode()])
            assert parts == [str(number).encode()]
            pids.add(answer["pid"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 1


def test_nothing_is_left_behind(worker):
    answer = worker.ask({"do": "pid"})[0]
    assert Path(answer["folder"]).is_dir()
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(answer["pid"], 0)
    assert not Path(answer["folder"]).exists()


def test_nothing_is_left_behind_when_the_parent_is_killed():
    code = (
        "import json, os, signal; from xactin.vault.apart import Apart;"
        "worker = Apart('xactin.vault.tests.apart_work', seconds=5, memory=1 << 30);"
        "print(json.dumps(worker.ask({'do': 'pid'})[0]), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).stdout
    answer = json.loads(said)
    deadline = time.monotonic() + 10
    while Path(answer["folder"]).exists() or Path(f"/proc/{answer['pid']}/cwd").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
