"""What a substitute's terms say, and whom they may name. Pure.

Terms, as they are attested and stand on the holding: `for` (whom: a person's id), `capacity` (KT., TL., TUQ.), `title`
({vi, en} of the substitute's own post), `away` (whether who is stood in for is absent), `acts` (None for all), `scope`
(None for all), `next` (people's ids, in their order, where the substitute is absent too).
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

CAPACITIES: Final = ("KT.", "TL.", "TUQ.")
"""A deputy for the head; by order; by authorisation in writing (Decree 30/2020, Article 13)."""
LONGEST: Final = timedelta(days=366)
Candidate = TypeVar("Candidate")


def first_free(people: Sequence[Candidate], away: Collection[Candidate]) -> tuple[int, Candidate] | None:
    """The first who is not away, with their place; None where all are. So no circle comes about."""
    return next(((place, one) for place, one in enumerate(people) if one not in away), None)


def time_fault(since: datetime, until: datetime, at: datetime) -> tuple[str, str] | None:
    """What is wrong with a time, in both languages."""
    if until <= at or until <= since:
        return (
            "Thời điểm kết thúc đã qua, hoặc trước thời điểm bắt đầu.",
            "The end lies in the past or before the start.",
        )
    if until - since > LONGEST:
        return "Chỉ được cử người thay, ủy quyền tối đa một năm.", "A substitute is named for a year at most."
    return None
