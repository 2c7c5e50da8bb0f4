"""What takes two persons: a sensitive duty for a post, a holder for a post that has one.

One proposes, another confirms; neither is the one who gains by it. Both are entries of the post. While nobody but
the founder was ever trusted with confirming, the founder alone appoints the first who is: an authority begins with
one person, and the entry says `alone`.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from xactin.identity import news
from xactin.identity.attestations.attesting import attest, require
from xactin.identity.errors import NotFound, Refused
from xactin.identity.models import Person, Post, Proposal
from xactin.identity.posts.duties import CONFIRM, check_duties, write_duties
from xactin.identity.posts.facts import facts_of
from xactin.identity.posts.founding import founding
from xactin.identity.posts.holding_commands import (
    check_not_held,
    check_not_oneself,
    check_until,
    hold,
    holds,
    lock_vital,
    signed_time,
)
from xactin.identity.posts.queries import could_confirm
from xactin.identity.rights import Actor
from xactin.kernel.attestation import parse_time, time_text
from xactin.ledger.clock import claimed, now
from xactin.vault.ids import new_id

WAITS: Final = timedelta(days=3)
"""How long a proposal stands, and those who watch know of it, before the authority itself may confirm it."""


@transaction.atomic
def propose_duties(*, post: Post, duties: Collection[str], by: Actor) -> Proposal:
    """Asks a second person to give a post these duties besides those it has."""
    require(by, "post.duties", facts_of(post))
    check_duties(sorted({*(post.duties or ()), *duties}), post.agency)
    if holds(by.person_id, post):
        raise _for_oneself()
    made = proposed(post, "duties", by, duties=sorted(duties))
    if CONFIRM in {*(post.duties or ()), *duties} and founding(by):
        _settle(made, by, alone=True)
    return made


@transaction.atomic
def propose_holder(*, post: Post, person: Person, until: datetime | None = None, by: Actor) -> Proposal:
    """Asks a second person to appoint somebody to a post. Raises Forbidden, Invalid, Refused, as `appoint`."""
    require(by, "post.appoint", facts_of(post))
    check_not_oneself(person, by)
    check_until(until)
    check_not_held(person, post)
    if post.proposals.filter(ended_at=None, person=person).exists():
        raise Refused(
            "Việc bổ nhiệm này đã được đề nghị, đang chờ xác nhận.",
            "This appointment is proposed already, and waits for a second person.",
        )
    made = proposed(post, "holder", by, person=person, until=signed_time(until) if until else None)
    if CONFIRM in (post.duties or ()) and founding(by):
        _settle(made, by, alone=True)
    return made


def proposed(post: Post, kind: str, by: Actor, **what: Any) -> Proposal:
    """Writes a proposal that its maker may make; others are told."""
    made = Proposal(id=new_id(), post=post, kind=kind, proposed_by_id=by.person_id, **what)
    made.proposed_at = claimed()
    attest(by, subject=f"post:{post.id}", act="post.propose", effect=proposed_effect(made))
    made.save(force_insert=True)
    news.tell(by, "post.propose", post, proposal=made.pk)
    return made


def proposed_effect(made: Proposal) -> dict[str, Any]:
    """What a proposal signs: opaque ids, times, duties."""
    effect: dict[str, Any] = {
        "proposal": str(made.pk),
        "kind": made.kind,
        "by": str(made.proposed_by_id),
        "at": time_text(made.proposed_at),
    }
    if made.kind == "duties":
        return effect | {"duties": made.duties}
    return effect | {
        "person": str(made.person_id),
        "until": time_text(made.until) if made.until else None,
        **({"terms": made.terms} if made.terms else {}),
    }


@transaction.atomic
def confirm(*, proposal: UUID, by: Actor) -> None:
    """The second person agrees: what was proposed is done. Raises Forbidden, NotFound, and Refused for who
    proposed it or gains by it."""
    found = _waiting(proposal)
    require(by, "post.confirm", facts_of(found.post))
    if found.proposed_by_id == by.person_id:
        raise Refused(
            "Người đề nghị không được tự xác nhận: việc này cần người thứ hai.",
            "Who proposed it cannot confirm it: this takes a second person.",
        )
    if found.person_id == by.person_id or (found.kind == "duties" and holds(by.person_id, found.post)):
        raise _for_oneself()
    _settle(found, by, alone=False)


@transaction.atomic
def confirm_for_want_of_others(*, proposal: UUID) -> None:
    """The authority itself confirms what nobody is left to confirm, a few days after it was proposed and told.

    For who has its keys: the command `xactin proposals confirm`, never a page. The system `identity` signs, the entry
    says `want`, and everybody in a trusted post there is told. Raises NotFound, and Refused while somebody could
    confirm or the days are not over.
    """
    found = _waiting(proposal)
    lock_vital()
    others = could_confirm(found)
    if others:
        raise Refused(
            f"Vẫn có người xác nhận được: {', '.join(others)}.",
            f"There is somebody who can confirm this: {', '.join(others)}.",
        )
    since = found.proposed_at + WAITS
    if now() < since:
        raise Refused(
            f"Đề nghị phải chờ đến {time_text(since)}, để người khác biết và kịp phản đối.",
            f"The proposal has to wait until {time_text(since)}, so that others know of it and can object.",
        )
    _settle(found, None, alone=False)


@transaction.atomic
def decline(*, proposal: UUID, by: Actor) -> None:
    """Nothing comes of a proposal: a second person says so, or who made it takes it back."""
    found = _waiting(proposal)
    if found.proposed_by_id != by.person_id:
        require(by, "post.confirm", facts_of(found.post))
    _end(found, "declined", by, {})


def _waiting(proposal: UUID) -> Proposal:
    rows = Proposal.objects.select_related("post__agency", "person").select_for_update(of=("self",))
    found = rows.filter(pk=proposal, ended_at=None).first()
    if found is None:
        raise NotFound("Đề nghị này không còn chờ xác nhận.", "This proposal waits no longer.")
    return found


def _settle(found: Proposal, by: Actor | None, *, alone: bool) -> None:
    _end(found, "confirmed", by, {"want": True} if by is None else {"alone": True} if alone else {})
    if found.kind == "holder" and found.person is not None:
        terms = dict(found.terms) if found.terms else None
        since = parse_time(terms.pop("since")) if terms else None
        hold(found.person, found.post, found.until, by=by, since=since, terms=terms)
        return
    post = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("agency")
    current = post.get(pk=found.post_id)
    duties = sorted({*(current.duties or ()), *found.duties})
    check_duties(duties, current.agency)
    write_duties(current, duties, by=by)
    found.post.duties = current.duties


def _end(found: Proposal, outcome: str, by: Actor | None, more: dict[str, Any]) -> None:
    person = by.person_id if by else None
    found.ended_at, found.ended_by_id, found.outcome = claimed(), person, outcome
    said = str(person) if person else None
    effect = {"proposal": str(found.pk), "by": said, "at": time_text(found.ended_at)}
    act = "post.confirm" if outcome == "confirmed" else "post.decline"
    attest(by, subject=f"post:{found.post_id}", act=act, effect=effect | more)
    found.save(update_fields=["ended_at", "ended_by", "outcome"])
    news.tell(by or news.MACHINE, act, found.post, proposal=found.pk)


def _for_oneself() -> Refused:
    return Refused(
        "Không ai được tự giao nhiệm vụ hoặc chức vụ cho mình.",
        "Nobody gives a duty or a post to themselves.",
    )
