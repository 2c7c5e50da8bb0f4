"""From one server and file store to others and back: nothing is lost, and people go on where they were."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from xactin.web.keeping.tests.places import MakePlace, Place
from xactin.web.keeping.tests.servers import another, major

pytestmark = pytest.mark.timeout(300)
RESULT = """
import sys
from xactin.cases.dossiers import queries
from xactin.cases.models import Case
from xactin.identity.queries import actor_for
from xactin.vault.queries import open_file
by, case = actor_for("congdan1"), Case.objects.get()
for piece in open_file(by="test", purpose="test", id=queries.result_file(by, case).id)[1]:
    sys.stdout.buffer.write(piece)
"""
ANOTHER_CASE = """
from xactin.cases import testing
testing.to_result(testing.apply())
testing.sequence_all()
"""


@dataclass
class Bucket:
    """A bucket of an S3 store, as a client and as the environment of an authority."""

    client: "boto3.client"
    name: str
    settings: dict[str, str]

    def files(self) -> dict[str, bytes]:
        """Every object."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        names = [one["Key"] for page in pages for one in page.get("Contents", ())]
        return {name: self.client.get_object(Bucket=self.name, Key=name)["Body"].read() for name in names}


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """An empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("s3", endpoint_url=endpoint, **keys)
    client.create_bucket(Bucket="trips")
    yield Bucket(
        client,
        "trips",
        {
            "XACTIN_S3_BUCKET": "trips",
            "XACTIN_S3_ENDPOINT": endpoint,
            "XACTIN_S3_REGION": "us-east-1",
            "XACTIN_S3_ACCESS_KEY": "test",
            "XACTIN_S3_SECRET_KEY": "test",
        },
    )
    client.close()
    server.stop()


@pytest.fixture(scope="module")
def server() -> Iterator[str | None]:
    """A server of another version of PostgreSQL, where this machine has one."""
    with another() as url:
        yield url


@pytest.fixture
def away(server: str | None, bucket: Bucket, tmp_path: Path) -> Iterator[Place]:
    """An empty place on that server, with its files in the bucket."""
    made = MakePlace(tmp_path)
    yield made("away", server, **bucket.settings)
    made.clear()


def moved(here: Place, there: Place, folder: Path) -> None:
    """Backup here, restore there, and the proof."""
    file, note = folder / f"{there.data.name}.backup", folder / f"{there.data.name}.checkpoint"
    here.run("backup", str(file))
    note.write_text(here.checkpoint(), "utf-8")
    assert "the log goes on: " in there.run("restore", str(file), "--checkpoint", str(note))
    assert there.rows() == here.rows()
    # The audit opens what it checks, and leaves a row about that.
    assert there.run("audit").splitlines()[-1] == "audit: clean"


def test_to_another_server_and_store_and_back(
    demo: Place, away: Place, make_place: MakePlace, bucket: Bucket, tmp_path: Path
) -> None:
    """Disk to S3 and S3 to disk; where there is a second server, from its version to the other and back too."""
    moved(demo, away, tmp_path)
    assert bucket.files() == demo.files() != {}
    assert away.files() == {}
    home = make_place("home")
    moved(away, home, tmp_path)
    assert home.files() == demo.files()
    result = tmp_path / "result.pdf"
    result.write_bytes(home.say_bytes(RESULT))
    assert result.read_bytes().startswith(b"%PDF-")
    assert "as of" in home.run("verify", str(result))
    # Numbers, keys and the log go on.
    home.say(ANOTHER_CASE)
    assert home.run("audit").splitlines()[-1] == "audit: clean"


def test_the_trip_led_to_another_version_of_postgresql(demo: Place, server: str | None) -> None:
    if server is None:
        pytest.skip("no second PostgreSQL in /usr/lib/postgresql (Debian: postgresql)")
    assert {15, 18} <= {major(server), major(demo.url)}
