"""The bytes of a file at rest: chunks of AES-256-GCM under a key of the file's own, so none is whole in
memory.

`XTF1`, then chunks of 64 KiB plain, each with its tag. The nonce counts the chunks and marks the last one,
so that chunks cannot be moved, left out or cut off (the STREAM construction of Hoang, Reyhanitabar, Rogaway
and Vizár).
"""

from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xactin.vault.errors import Damaged

MAGIC: Final = b"XTF1"
CHUNK: Final = 64 * 1024
TAG: Final = 16


def sealed_chunks(plain: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """The stored bytes of what `plain` gives in pieces of any size."""
    cipher, number = AESGCM(key), 0
    yield MAGIC
    held = None
    for chunk in _cut(plain, CHUNK):
        if held is not None:
            yield cipher.encrypt(_nonce(number, last=False), held, MAGIC)
            number += 1
        held = chunk
    yield cipher.encrypt(_nonce(number, last=True), held or b"", MAGIC)


def opened_chunks(stored: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """The plain bytes again, each checked before it is given. Raises Damaged."""
    cipher, number = AESGCM(key), 0
    chunks = _cut(_without_magic(stored), CHUNK + TAG)
    held = next(chunks, None)
    if held is None:
        raise Damaged("nothing behind the mark")
    for chunk in chunks:
        yield _opened(cipher, _nonce(number, last=False), held)
        number, held = number + 1, chunk
    yield _opened(cipher, _nonce(number, last=True), held)


def _opened(cipher: AESGCM, nonce: bytes, chunk: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, chunk, MAGIC)
    except InvalidTag:
        raise Damaged("a chunk does not open") from None


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _without_magic(stored: Iterable[bytes]) -> Iterator[bytes]:
    head: bytes | None = b""
    for piece in stored:
        if head is None:
            yield piece
            continue
        head += piece
        if len(head) >= len(MAGIC):
            if not head.startswith(MAGIC):
                break
            yield head[len(MAGIC) :]
            head = None
    if head is not None:
        raise Damaged("not a file of the vault")


def _cut(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size`, the last one shorter."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)
