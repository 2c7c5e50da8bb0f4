"""Erasure by law: content and salt go, the log stays verifiable, and nothing derived from them is left behind.

Contents are named by their commitments, so that one version can go and another stay. What rooms hold of a
subject in tables of their own they register here, and it is cleared by the same act.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from xactin.kernel.local import LOCAL
from xactin.ledger import clock as clocks
from xactin.ledger.chains.chain import EntryRef, acting
from xactin.ledger.chains.pipeline import Statement
from xactin.ledger.chains.signers import LEDGER, Signer, standing_signer
from xactin.ledger.errors import MustBeKept, NoAuthority, NothingToErase
from xactin.ledger.log import anchors
from xactin.vault import commands as vault
from xactin.vault.queries import commitments_of
from xactin.vault.rehearsal import on_trial

Gone = Mapping[str, Sequence[str]]
"""What was erased of a subject: commitments by part."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a room holds of subjects of one kind outside of the vault.

    `forget` names the statements that clear what was derived from erased content; `keep_until` says until when
    the law on archives keeps a subject (None: it says nothing). Neither writes by itself.
    """

    forget: Callable[[str, Gone], Iterable[Statement]]
    keep_until: Callable[[str], datetime | date | None] = lambda subject: None


NO_ORDER: Final[Mapping[str, str]] = {}
_holdings: Final[defaultdict[str, list[Holding]]] = defaultdict(list)


def register_holding(kind: str, holding: Holding) -> None:
    """A room holds something of subjects of this kind (`case` of `case:<id>`). Called from its `apps.py`."""
    if holding not in _holdings[kind]:
        _holdings[kind].append(holding)


def holdings_of(subject: str) -> Sequence[Holding]:
    """What rooms registered for subjects like this one."""
    return _holdings.get(subject.partition(":")[0], ())


def kept_until(subject: str) -> datetime | date | None:
    """The day on which no room's law keeps the subject any more; None where none does."""
    days = [until for one in holdings_of(subject) if (until := one.keep_until(subject)) is not None]
    return max(days, key=_moment) if days else None


def erase(
    *, subject: str, commitments: Sequence[str], by: Signer, basis: str, order: UUID | None = None
) -> EntryRef:
    """Removes these contents with their salts, and what rooms derived from them; attests what went.

    `basis` names the legal ground and holds no personal data; `order` is the entry that ordered it, where another
    person did. The files' bytes go after the commit. Raises MustBeKept while the law on archives keeps the
    subject, NothingToErase, and AnchorAway where it cannot be kept off this machine; then nothing is erased.
    """
    require_erasable(subject)
    return _erased(subject, commitments, by, basis, {"order": str(order)} if order else {})


def require_erasable(subject: str) -> None:
    """Raises MustBeKept while the law on archives keeps the subject."""
    until = kept_until(subject)
    if until is not None and _moment(until) > _moment(clocks.now()):
        raise MustBeKept(facts={"until": until.isoformat()})


def erase_again() -> int:
    """After a restore: erases what was erased since the backup was made (`log/anchors.py`); returns how many
    subjects.
    """
    by, count = _ledger(), 0
    for one in anchors.kept_erasures():
        named = one.commitments or [
            commitment for found in commitments_of(one.subject, one.parts).values() for commitment in found
        ]
        with suppress(NothingToErase):
            _erased(one.subject, named, by, one.basis)
            count += 1
    return count


def _ledger() -> Signer:
    found = standing_signer(LEDGER)
    if found is None:
        raise NoAuthority
    return found


def _erased(
    subject: str, commitments: Sequence[str], by: Signer, basis: str, said: Mapping[str, str] = NO_ORDER
) -> EntryRef:
    with acting(subject=subject, mandates=[by.mandate]) as chain:
        gone = vault.erase(subject=subject, commitments=commitments)
        if not gone:
            raise NothingToErase(facts={"subject": subject})
        act = f"{subject.partition(':')[0]}.erase"
        ref = chain.attest(by, act=act, effect={"basis": basis, "erased": gone, **said})
        for holding in holdings_of(subject):
            for sql, params in holding.forget(subject, gone):
                chain.write(sql, params)
        named = sorted({one for found in gone.values() for one in found})
        if not on_trial():
            # Kept off this machine: a restored backup must forget it again. Before the commit, so that nothing is
            # erased here that would come back. If we crash in between: what was to go goes at a restore at the latest.
            anchors.keep_erasure(subject, named, basis)
    return ref


def _moment(day: datetime | date) -> datetime:
    """The moment from which a day counts as reached: its beginning here."""
    if isinstance(day, datetime):
        return day
    return datetime.combine(day, datetime.min.time(), tzinfo=LOCAL)
