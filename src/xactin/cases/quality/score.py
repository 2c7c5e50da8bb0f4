"""The score of service quality, 100 points (Decision 766/QĐ-TTg). Pure.

The decision's text gives the parts and their points; the formulas are those that others inferred from the national
dashboard, and agree with the examples it published to 0.01 (tests). Each part is rounded to two digits, then summed.
A part whose source is not there has no points: neither none nor all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_CENT: Final = Decimal("0.01")
_SATISFIED: Final = Decimal("0.90")
"""The share of satisfied people at which all points are given."""
_REUSED: Final = Decimal("0.80")
"""The share of reused papers at which all points are given."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the score and the most it can give."""

    id: str
    most: int


PARTS: Final = (
    Part("published_on_time", 6),
    Part("updated_on_time", 4),
    Part("full_content", 2),
    Part("synchronised", 6),
    Part("progress", 20),
    Part("online", 12),
    Part("electronic_results", 6),
    Part("digitised", 4),
    Part("certified_copies", 2),
    Part("reused", 2),
    Part("data_store", 4),
    Part("citizen_data_dossiers", 2),
    Part("citizen_data_procedures", 2),
    Part("payment", 10),
    Part("petitions_on_time", 6),
    Part("petitions", 6),
    Part("reception", 6),
)


@dataclass(frozen=True, slots=True)
class Total:
    """What the parts that have a source give together, and the most that these could."""

    points: Decimal
    of: int


def total(found: Iterable[tuple[Part, Decimal | None]]) -> Total:
    """The sum over the parts that have points."""
    known = [(part, points) for part, points in found if points is not None]
    return Total(sum((points for _part, points in known), Decimal(0)), sum(part.most for part, _ in known))


def ratio(most: int, count: int, of: int) -> Decimal | None:
    """`most` by the share of `count` in `of`: transparency and most of digitisation. None where there is nothing."""
    return None if not of else _rounded(min(Decimal(most), Decimal(most) * count / of))


def progress(on_time: int, received: int) -> Decimal | None:
    """20 points by dossiers finished in time of those received; one that is still open counts as received only."""
    return ratio(20, on_time, received)


def reused(count: int, of: int) -> Decimal | None:
    """2 points by papers that were taken from an earlier dossier; four fifths give all."""
    return None if not of else _rounded(min(Decimal(2), 2 * Decimal(count) / of / _REUSED))


def satisfaction(satisfied: int, answers: int) -> Decimal:
    """6 points by people who say that they are satisfied; nine of ten give all, no answer gives none."""
    return _rounded(min(Decimal(6), 6 * Decimal(satisfied) / answers / _SATISFIED)) if answers else Decimal(0)


def petitions(on_time: int, received: int) -> Decimal:
    """6 points by petitions answered in time; none received gives all."""
    return _rounded(6 * Decimal(on_time) / received) if received else Decimal(6)


def payment(
    *, paid: int, owed: int, procedures_paid: int, procedures_used: int, procedures_with_fee: int
) -> Decimal | None:
    """10 points: 6A + min(2, 2.5B) + 2.5C.

    A: dossiers paid on line of those with a duty to pay; B: procedures paid on line of those with a fee; C: procedures
    that had dossiers with a fee of those with a fee. None where nothing is to be paid.
    """
    if not owed or not procedures_with_fee:
        return None
    share, half = Decimal(paid) / owed, Decimal("2.5")
    used = half * procedures_paid / procedures_with_fee
    points = 6 * share + min(Decimal(2), used) + half * procedures_used / procedures_with_fee
    return _rounded(min(Decimal(10), points))


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(_CENT, ROUND_HALF_UP)
