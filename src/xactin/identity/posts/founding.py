"""Whether an authority still begins: nobody but its founder was ever trusted with confirming.

Asked of the entries, not of what posts have now: whoever may take a duty could else begin anew, alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from xactin.identity.models import Holding
from xactin.identity.posts.duties import CONFIRM
from xactin.identity.queries import held_now
from xactin.identity.rights import Actor
from xactin.ledger.queries import EntryRow, entries_of

Span = tuple[datetime, datetime | None]
"""From when until when; None: to this day."""
_GIVING: Final = frozenset({"post.create", "post.duties"})


def founding(by: Actor) -> bool:
    """Whether nobody but this person ever held a post while it was trusted with confirming."""
    held = Holding.objects.exclude(person_id=by.person_id)
    if held_now().filter(pk__in=held, post__duties__contains=[CONFIRM]).exists():
        return False
    spans: dict[UUID, list[Span]] = {}
    for post, since, until in held.values_list("post_id", "since", "until"):
        spans.setdefault(post, []).append((since, until))
    return not any(meet(trusted(entries_of(f"post:{post}")), ours) for post, ours in spans.items())


def trusted(entries: Sequence[EntryRow]) -> list[Span]:
    """When a post was trusted with confirming, as its entries tell."""
    told = [(row.at, row.effect["duties"]) for row in entries if row.statement["act"] in _GIVING]
    ends: list[datetime | None] = [at for at, _duties in told[1:]]
    return [(at, end) for (at, duties), end in zip(told, [*ends, None], strict=True) if CONFIRM in duties]


def meet(some: Iterable[Span], others: Sequence[Span]) -> bool:
    """Whether any of these times has a moment in common with any of those."""
    return any(
        (end is None or since < end) and (until is None or start < until)
        for start, end in some
        for since, until in others
    )
