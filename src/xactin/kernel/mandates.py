"""Who may sign as whom, and the tree whose root says which mandates stood at a moment.

A mandate joins a key to a person in a post, a system or a device, for a time and with limits. The mandates
valid just before an entry of the log are the leaves of a sparse Merkle tree keyed by sha256 of the mandate's
id. A subtree with one leaf is that leaf, and an empty one is 32 zero bytes, so a set has one root and a path
is about log2(n) long. Nodes are kept by their hash and never change: older roots stay readable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, TypeVar

from xactin.kernel.attestation import VERSION, is_dotted, is_for, is_opaque, is_time, time_text
from xactin.kernel.canonical import canonical
from xactin.kernel.signatures import PublicKey, SignatureError

MANDATE_FIELDS: Final = frozenset(
    ("xt", "id", "key", "person", "post", "agency", "system", "device", "for", "acts", "from", "until")
)
EMPTY: Final = bytes(32)
"""The root of no mandates."""

MAX_DEPTH: Final = 256

NodeStore = Callable[[bytes], bytes]
"""hash -> the node's bytes: `00 key leaf` or `01 left right`, 65 bytes, whose sha256 is the hash."""

_LEAF, _NODE = b"\x00", b"\x01"

Leaf = TypeVar("Leaf", bytes, bytes | None)


class MandateError(ValueError):
    """A mandate is not of its form, or does not cover an act; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def make_mandate(
    *,
    id: str,
    key: PublicKey,
    person: str | None = None,
    post: str | None = None,
    agency: str | None = None,
    system: str | None = None,
    device: str | None = None,
    for_: Mapping[str, str] | None = None,
    acts: Sequence[str] | None = None,
    from_: datetime,
    until: datetime | None = None,
) -> dict[str, Any]:
    """A mandate as it is signed for and stands in the tree. Raises MandateError("mandate_form").

    `acts` None means every act; else names, or beginnings ending in `.*`. `until` is the first moment
    at which it no longer holds.
    """
    mandate = {
        "xt": VERSION,
        "id": id,
        "key": key.to_dict(),
        "person": person,
        "post": post,
        "agency": agency,
        "system": system,
        "device": device,
        "for": None if for_ is None else dict(for_),
        "acts": None if acts is None else list(acts),
        "from": time_text(from_),
        "until": None if until is None else time_text(until),
    }
    check_mandate(mandate)
    return mandate


def check_mandate(value: Any) -> PublicKey:
    """The key of a mandate; raises MandateError("mandate_form") unless every member is of its form."""
    if type(value) is not dict or value.keys() != MANDATE_FIELDS:
        raise MandateError("mandate_form")
    fits = (
        type(value["xt"]) is int
        and value["xt"] == VERSION
        and is_opaque(value["id"])
        and _is_holder(value)
        and is_for(value["for"])
        and (value["acts"] is None or (type(value["acts"]) is list and all(map(_is_limit, value["acts"]))))
        and is_time(value["from"])
        and (value["until"] is None or is_time(value["until"]))
    )
    if not fits:
        raise MandateError("mandate_form")
    try:
        key = PublicKey.from_dict(value["key"])
    except SignatureError:
        raise MandateError("mandate_form") from None
    if (key.custody == "device") != (
        value["device"] is not None
    ):  # a machine's own key is for the machine alone
        raise MandateError("mandate_form")
    return key


def _is_holder(value: Mapping[str, Any]) -> bool:
    """One of a person (with or without post and agency), a system, a device."""
    given = [name for name in ("person", "system", "device") if value[name] is not None]
    posted = [value[name] for name in ("post", "agency") if value[name] is not None]
    if len(given) != 1 or (posted and given != ["person"]):
        return False
    return is_opaque(value[given[0]]) and all(map(is_opaque, posted))


def _is_limit(value: Any) -> bool:
    return type(value) is str and is_dotted(value.removesuffix(".*"))


def check_cover(mandate: Mapping[str, Any], statement: Mapping[str, Any], at: str) -> None:
    """Raises MandateError unless the mandate covers the statement placed at time `at`.

    Codes: mandate_key, mandate_by, mandate_for, mandate_act, mandate_early, mandate_ended.
    """
    if mandate["key"]["id"] != statement["key"]:
        raise MandateError("mandate_key")
    by = statement["by"]
    if any(mandate[name] != by.get(name) for name in ("person", "post", "agency", "system", "device")):
        raise MandateError("mandate_by")
    if mandate["for"] != statement["for"]:
        raise MandateError("mandate_for")
    if mandate["acts"] is not None and not any(_allows(limit, statement["act"]) for limit in mandate["acts"]):
        raise MandateError("mandate_act")
    # Times as signed are of one length and zone, so they compare as text.
    if at < mandate["from"]:
        raise MandateError("mandate_early")
    if mandate["until"] is not None and at >= mandate["until"]:
        raise MandateError("mandate_ended")


def _allows(limit: str, act: str) -> bool:
    return act.startswith(limit[:-1]) if limit.endswith(".*") else act == limit


def mandate_key(mandate_id: str) -> bytes:
    """Where a mandate stands in the tree."""
    return sha256(mandate_id.encode()).digest()


def mandate_leaf(mandate: Mapping[str, Any]) -> bytes:
    """What stands there: sha256 of the mandate's canonical bytes."""
    return sha256(canonical(mandate)).digest()


def update(
    root: bytes, get: NodeStore, changes: Mapping[bytes, bytes | None]
) -> tuple[bytes, dict[bytes, bytes]]:
    """The tree with leaves set, or taken out where None.

    `changes` maps keys (32 bytes) to leaves (32 bytes). Returns the new root and the nodes to keep, by hash.
    """
    if any(len(key) != 32 or (leaf is not None and len(leaf) != 32) for key, leaf in changes.items()):
        raise ValueError("keys and leaves have 32 bytes")
    writer = _Writer(get)
    return writer.apply(root, 0, changes), writer.fresh


class _Writer:
    """One update: what it has written, before what was there."""

    def __init__(self, get: NodeStore) -> None:
        self._get = get
        self.fresh: dict[bytes, bytes] = {}

    def apply(self, root: bytes, depth: int, changes: Mapping[bytes, bytes | None]) -> bytes:
        if not changes:
            return root
        if root == EMPTY:
            return self._build(depth, changes)
        node = self._node(root)
        if node[:1] == _LEAF:
            return self._build(depth, {node[1:33]: node[33:], **changes})
        lower, upper = _parted(depth, changes)
        return self._join(self.apply(node[1:33], depth + 1, lower), self.apply(node[33:], depth + 1, upper))

    def _build(self, depth: int, changes: Mapping[bytes, bytes | None]) -> bytes:
        leaves = {key: leaf for key, leaf in changes.items() if leaf is not None}
        if not leaves:
            return EMPTY
        if len(leaves) == 1:
            ((key, leaf),) = leaves.items()
            return self._keep(_LEAF + key + leaf)
        lower, upper = _parted(depth, leaves)
        return self._join(self._build(depth + 1, lower), self._build(depth + 1, upper))

    def _join(self, left: bytes, right: bytes) -> bytes:
        """The node over both; a leaf alone under it moves up, so that a set has one shape."""
        for only, other in ((left, right), (right, left)):
            if other == EMPTY and (only == EMPTY or self._node(only)[:1] == _LEAF):
                return only
        return self._keep(_NODE + left + right)

    def _node(self, digest: bytes) -> bytes:
        return self.fresh.get(digest) or _read(self._get, digest)

    def _keep(self, node: bytes) -> bytes:
        digest = sha256(node).digest()
        self.fresh[digest] = node
        return digest


def prove(root: bytes, get: NodeStore, key: bytes) -> list[bytes]:
    """The path from the leaf of `key` to the root, lowest first. Raises KeyError if no such leaf."""
    path: list[bytes] = []
    current = root
    while current != EMPTY:
        node = _read(get, current)
        if node[:1] == _LEAF:
            if node[1:33] != key:
                break
            return path[::-1]
        left, right = node[1:33], node[33:]
        upper = _bit(key, len(path))
        current = right if upper else left
        path.append(left if upper else right)
    raise KeyError(key)


def check_path(root: bytes, key: bytes, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Whether `leaf` stands at `key` in the tree with `root`."""
    if len(key) != 32 or len(leaf) != 32 or len(path) > MAX_DEPTH or any(len(item) != 32 for item in path):
        return False
    current = sha256(_LEAF + key + leaf).digest()
    for depth, sibling in zip(reversed(range(len(path))), path, strict=True):
        pair = sibling + current if _bit(key, depth) else current + sibling
        current = sha256(_NODE + pair).digest()
    return current == root


def _parted(depth: int, changes: Mapping[bytes, Leaf]) -> tuple[dict[bytes, Leaf], dict[bytes, Leaf]]:
    """What lies to the left and to the right at `depth`."""
    lower: dict[bytes, Leaf] = {}
    upper: dict[bytes, Leaf] = {}
    for key, leaf in changes.items():
        (upper if _bit(key, depth) else lower)[key] = leaf
    return lower, upper


def _bit(key: bytes, depth: int) -> int:
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def _read(get: NodeStore, digest: bytes) -> bytes:
    node = get(digest)
    if len(node) != 65:
        raise ValueError("a node has 65 bytes")
    return node
