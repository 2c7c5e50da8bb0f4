"""The same in an S3 store: moto's server speaks the protocol, django-storages is the client."""

from collections.abc import Iterator
from io import BytesIO

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django.fixtures import Settings

from xactin.vault import commands, queries
from xactin.vault.errors import Damaged
from xactin.vault.testing import a_pdf
from xactin.vault.values.contents import path_of

pytestmark = pytest.mark.django_db
BUCKET = "xactin-test"
KEYS = {"region_name": "us-east-1", "access_key": "test", "secret_key": "test"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, settings: Settings) -> Iterator[object]:
    """An empty bucket, and the settings that `XACTIN_S3_*` would make."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    client.create_bucket(Bucket=BUCKET)
    options = {"bucket_name": BUCKET, "endpoint_url": endpoint, "file_overwrite": False, "default_acl": None}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | KEYS},
    }
    yield client
    for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=one["Key"])
    client.delete_bucket(Bucket=BUCKET)
    client.close()


def keys(client) -> list[str]:  # type: ignore[no-untyped-def]
    return [one["Key"] for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_file_goes_to_the_bucket_and_comes_back(bucket, django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    content = a_pdf(text=b"x" * 700_000)
    made = commands.put_file(
        stream=BytesIO(content),
        name="a.pdf",
        accepts=["application/pdf"],
        owner="p",
        subject="case:one",
        part="document.drawing",
    )
    assert keys(bucket) == [path_of(made.address)]
    assert b"".join(queries.open_file(by="p", purpose="x", id=made.id)[1]) == content
    body = bytearray(bucket.get_object(Bucket=BUCKET, Key=path_of(made.address))["Body"].read())
    assert content[:30] not in bytes(body)
    body[100] ^= 1
    bucket.put_object(Bucket=BUCKET, Key=path_of(made.address), Body=bytes(body))
    with pytest.raises(Damaged):
        b"".join(queries.open_file(by="p", purpose="x", id=made.id)[1])
    with django_capture_on_commit_callbacks(execute=True):
        commands.erase(subject="case:one", commitments=[made.commitment])
    assert keys(bucket) == []


def test_bytes_that_are_gone_are_said_to_be(bucket) -> None:  # type: ignore[no-untyped-def]
    made = commands.put_file(
        stream=BytesIO(b"%PDF-1.7"), name="a.pdf", accepts=["application/pdf"], owner="p", made_here=True
    )
    bucket.delete_object(Bucket=BUCKET, Key=path_of(made.address))
    with pytest.raises(Damaged):
        b"".join(queries.open_file(by="p", purpose="x", id=made.id)[1])


def test_a_refused_file_leaves_nothing_in_the_bucket(bucket) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(commands.WrongType):
        commands.put_file(
            stream=BytesIO(b"<html>"), name="a.pdf", accepts=["application/pdf"], owner="p", made_here=True
        )
    assert keys(bucket) == []
