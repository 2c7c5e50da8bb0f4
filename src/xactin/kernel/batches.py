"""Batches: many contents under one entry, and the proof that one of them is among them.

Some seconds of observations, or a file of rows, are one act. Its statement writes the part `batch.<name>`: the
root (RFC 9162) over the members' commitments in their order, and its effect counts them, `batch: {"n": 12}`. A
member is opened like any content, with its place: `index`, and the `path` from its commitment to the root.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from xactin.kernel.attestation import is_digest, is_dotted
from xactin.kernel.log import merkle

PREFIX: Final = "batch."
"""What the part of a batch begins with."""


def batch_part(name: str) -> str:
    """The part that an entry writes for a batch of this name. Raises ValueError for what is no name of a part."""
    if not is_dotted(PREFIX + name):
        raise ValueError(f"no name of a part: {name!r}")
    return PREFIX + name


def batch_root(commitments: Iterable[str]) -> str:
    """The root over members' commitments (hex, in their order). Raises ValueError for none, or for no commitment."""
    frontier = merkle.Frontier()
    frontier.extend(map(_leaf, commitments))
    if not frontier.size:
        raise ValueError("a batch has at least one member")
    return frontier.root().hex()


def batch_path(commitments: Sequence[str], index: int) -> list[str]:
    """The path from the member at `index` to the root, lowest first, as hex. Raises ValueError outside of it."""
    reader = merkle.list_reader([_leaf(one) for one in commitments])
    return [node.hex() for node in merkle.inclusion_proof(index, len(commitments), reader)]


def root_of_member(commitment: str, index: int, count: int, path: Sequence[str]) -> str | None:
    """The root of the batch of `count` that a member's place leads to; None where there can be no such place."""
    root = merkle.root_from_path(_leaf(commitment), index, count, [bytes.fromhex(node) for node in path])
    return None if root is None else root.hex()


def batches_of(statement: Mapping[str, Any], effect: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    """The batch that an entry writes, if any: {part: (root, number of members)}.

    An entry has one at most. Raises ValueError where statement and effect do not say the same of it.
    """
    parts = [part for part in statement["wrote"] or {} if part.startswith(PREFIX)]
    told = effect.get("batch")
    if told is None and not parts:
        return {}
    count = told["n"] if type(told) is dict and told.keys() == {"n"} else None
    if type(count) is not int or count < 1 or len(parts) != 1:
        raise ValueError("an entry writes one batch and counts its members")
    return {parts[0]: (statement["wrote"][parts[0]], count)}


def _leaf(commitment: str) -> bytes:
    if not is_digest(commitment):
        raise ValueError("a commitment has 64 lowercase hex digits")
    return merkle.leaf_hash(bytes.fromhex(commitment))
