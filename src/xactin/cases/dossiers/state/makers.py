"""What an act makes besides what a person says, so that the same signature covers it: the paper that is signed.

Whoever makes such a thing registers here. A passkey signs minutes after the statement was made, and no lock is
held meanwhile: so a maker first plans, and makes what was planned when the signature arrives.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from xactin.cases.dossiers.state import store
from xactin.identity.queries import Actor
from xactin.kernel.procedure.package import Package
from xactin.vault.commands import StoredFile

Planned = Mapping[str, Any]
"""What a plan has to remember, as JSON; kept sealed until the signature arrives."""


@dataclass(frozen=True, kw_only=True)
class Making:
    """An act about to be attested at `at` by `by`: `act` of the open task at `found.task_node`."""

    by: Actor
    case: UUID
    found: store.Row
    package: Package
    act: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Made:
    """`files` become parts of the case and are named by the statement; `writes` are rows of the same act; `said`
    goes into its effect; `planned` is what a later `make` needs to make the very same."""

    files: Mapping[str, StoredFile] = field(default_factory=dict)
    writes: Sequence[tuple[str, Any]] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    planned: Planned = field(default_factory=dict)

    def wrote(self) -> dict[str, str]:
        """The parts it makes, with their commitments."""
        return {part: file.commitment for part, file in self.files.items()}


class Maker(Protocol):
    """Makes what a kind of act makes; None where it has nothing to do with an act."""

    def plan(self, making: Making) -> Made | None:
        """What would be made now, without any lock. Nothing of it is taken yet."""
        ...

    def make(self, making: Making, planned: Planned | None) -> Made | None:
        """Makes it, inside the act; what was `planned`, where a signature names it already. Raises Stale where
        that is not what would be made by now."""
        ...


NOTHING: Final = Made()
_MAKERS: Final[list[Maker]] = []
_together: ContextVar[Counter[str] | None] = ContextVar("together", default=None)


def register_maker(maker: Maker) -> None:
    """A maker is asked about every act from now on; the first that has to do with one makes."""
    _MAKERS.append(maker)


@contextmanager
def planned_together() -> Iterator[None]:
    """What is planned inside is signed at once and made one after the other: each counts on those before it."""
    mark = _together.set(Counter())
    try:
        yield
    finally:
        _together.reset(mark)


def planned_before(what: str) -> int:
    """How many of `what` are planned before this one, among those signed together; 0 for one alone."""
    found = _together.get()
    if found is None:
        return 0
    found[what] += 1
    return found[what] - 1


def plan(making: Making) -> Made:
    """What an act that a passkey will sign makes."""
    return next((made for one in _MAKERS if (made := one.plan(making)) is not None), NOTHING)


def make(making: Making, planned: Planned | None = None) -> Made:
    """What an act makes."""
    return next((made for one in _MAKERS if (made := one.make(making, planned)) is not None), NOTHING)
