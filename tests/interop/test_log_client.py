"""A log client written by others (Go's sumdb/note and sumdb/tlog) verifies the log of a running server.

By hand against any server: `GO111MODULE=off GOPATH=/usr/share/gocode go run tests/interop/client.go -log
http://localhost:8000/log/H44 -key "$(head -1 DATA/trust)" -seen /tmp/seen`.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from xactin.kernel.log.checkpoint import Checkpoint, cosign, sign_note, verifier_key
from xactin.kernel.testing import private_key
from xactin.ledger import queries
from xactin.ledger.log.signing_key import opened_log_key
from xactin.ledger.models import Cosignature, Log
from xactin.ledger.testing import Person, a_person, an_authority, sequence_all

SOURCES = Path("/usr/share/gocode")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        shutil.which("go") is None or not (SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir(),
        reason="needs golang and golang-golang-x-mod-dev (.ci/run installs both)",
    ),
]

Client = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, built from Debian's sources, without any network."""
    folder = tmp_path_factory.mktemp("go")
    built = subprocess.run(
        ["go", "build", "-o", str(folder / "client"), str(Path(__file__).with_name("client.go"))],
        env=os.environ
        | {
            "GO111MODULE": "off",
            "GOPATH": str(SOURCES),
            "GOCACHE": str(folder / "cache"),
            "GOFLAGS": "",
            "CGO_ENABLED": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder / "client"


@pytest.fixture
def officer() -> Person:
    """Somebody who fills the log."""
    an_authority()
    return a_person()


@pytest.fixture
def client(program: Path, live_server: LiveServer, officer: Person, tmp_path: Path) -> Client:
    """Runs the client against the server of the test; it remembers what it saw."""

    def run(*, key: str | None = None, seen: str = "seen") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [
                str(program),
                *("-log", f"{live_server.url}/log/H44"),
                *("-key", key or queries.authority().verifier_key),
                *("-seen", str(tmp_path / seen)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def grow(officer: Person, count: int) -> int:
    """So many more entries; the size of the log."""
    for number in range(count):
        officer.act(f"case:{number % 50}")
    sequence_all()
    return queries.log_size()


def test_it_verifies_checkpoint_inclusion_and_consistency(client: Client, officer: Person) -> None:
    size = 0
    for count in (0, 1, 250, 7, 300):
        before, size = size, grow(officer, count)
        done = client()
        assert done.returncode == 0, done.stderr
        assert f"size {size}\n" in done.stdout
        assert f"inclusion of {size} leaves" in done.stdout
        if before:
            assert f"consistency from {before} to {size}" in done.stdout
    assert size > 512


def test_lines_of_witnesses_do_not_disturb_it(client: Client, officer: Person) -> None:
    size = grow(officer, 3)
    text = queries.checkpoint_note().partition("\n\n")[0] + "\n"
    Cosignature.objects.create(
        checkpoint_id=size,
        witness="w",
        line=cosign(text, "witness.example", private_key("w"), time=1_800_000_000),
        seen="2027-01-15T08:00:00Z",
    )
    assert client().returncode == 0


def test_it_refuses_what_was_changed(client: Client, officer: Person) -> None:
    grow(officer, 300)
    assert client().returncode == 0
    assert client(key=other_key()).returncode == 1
    for damage in (
        "UPDATE ledger_leaf SET data = sha256(data) WHERE index = 260",
        "UPDATE ledger_tile SET hashes = sha256(hashes) || substr(hashes, 33) WHERE level = 0 AND index = 0",
        "UPDATE ledger_checkpoint SET note = replace(note, chr(10) || size || chr(10), chr(10) || 9 || chr(10))",
    ):
        with connection.cursor() as cursor:
            cursor.execute(damage)
        assert client(seen="nothing").returncode == 1, damage


def test_it_sees_that_history_was_written_anew(client: Client, officer: Person, tmp_path: Path) -> None:
    """The log key signs another tree of the same size: only who remembers the old one can tell."""
    size = grow(officer, 20)
    assert client().returncode == 0
    log = Log.objects.get()
    key = opened_log_key(bytes(log.sealed), log.origin)
    (tmp_path / "seen").write_text(
        sign_note(Checkpoint(log.origin, size - 1, bytes(32)).text, log.origin, key)
    )
    assert client().returncode == 1


def other_key() -> str:
    """A verifier key of the right name and another key."""
    origin = queries.authority().origin
    return verifier_key(origin, private_key("other").public_key().public_bytes_raw())
