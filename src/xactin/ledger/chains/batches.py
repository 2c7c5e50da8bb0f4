"""Batches in the ledger: what an entry says of many contents, and the proof of one of them.

The vault keeps the members unless a room registers that it keeps those of its own kind of subjects
(`register_contents`): observations stand in tables that are made for them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xactin.kernel.batches import batch_part, batch_path, batch_root
from xactin.vault import queries as vault
from xactin.vault.queries import Content, OpenedMember

Members = Callable[[str, str], Iterable[tuple[int, Content]]]
"""(subject, root) -> each member's index and content, in order, opened and compared. Streamed: there may be many."""

Commitments = Callable[[str, str], Sequence[str]]
"""(subject, root) -> the members' commitments in their order, erased ones too. Empty where there is no such batch."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Where the members of batches of a kind of subjects stand."""

    members: Members
    commitments: Commitments


_VAULT: Final = Contents(vault.members, vault.member_commitments)
_contents: Final[dict[str, Contents]] = {}


def register_contents(kind: str, contents: Contents) -> None:
    """A room keeps the members of batches of these subjects in tables of its own. Called from its `apps.py`."""
    _contents[kind] = contents


def contents_for(subject: str) -> Contents:
    """Who keeps the members of a subject's batches."""
    return _contents.get(subject.partition(":")[0], _VAULT)


@dataclass(frozen=True, slots=True)
class Batch:
    """Many contents that become one entry: what its statement writes, and what its effect counts."""

    part: str
    root: str
    count: int

    @property
    def wrote(self) -> dict[str, str]:
        """For the statement's `wrote`."""
        return {self.part: self.root}

    @property
    def effect(self) -> dict[str, Any]:
        """For the entry's effect."""
        return {"batch": {"n": self.count}}


def batch_of(name: str, commitments: Sequence[str]) -> Batch:
    """The batch over these commitments (hex, in their order). Raises ValueError for none."""
    return Batch(batch_part(name), batch_root(commitments), len(commitments))


def opened_member(subject: str, root: str, member: OpenedMember) -> dict[str, Any]:
    """A member as `queries.bundle` takes it under `opened`: its value with its place and path.

    Raises ValueError where the members kept are not those of the root.
    """
    commitments = contents_for(subject).commitments(subject, root)
    if batch_root(commitments) != root or commitments[member.index] != member.commitment:
        raise ValueError(f"the members of {subject} are not those of its batch")
    return {
        "part": member.part,
        "commitment": member.commitment,
        "salt": member.salt,
        "value": member.value,
        "index": member.index,
        "path": batch_path(commitments, member.index),
    }
