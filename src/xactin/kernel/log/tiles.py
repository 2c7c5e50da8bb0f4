"""Tiles: the tree cut into files of 256 hashes, named as C2SP tlog-tiles names them.

A tile at `level` holds hashes of subtrees of 256**level leaves. A partial tile is a prefix of the full
one, so that only the longest known prefix need be kept; narrower ones are cut on request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from xactin.kernel.log.merkle import list_reader, tree_root

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
HASH: Final = 32

Level = int | Literal["entries"]
TileStore = Callable[[int, int], bytes]
"""(level, index) -> the stored hashes of that tile, 32 bytes each, as many as there are."""

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile, and how many of its 256 places are meant."""

    level: Level
    index: int
    width: int = WIDTH


def tile_path(level: Level, index: int, width: int = WIDTH) -> str:
    """`tile/0/x001/x234/067` for a full tile, with `.p/<width>` for a partial one."""
    if index < 0 or not 1 <= width <= WIDTH:
        raise ValueError("no such tile")
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}" + ("" if width == WIDTH else f".p/{width}")


def parse_tile_path(path: str) -> Tile:
    """The tile of that path; ValueError for any other spelling (leading zero groups, width 256, ...)."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise ValueError("not the path of a tile")
    level, groups, width = found.groups()
    tile = Tile(
        level="entries" if level == "entries" else int(level),
        index=int(groups.replace("x", "").replace("/", "")),
        width=int(width or WIDTH),
    )
    if (width is not None and tile.width >= WIDTH) or (tile.level != "entries" and tile.level > 63):
        raise ValueError("not the path of a tile")
    if tile_path(tile.level, tile.index, tile.width) != path:
        raise ValueError("not the path of a tile")
    return tile


def tile_widths(size: int, level: Level, index: int) -> int:
    """How many hashes the tile holds in a tree of `size` leaves: 0 (not there) to 256."""
    count = size >> HEIGHT * (0 if level == "entries" else level)
    return max(0, min(WIDTH, count - index * WIDTH))


def entry_bundle(entries: Sequence[bytes]) -> bytes:
    """The leaves' data as served under `tile/entries/`: each after its length in 2 bytes, big-endian."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def new_tiles(old_size: int, leaves: Sequence[bytes], read_tile: TileStore) -> dict[tuple[int, int], bytes]:
    """The tiles that change when leaf hashes are appended to a tree of `old_size` leaves.

    Each is whole: what stood in it before (read by `read_tile`) and the new hashes after that.
    """
    changed: dict[tuple[int, int], bytes] = {}
    fresh, level, count = list(leaves), 0, old_size
    while fresh:
        index, kept = divmod(count, WIDTH)
        data = _prefix(read_tile(level, index), kept) if kept else b""
        data += b"".join(fresh)
        first = index
        for offset in range(0, len(data), WIDTH * HASH):
            changed[level, index] = data[offset : offset + WIDTH * HASH]
            index += 1
        # The tiles filled just now become one hash each, a level up.
        full = (count + len(fresh)) // WIDTH
        fresh = [_subtree(changed[level, filled], 0, HEIGHT) for filled in range(first, full)]
        level, count = level + 1, first
    return changed


class TileReader:
    """A `HashReader` over stored tiles, for proofs in the tree of `size` leaves. Keeps what it has read and made:
    proofs of one dossier share most of their hashes."""

    def __init__(self, read_tile: TileStore, size: int) -> None:
        self._read_tile = read_tile
        self._size = size
        self._known: dict[tuple[int, int], bytes] = {}
        self._made: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        if (index + 1) << level > self._size:
            raise ValueError("the subtree is not complete in a tree of this size")
        found = self._made.get((level, index))
        if found is None:
            tile_level, height = divmod(level, HEIGHT)
            tile, place = divmod(index << height, WIDTH)
            found = self._made[level, index] = _subtree(self._tile(tile_level, tile), place, height)
        return found

    def _tile(self, level: int, index: int) -> bytes:
        data = self._known.get((level, index))
        if data is None:
            width = tile_widths(self._size, level, index)
            data = self._known[level, index] = _prefix(self._read_tile(level, index), width)
        return data


def _prefix(data: bytes, width: int) -> bytes:
    if len(data) < width * HASH:
        raise ValueError("a tile is shorter than the tree")
    return data[: width * HASH]


def _subtree(tile: bytes, place: int, height: int) -> bytes:
    """The root over 2**height hashes of a tile from `place`."""
    hashes = [tile[HASH * i : HASH * (i + 1)] for i in range(place, place + (1 << height))]
    return tree_root(len(hashes), list_reader(hashes))
