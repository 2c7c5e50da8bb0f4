"""Merkle tree hashing of RFC 9162, section 2.1: roots, inclusion and consistency.

A tree is read through a `HashReader`: (level, index) -> hash of the complete subtree over the 2**level
leaves that begin at index * 2**level. Level 0 are the leaf hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HashReader = Callable[[int, int], bytes]

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf holding `data`."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def list_reader(leaves: Sequence[bytes]) -> HashReader:
    """A reader over leaf hashes held in memory; higher levels are worked out when asked for."""
    known: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        found = known.get((level, index))
        if found is None:
            found = node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))
            known[level, index] = found
        return found

    return read


def tree_root(size: int, reader: HashReader) -> bytes:
    """The root of the first `size` leaves."""
    if size < 0:
        raise ValueError("a tree has no negative size")
    return EMPTY_ROOT if size == 0 else _range_hash(0, size, reader)


def inclusion_proof(index: int, size: int, reader: HashReader) -> list[bytes]:
    """The path from leaf `index` to the root of the first `size` leaves, lowest first."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, reader))
            end = middle
        else:
            path.append(_range_hash(start, middle, reader))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, reader: HashReader) -> list[bytes]:
    """What shows that the tree of `old` leaves is the beginning of the tree of `new` leaves."""
    if not 0 <= old <= new:
        raise ValueError("a tree does not shrink")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_hash(middle, end, reader))
            end = middle
        else:
            path.append(_range_hash(start, middle, reader))
            start, whole = middle, False
    if not whole:
        path.append(_range_hash(start, end, reader))
    return path[::-1]


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that `path` leads to from leaf hash `leaf` at `index` of `size` (2.1.3.2).

    None where a path of that length cannot belong to such a tree.
    """
    if not 0 <= index < size:
        return None
    first, last, current = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if first & 1 or first == last:
            current = node_hash(sibling, current)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        first, last = first >> 1, last >> 1
    return current if last == 0 else None


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether leaf hash `leaf` stands at `index` in the tree of `size` leaves with `root`."""
    return root_from_path(leaf, index, size, path) == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree (old, old_root) is the beginning of the tree (new, new_root) (2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root and (old > 0 or old_root == EMPTY_ROOT)
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    nodes = list(path)
    if old & (old - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    from_old = from_new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            from_old, from_new = node_hash(node, from_old), node_hash(node, from_new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            from_new = node_hash(from_new, node)
        first, last = first >> 1, last >> 1
    return last == 0 and from_old == old_root and from_new == new_root


class Frontier:
    """The right edge of a tree: enough to append leaves and to name the root.

    `hashes` are the roots of the complete subtrees that make up `size` leaves, largest first.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count():
            raise ValueError("the edge does not fit the size")

    @classmethod
    def read(cls, size: int, reader: HashReader) -> Frontier:
        """The edge of the first `size` leaves of a stored tree."""
        hashes, start = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                hashes.append(reader(level, start >> level))
                start += 1 << level
        return cls(size, hashes)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Appends leaf hashes."""
        for leaf in leaves:
            current, size = leaf, self.size
            while size & 1:
                current = node_hash(self.hashes.pop(), current)
                size >>= 1
            self.hashes.append(current)
            self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self.hashes:
            return EMPTY_ROOT
        current = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            current = node_hash(left, current)
        return current


def _split(size: int) -> int:
    """The largest power of two below `size` (size > 1)."""
    return 1 << (size - 1).bit_length() - 1


def _range_hash(start: int, end: int, reader: HashReader) -> bytes:
    """The root over leaves [start, end), where start is a multiple of the first complete subtree in it."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return reader(level, start >> level)
    middle = start + _split(size)
    return node_hash(_range_hash(start, middle, reader), _range_hash(middle, end, reader))
