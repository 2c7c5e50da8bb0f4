"""What entries say of tables: each room checks its own, by the kind of subject (`case` of `case:<id>`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from django.db import DatabaseError

from xactin.ledger.audit.findings import Finding
from xactin.ledger.queries import EntryRow
from xactin.vault.queries import Content


@dataclass(frozen=True, slots=True)
class Told:
    """One subject as its entries tell it, from the beginning, and its content by commitment.

    The audit has opened the content already; whoever needs a value takes it from here.
    """

    subject: str
    entries: Sequence[EntryRow]
    contents: Mapping[str, Content] = field(default_factory=dict, repr=False)

    @property
    def kind(self) -> str:
        """`case` of `case:<id>`."""
        return self.subject.partition(":")[0]

    @property
    def id(self) -> str:
        """What stands behind the kind."""
        return self.subject.partition(":")[2]


Check = Callable[[Sequence[Told]], Iterable[Finding]]
"""Some subjects of one kind -> what differs in their derived rows. Runs in worker processes.

Some hundred subjects come at once, so that their rows are read by one query a table. What is wrong with one
subject must not keep others from being checked.
"""


@dataclass(frozen=True, slots=True)
class Fold:
    """A registered check; `claims` is SQL that names the subject of every derived row."""

    check: Check
    claims: str


_folds: Final[dict[str, Fold]] = {}


def register_fold(kind: str, check: Check, *, claims: str = "") -> None:
    """Has `check` called for all subjects of this kind. Called from a room's `apps.py`.

    With `claims` (`SELECT 'case:' || id FROM cases_case`), rows whose subject has no entry at all are found too,
    by the database itself: there may be millions.
    """
    _folds[kind] = Fold(check, claims)


_checks: Final[list[Callable[[], Iterable[Finding]]]] = []


def register_check(check: Callable[[], Iterable[Finding]]) -> None:
    """Has `check` called once in each audit, for rows that no subject's entries tell of: keys, counters."""
    if check not in _checks:
        _checks.append(check)


def check_apart() -> Iterator[Finding]:
    """What the registered checks find. One that fails says so and hides no other."""
    for check in _checks:
        try:
            yield from list(check())
        except DatabaseError:
            raise
        except Exception as error:
            yield Finding("table", check.__module__, f"what stands apart cannot be checked ({error!r})")


def all_claims() -> list[str]:
    """The registered `claims`."""
    return [fold.claims for fold in _folds.values() if fold.claims]


def check_folds(told: Sequence[Told]) -> Iterator[Finding]:
    """What higher rooms find about these subjects, which stand in order."""
    for kind, subjects in groupby(told, key=lambda one: one.kind):
        if kind in _folds:
            yield from _checked(_folds[kind], list(subjects))


def _checked(fold: Fold, told: Sequence[Told]) -> list[Finding]:
    """Damaged rows may make a check fail in any way; it then says so of the subject it failed at, and goes on."""
    try:
        return list(fold.check(told))
    except DatabaseError:
        raise  # the database's own trouble is not these subjects'
    except Exception as error:
        if len(told) > 1:
            return [finding for one in told for finding in _checked(fold, [one])]
        return [Finding("table", told[0].subject, f"the derived rows cannot be compared ({error!r})")]
