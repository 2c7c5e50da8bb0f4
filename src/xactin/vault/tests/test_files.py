"""Files: taken in a stream, kept encrypted, given out to who says why; and what is not taken."""

import errno
import tracemalloc
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest
from django.conf import settings as conf
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from xactin.kernel.attestation import commit_file
from xactin.vault import commands, queries
from xactin.vault.errors import (
    Damaged,
    Empty,
    EncryptedPdf,
    NoRoom,
    NoSuchFile,
    TooLarge,
    TooManyToday,
    Unreadable,
    WrongType,
)
from xactin.vault.ids import earliest_id
from xactin.vault.models import File
from xactin.vault.testing import HTML, PNG, a_pdf
from xactin.vault.uploads.sniffing import clean_name, media_type

pytestmark = pytest.mark.django_db
PDF = "application/pdf"


def put(
    content: bytes | IO[bytes] = b"%PDF-1.7\n", name: str = "a.pdf", *accepts: str, owner: str = "p"
) -> commands.StoredFile:
    """Kept as if we had made it: what is opened at upload is tried in test_uploads."""
    stream = BytesIO(content) if isinstance(content, bytes) else content
    return commands.put_file(stream=stream, name=name, accepts=accepts or (PDF,), owner=owner, made_here=True)


def stored() -> set[Path]:
    """Every file of the store, and what lies half written."""
    root = Path(conf.XACTIN_DATA)
    return {path for folder in ("files", "incoming") for path in (root / folder).rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def own_store(settings: Settings, tmp_path: Path) -> None:
    """A store of this test's own: the one of the suite is filled by other processes meanwhile."""
    for folder in ("files", "incoming"):
        (tmp_path / folder).mkdir()
    settings.XACTIN_DATA = tmp_path
    store = settings.STORAGES["default"]
    settings.STORAGES = settings.STORAGES | {"default": store | {"OPTIONS": {"location": tmp_path / "files"}}}


@pytest.fixture
def empty() -> set[Path]:
    """What the store held before."""
    return stored()


def test_a_file_comes_back_and_its_opening_is_logged(empty: set[Path]) -> None:
    content = a_pdf(text=b"x" * 300_000)
    made = put(content, "Bản vẽ nhà.pdf")
    assert (made.size, made.media_type, made.name) == (len(content), PDF, "Bản vẽ nhà.pdf")
    assert made.commitment == commit_file(made.salt, [content])
    (place,) = stored() - empty
    assert place.name == made.address
    assert content[:20] not in place.read_bytes()
    found, chunks = queries.open_file(by="officer", purpose="review", id=made.id)
    assert found == queries.file(made.id) == made
    assert b"".join(chunks) == content
    (opening,) = queries.openings_of(f"file:{made.id}")
    assert (opening.who, opening.purpose) == ("officer", "review")


def test_nothing_of_a_file_is_readable_in_the_database() -> None:
    made = put(b"%PDF-1.7 Nguyen", "Nguyễn Thị Ánh.pdf")
    row = File.objects.values_list().get(pk=made.id)
    assert not any(text in repr(row) for text in ("Ánh", made.sha256, made.key.hex(), made.salt.hex()))


def test_two_copies_of_one_file_have_nothing_in_common() -> None:
    one, two = put(), put()
    assert one.sha256 == two.sha256
    assert one.address != two.address
    assert one.commitment != two.commitment


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", Empty),
        (HTML, WrongType),
        (b" %PDF-1.7", WrongType),
        (PNG, WrongType),
        (b"plain text", WrongType),
        (b"\x00\x01\x02", WrongType),
        (a_pdf(password="x"), EncryptedPdf),
        (a_pdf(owner_password="x"), EncryptedPdf),
        (b"%PDF-1.7\n", Unreadable),
        (b"%PDF-1.7 broken", Unreadable),
    ],
)
def test_what_is_not_taken_leaves_nothing(
    content: bytes, error: type[commands.FileRefused], empty: set[Path]
) -> None:
    with pytest.raises(error) as caught:
        commands.put_file(stream=BytesIO(content), name="a.pdf", accepts=(PDF,), owner="p")
    assert caught.value.vi
    assert caught.value.en
    assert stored() == empty
    assert not File.objects.exists()


class Zeros(BytesIO):
    """A PDF of any size that takes no memory."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size, self.at = size, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def read(self, size: int | None = -1) -> bytes:
        left = self.size - self.at
        count = left if size is None or size < 0 else min(size, left)
        piece = (b"%PDF-" + bytes(count))[:count] if self.at == 0 else bytes(count)
        self.at += count
        return piece


def test_fifty_megabytes_pass_without_being_whole_in_memory() -> None:
    tracemalloc.start()
    made = put(Zeros(commands.LARGEST))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.size == commands.LARGEST
    assert most < 8 * 1024 * 1024
    default_storage.delete(f"{made.address[:2]}/{made.address}")


def test_sixty_megabytes_are_refused_before_they_are_read() -> None:
    stream = Zeros(60 * 1024 * 1024)
    with pytest.raises(TooLarge) as caught:
        put(stream)
    assert caught.value.status == 413
    assert "50 MB" in caught.value.vi
    assert stream.at == stream.size  # looked at its end only


def test_a_stream_that_grows_while_it_is_read_is_refused(empty: set[Path]) -> None:
    class Growing(Zeros):
        def seek(self, offset: int, whence: int = 0) -> int:
            place = super().seek(offset, whence)
            if whence == 2:
                self.size = 60 * 1024 * 1024
            return place

    with pytest.raises(TooLarge):
        put(Growing(1000))
    assert stored() == empty


@pytest.mark.parametrize("where", ["write", "save"])
def test_a_full_disk_is_said_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, empty: set[Path], where: str
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")

    def fails(*_: object, **__: object) -> str:
        raise full

    if where == "save":
        monkeypatch.setattr(FileSystemStorage, "_save", fails)
    else:
        monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(NoRoom) as caught:
        put()
    assert caught.value.status == 507
    assert stored() == empty
    assert not File.objects.exists()


def test_a_row_that_fails_takes_the_bytes_with_it(monkeypatch: pytest.MonkeyPatch, empty: set[Path]) -> None:
    def fails(_: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(commands, "_insert", fails)
    with pytest.raises(IntegrityError):
        put()
    assert stored() == empty


def test_an_upload_is_its_owners_until_an_act_uses_it_once() -> None:
    made = put()
    assert queries.own_upload(made.id, owner="p") == made
    assert queries.own_upload(made.id, owner="q") is None
    commands.bind_file(made, subject="case:one", part="document.drawing")
    assert queries.own_upload(made.id, owner="p") is None
    with pytest.raises(IntegrityError), transaction.atomic():
        commands.bind_file(made, subject="case:two", part="document.drawing")
    again = put()
    commands.bind_file(again, subject="case:one", part="document.drawing")
    other = commands.put_file(
        stream=BytesIO(PNG), name="a", accepts=["image/png"], owner="s", subject="case:one", part="result"
    )
    assert [one.id for one in queries.files(subject="case:one")] == [again.id, other.id]
    assert [one.id for one in queries.files(subject="case:one", parts=["result"])] == [other.id]
    assert queries.files(subject="case:two") == []


def test_changed_bytes_are_not_given_out(empty: set[Path]) -> None:
    made = put()
    (place,) = stored() - empty
    place.chmod(0o600)
    place.write_bytes(place.read_bytes()[:-1] + b"\0")
    with pytest.raises(Damaged):
        b"".join(queries.open_file(by="p", purpose="x", id=made.id)[1])
    place.unlink()
    with pytest.raises(Damaged):
        b"".join(queries.open_file(by="p", purpose="x", id=made.id)[1])


def test_erasure_takes_key_and_bytes(django_capture_on_commit_callbacks, empty: set[Path]) -> None:  # type: ignore[no-untyped-def]
    made = put()
    commands.bind_file(made, subject="case:one", part="document.drawing")
    with django_capture_on_commit_callbacks(execute=True):
        gone = commands.erase(subject="case:one", commitments=[made.commitment, "ab" * 32])
        assert len(stored() - empty) == 1  # until the commit
    assert gone == {"document.drawing": [made.commitment]}
    assert stored() == empty
    assert queries.file(made.id) is None
    with pytest.raises(NoSuchFile):
        queries.open_file(by="p", purpose="x", id=made.id)
    assert commands.erase(subject="case:one", commitments=[made.commitment]) == {}


def test_the_sweep_takes_what_nobody_used(empty: set[Path]) -> None:
    used, unused, young = put(), put(), put()
    commands.bind_file(used, subject="case:one", part="document.drawing")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vault_file SET created = created - interval '9 days' WHERE id <> %s", (young.id,)
        )
    swept = commands.sweep()
    assert swept["uploads"] == 1
    assert {place.name for place in stored() - empty} == {used.address, young.address}
    assert queries.file(unused.id) is None
    File.objects.filter(pk=young.id).delete()
    assert commands.sweep()["stray"] == 0  # too young to be given up
    assert commands.sweep(unused_for=timedelta(days=-9))["stray"] >= 1
    assert {place.name for place in stored()} >= {used.address}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\Bản vẽ.pdf", "Bản vẽ.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\r\nb\0c.pdf", "abc.pdf"),
        ('"><script>.pdf', "script.pdf"),
        ("...", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("x" * 300, "x" * 150),
        ("Bản vẽ.pdf", "Bản vẽ.pdf"),
    ],
)
def test_names_are_made_safe(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_text_is_told_from_noise() -> None:
    assert media_type("Đường".encode()) == "text/plain"
    assert media_type(("a" * 8191 + "Đ").encode()[:8192]) == "text/plain"
    assert media_type(b"\xff\xfe\x00") == "application/octet-stream"
    assert put(b"a,b\n1,2\n", "a.csv", "text/csv").media_type == "text/csv"


def test_one_person_s_flood_ends_and_another_s_files_are_taken(settings: Settings, empty: set[Path]) -> None:
    settings.UPLOADS_A_DAY, settings.UPLOADED_A_DAY = 2, 10_000

    def sent(owner: str, size: int = 10) -> commands.StoredFile:
        stream = BytesIO(b"x" * size)
        return commands.put_file(stream=stream, name="a.txt", accepts=("text/plain",), owner=owner)

    old = sent("flood")
    File.objects.filter(pk=old.id).update(id=earliest_id(timezone.now() - timedelta(hours=25)))
    sent("flood")
    sent("flood")
    before = stored()
    with pytest.raises(TooManyToday) as refused:
        sent("flood")
    assert 23 * 3600 < refused.value.facts["retry_after"] <= 24 * 3600
    with pytest.raises(TooManyToday):
        sent("large", 10_001)
    assert stored() == before
    sent("somebody else")
    assert put(b"%PDF-1.7\n", owner="flood")  # what we made ourselves is no upload
