"""Files of any size as chunks of AES-256-GCM, never whole in memory.

Each chunk is encrypted under the file's own key with its number and whether it is the last as
nonce, so that chunks cannot be swapped, dropped or appended (the STREAM construction).
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK: Final = 64 * 1024
TAG: Final = 16


class BrokenFile(Exception):
    """The stored bytes are not those that were written."""


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def encrypted(key: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The ciphertext of a stream of chunks of CHUNK bytes, the last one shorter or empty."""
    cipher = AESGCM(key)
    number, held = 0, next(chunks, b"")
    for chunk in chunks:
        yield cipher.encrypt(_nonce(number, False), held, None)
        number, held = number + 1, chunk
    yield cipher.encrypt(_nonce(number, True), held, None)


def decrypted(key: bytes, stored: BinaryIO) -> Iterator[bytes]:
    """The plain chunks of a stored ciphertext. Raises BrokenFile."""
    cipher = AESGCM(key)
    number, held = 0, stored.read(CHUNK + TAG)
    while True:
        following = stored.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number, not following), held, None)
        except InvalidTag as error:
            raise BrokenFile(f"chunk {number}") from error
        if not following:
            return
        number, held = number + 1, following
