"""Checkpoints as signed notes: C2SP tlog-checkpoint, signed-note and tlog-cosignature (cosignature/v1).

A note is its text, an empty line, and signature lines `— <name> <base64(4 byte key hash, signature)>`.
Base64 here is the standard alphabet with padding, as those documents ask, in its one canonical spelling.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG: Final = 0x01
"""Signature type of a log: Ed25519 over the text."""
WITNESS: Final = 0x04
"""Signature type of a witness: Ed25519 over the text and the time it was seen."""

_MAX_SIZE: Final = 2**53 - 1
_MAX_TIME: Final = 253_402_300_799
"""The last second of the year 9999."""
_NAME = re.compile(r"[!-*,-~]{1,200}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


class NoteError(ValueError):
    """A note, checkpoint or verifier key is not acceptable; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """Whom a verifier trusts: a name and a key, of a log or of a witness."""

    name: str
    kind: int
    public: bytes

    @property
    def hash(self) -> bytes:
        """The 4 bytes that stand before a signature by this key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """`name+hash+key`, as C2SP signed-note writes verifier keys."""
        return f"{self.name}+{self.hash.hex()}+{_b64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises NoteError("verifier_key") unless `text` is the key as `text` writes it."""
        name, _, rest = text.partition("+")
        _, _, encoded = rest.partition("+")
        data = _unb64(encoded)
        if data is None or len(data) != 33 or data[0] not in (LOG, WITNESS) or not _NAME.fullmatch(name):
            raise NoteError("verifier_key")
        key = cls(name, data[0], data[1:])
        if key.text != text:
            raise NoteError("verifier_key")
        return key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log signs: its origin, its size, and the root of the tree at that size."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Raises NoteError("checkpoint"), also for extension lines, which nobody here could check."""
        lines = text.split("\n")
        if (
            len(lines) != 4
            or lines[3] != ""
            or not _NAME.fullmatch(lines[0])
            or not _SIZE.fullmatch(lines[1])
        ):
            raise NoteError("checkpoint")
        root, size = _unb64(lines[2]), int(lines[1])
        if root is None or len(root) != 32 or size > _MAX_SIZE:
            raise NoteError("checkpoint")
        return cls(lines[0], size, root)


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """A signature line that holds: whose, and for a witness when (seconds since 1970)."""

    key: VerifierKey
    time: int | None


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note's text, the signatures that hold, and the lines by keys that were not given."""

    text: str
    signatures: tuple[NoteSignature, ...]
    unknown: tuple[str, ...]


def verifier_key(name: str, public: bytes) -> str:
    """The verifier key of a log in text."""
    return _named(name, LOG, public).text


def witness_key(name: str, public: bytes) -> str:
    """The verifier key of a witness in text."""
    return _named(name, WITNESS, public).text


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """The note with one signature, by a log."""
    _check_text(text)
    key = _named(name, LOG, private.public_key().public_bytes_raw())
    return f"{text}\n{_line(key, private.sign(text.encode()))}"


def cosign(text: str, name: str, private: Ed25519PrivateKey, *, time: int) -> str:
    """The signature line by which a witness says that it saw this checkpoint at `time` (seconds)."""
    key = _named(name, WITNESS, private.public_key().public_bytes_raw())
    return _line(key, time.to_bytes(8, "big") + private.sign(_seen(time, text)))


def open_note(note: str, keys: Iterable[VerifierKey]) -> OpenedNote:
    """Checks every line by one of `keys`; lines by other keys are returned as unknown, unchecked.

    Raises NoteError: `note` (not of the form), `note_signature` (a line by a given key that does not
    hold), `note_twice` (two lines by one key).
    """
    text, separator, tail = note.rpartition("\n\n")
    text += "\n"
    if not separator or not tail.endswith("\n"):
        raise NoteError("note")
    _check_text(text)
    given = {(key.name, key.hash): key for key in keys}
    signatures: list[NoteSignature] = []
    unknown: list[str] = []
    for line in tail[:-1].split("\n"):
        name, data = _parse_line(line)
        key = given.get((name, data[:4]))
        if key is None:
            unknown.append(line)
            continue
        if any(found.key == key for found in signatures):
            raise NoteError("note_twice")
        signatures.append(NoteSignature(key, _check_signature(key, text, data[4:])))
    return OpenedNote(text, tuple(signatures), tuple(unknown))


def _check_signature(key: VerifierKey, text: str, signature: bytes) -> int | None:
    time: int | None = None
    message = text.encode()
    if key.kind == WITNESS:
        if len(signature) != 72:
            raise NoteError("note_signature")
        time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        if time > _MAX_TIME:
            raise NoteError("note_signature")
        message = _seen(time, text)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise NoteError("note_signature") from None
    return time


def _seen(time: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _line(key: VerifierKey, signature: bytes) -> str:
    return f"— {key.name} {_b64(key.hash + signature)}\n"


def _parse_line(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = _unb64(encoded)
    if dash != "—" or not _NAME.fullmatch(name) or data is None or len(data) < 5:
        raise NoteError("note")
    return name, data


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(ord(letter) < 0x20 and letter != "\n" for letter in text):
        raise NoteError("note")


def _named(name: str, kind: int, public: bytes) -> VerifierKey:
    if not _NAME.fullmatch(name) or len(public) != 32:
        raise NoteError("verifier_key")
    return VerifierKey(name, kind, public)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes | None:
    """The bytes of canonical standard base64, or None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _b64(data) == text else None
