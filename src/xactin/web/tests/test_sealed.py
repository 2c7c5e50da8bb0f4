"""A sealed file gives back what went in, and nothing at all once a byte of it was changed."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xactin.web.keeping import sealed
from xactin.web.keeping.archive import end_members, read_members, write_member
from xactin.web.keeping.sealed import SealedFileError, SealedReader, SealedWriter, Secret

KEY = Secret(key=b"k" * 32)


def seal(content: bytes, secret: Secret = KEY) -> bytes:
    """The sealed file of this content."""
    out = BytesIO()
    writer = SealedWriter(out, secret)
    writer.write(content)
    writer.close()
    return out.getvalue()


def unseal(data: bytes, size: int, secret: Secret = KEY) -> bytes:
    """The content, authenticated to its end."""
    reader = SealedReader(BytesIO(data), secret)
    found = reader.read(size)
    reader.finish()
    return found


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "CHUNK", 64)


@given(st.binary(max_size=2000))
@settings(max_examples=50)
def test_what_went_in_comes_out(content: bytes) -> None:
    assert unseal(seal(content), len(content)) == content


def test_every_changed_byte_is_found() -> None:
    content = bytes(range(256))
    whole = seal(content)
    start = whole.index(b"\n") + 1
    for place in range(start, len(whole)):
        broken = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        with pytest.raises(SealedFileError):
            unseal(broken, len(content))


def test_a_missing_moved_or_added_chunk_is_found() -> None:
    content = bytes(range(256))
    whole = seal(content)
    start, step = whole.index(b"\n") + 1, 64 + sealed.TAG
    chunks = [whole[at : at + step] for at in range(start, len(whole), step)]
    assert len(chunks) > 3
    for broken in (chunks[:-1], chunks[1:], [chunks[1], chunks[0], *chunks[2:]], [*chunks, chunks[-1]], []):
        with pytest.raises(SealedFileError):
            unseal(whole[:start] + b"".join(broken), len(content))


def test_the_wrong_secret_opens_nothing() -> None:
    with pytest.raises(SealedFileError, match="key is another"):
        unseal(seal(b"content"), 7, Secret(key=b"j" * 32))
    with pytest.raises(SealedFileError, match="other kind of key"):
        unseal(seal(b"content"), 7, Secret(passphrase="correct horse battery"))


def test_a_passphrase_opens_what_it_sealed() -> None:
    data = seal(b"content", Secret(passphrase="correct horse battery"))
    assert unseal(data, 7, Secret(passphrase="correct horse battery")) == b"content"
    with pytest.raises(SealedFileError, match="key is another"):
        unseal(data, 7, Secret(passphrase="incorrect horse battery"))


def test_a_header_cannot_ask_for_all_memory() -> None:
    data = seal(b"content", Secret(passphrase="correct horse battery")).replace(
        b'"n": 65536', b'"n": 1073741824'
    )
    with pytest.raises(SealedFileError, match="no backup"):
        unseal(data, 7, Secret(passphrase="correct horse battery"))


def test_weak_secrets_are_refused() -> None:
    with pytest.raises(SealedFileError, match="12 characters"):
        Secret(passphrase="short")
    with pytest.raises(SealedFileError, match="32 bytes"):
        Secret(key=b"short")


@given(st.lists(st.tuples(st.text(min_size=1, max_size=20), st.lists(st.binary(max_size=50))), max_size=5))
def test_members_come_back_in_order(members: list[tuple[str, list[bytes]]]) -> None:
    out = BytesIO()
    for name, blocks in members:
        write_member(out, name, blocks)
    end_members(out)
    out.seek(0)
    assert [(n, b"".join(b)) for n, b in read_members(out)] == [(n, b"".join(b)) for n, b in members]
    assert not out.read()
