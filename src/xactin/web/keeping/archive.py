"""Named members, one behind the other, each of unknown length: what a sealed backup holds inside."""

from collections.abc import Iterable, Iterator
from typing import Protocol

BLOCK = 256 * 1024
LONGEST_NAME = 1024


class ArchiveError(RuntimeError):
    """The members cannot be read."""


class Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes) -> None:
        """Takes more content."""


class Source(Protocol):
    """Gives exactly as many bytes as asked."""

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes."""


def write_member(sink: Sink, name: str, blocks: Iterable[bytes | memoryview]) -> int:
    """Writes one member; returns its length in bytes."""
    encoded, total = name.encode(), 0
    if not 0 < len(encoded) <= LONGEST_NAME:
        raise ArchiveError(f"{name!r} is no name of a member")
    sink.write(len(encoded).to_bytes(2, "big") + encoded)
    for block in blocks:
        if len(block):
            sink.write(len(block).to_bytes(4, "big"))
            sink.write(bytes(block))
            total += len(block)
    sink.write(bytes(4))
    return total


def end_members(sink: Sink) -> None:
    """Writes the end."""
    sink.write(bytes(2))


def read_members(source: Source) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each member's name and blocks. What the caller leaves unread of one is passed over."""
    while length := int.from_bytes(source.read(2), "big"):
        if length > LONGEST_NAME:
            raise ArchiveError("a member's name is too long")
        blocks = _blocks(source)
        yield source.read(length).decode(), blocks
        for _ in blocks:
            continue


def _blocks(source: Source) -> Iterator[bytes]:
    while length := int.from_bytes(source.read(4), "big"):
        yield source.read(length)
