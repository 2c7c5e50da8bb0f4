"""What entries say of tables: each room checks its own, by the kind of subject (`case` of `case:<id>`)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from xactin.ledger.audit.findings import Finding
from xactin.ledger.queries import EntryRow

Check = Callable[[str, Sequence[EntryRow]], list[Finding]]
"""(subject, its chain from the beginning) -> what differs in the derived rows. Runs in worker processes."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A registered check; `subjects` names every subject that the derived rows speak of."""

    check: Check
    subjects: Callable[[], Iterable[str]] | None


_folds: Final[dict[str, Fold]] = {}


def register_fold(kind: str, check: Check, *, subjects: Callable[[], Iterable[str]] | None = None) -> None:
    """Has `check` called for each subject of this kind. Called from a room's `apps.py`.

    With `subjects`, rows whose subject has no entry at all are found too.
    """
    _folds[kind] = Fold(check, subjects)


def fold_of(subject: str) -> Fold | None:
    """The check for this subject."""
    return _folds.get(subject.partition(":")[0])


def claimed_subjects() -> Iterable[str]:
    """Every subject that derived rows speak of."""
    for fold in _folds.values():
        if fold.subjects is not None:
            yield from fold.subjects()
