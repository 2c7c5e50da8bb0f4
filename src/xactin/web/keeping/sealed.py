"""A file that only the holder of a passphrase or key file can read, written and read as a stream.

One JSON line tells how the key is derived; behind it stand chunks under AES-256-GCM. The
nonce counts the chunks and marks the last one (the STREAM construction), the header is
authenticated with each: a chunk that is changed, moved, left out or cut off is found.
"""

import hashlib
import json
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = "xactin-backup/1"
CHUNK = 1024 * 1024
TAG = 16
SCRYPT = {"n": 2**16, "r": 8, "p": 1}
LONGEST_HEADER = 4096


class SealedFileError(RuntimeError):
    """The file is no backup, is damaged, or the key is another."""


class Secret:
    """What opens a backup: a passphrase, or the content of a key file."""

    def __init__(self, *, passphrase: str | None = None, key: bytes | None = None) -> None:
        if passphrase and len(passphrase) < 12:
            raise SealedFileError("the passphrase needs 12 characters at least")
        if key is not None and len(key) < 32:
            raise SealedFileError("the key file needs 32 bytes at least")
        if (passphrase is None) == (key is None):
            raise SealedFileError("give a passphrase or a key file")
        self._passphrase, self._key = passphrase, key

    def header(self) -> dict[str, object]:
        """A new header for this kind of secret."""
        kind = {"kdf": "scrypt", **SCRYPT} if self._passphrase else {"kdf": "hkdf-sha256"}
        return {"format": FORMAT, **kind, "salt": b64encode(os.urandom(16)).decode(), "chunk": CHUNK}

    def derive(self, header: dict[str, object]) -> bytes:
        """The key of the file with this header."""
        salt = b64decode(str(header["salt"]))
        if header["kdf"] == "scrypt" and self._passphrase:
            n, r, p = (_bounded(header, name) for name in ("n", "r", "p"))
            text = self._passphrase.encode()
            return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)
        if header["kdf"] == "hkdf-sha256" and self._key:
            return HKDF(SHA256(), 32, salt, FORMAT.encode()).derive(self._key)
        raise SealedFileError("this backup was sealed by the other kind of key (passphrase or key file)")


class SealedWriter:
    """Compresses and seals what is written to it. Without `close()` the file is damaged."""

    def __init__(self, out: BinaryIO, secret: Secret) -> None:
        header = secret.header()
        self._head = json.dumps(header, sort_keys=True).encode() + b"\n"
        self._cipher = AESGCM(secret.derive(header))
        self._out, self._held, self._count = out, bytearray(), 0
        # Tables compress tenfold at the lightest level; files are ciphertext and do not.
        self._squeeze = zlib.compressobj(1)
        out.write(self._head)

    def write(self, data: bytes) -> None:
        """Takes more content."""
        self._held += self._squeeze.compress(data)
        while len(self._held) > CHUNK:
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]

    def close(self) -> None:
        """Ends the file."""
        self._held += self._squeeze.flush()
        while len(self._held) > CHUNK:
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        self._seal(bytes(self._held), last=True)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._count, last=last), plain, self._head))
        self._count += 1


class SealedReader:
    """Gives back what a `SealedWriter` was given; raises `SealedFileError` at the first wrong byte."""

    def __init__(self, source: BinaryIO, secret: Secret) -> None:
        head = source.readline(LONGEST_HEADER)
        try:
            header = json.loads(head)
            if header["format"] != FORMAT or header["chunk"] != CHUNK:
                raise SealedFileError("this is no backup that this version can read")
        except (ValueError, KeyError, TypeError) as error:
            raise SealedFileError("this is no backup") from error
        self._plain = self._open(source, AESGCM(secret.derive(header)), head)
        self._held = bytearray()

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes."""
        while len(self._held) < size:
            more = next(self._plain, None)
            if more is None:
                raise SealedFileError("the backup ends too early")
            self._held += more
        found = bytes(self._held[:size])
        del self._held[:size]
        return found

    def finish(self) -> None:
        """Makes sure that nothing follows and that the end is the true end."""
        if self._held or any(self._plain):
            raise SealedFileError("something stands behind the end of the backup")

    @staticmethod
    def _open(source: BinaryIO, cipher: AESGCM, head: bytes) -> Iterator[bytes]:
        expand, count = zlib.decompressobj(), 0
        sealed = source.read(CHUNK + TAG)
        while True:
            following = source.read(CHUNK + TAG)
            try:
                plain = cipher.decrypt(_nonce(count, last=not following), sealed, head)
            except InvalidTag as error:
                reason = "the key is another, or the file is damaged" if count == 0 else "the file is damaged"
                raise SealedFileError(f"the backup cannot be opened: {reason}") from error
            yield expand.decompress(plain)
            if not following:
                yield expand.flush()
                return
            sealed, count = following, count + 1


def _bounded(header: dict[str, object], name: str) -> int:
    """A cost from a header not yet authenticated: no file may ask for all the memory of the machine."""
    value = header.get(name)
    if not isinstance(value, int) or not 0 < value <= SCRYPT[name]:
        raise SealedFileError("this is no backup that this version can read")
    return value


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
