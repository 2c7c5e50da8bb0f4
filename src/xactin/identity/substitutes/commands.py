"""Naming somebody who stands in for a holder, for a time and within limits; ending it early; the next one.

A substitute holds the post like anybody appointed, by mandates that say for whom (`for`), until when, for which acts:
work comes with the first moment and goes with the last, and a verifier accepts nothing outside. Nobody who stands in
names another (no sub-delegation, Decree 30/2020 Article 13).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xactin.identity import news
from xactin.identity.attestations.attesting import require
from xactin.identity.errors import Forbidden, Invalid, NotFound, Refused
from xactin.identity.models import Holding, Person, Post, Proposal
from xactin.identity.posts.facts import facts_of
from xactin.identity.posts.holding_commands import check_not_oneself, check_open, end_held, hold, signed_time
from xactin.identity.posts.proposal_commands import proposed
from xactin.identity.posts.queries import needs_two
from xactin.identity.queries import held_now
from xactin.identity.rights import Actor
from xactin.identity.substitutes import queries
from xactin.identity.substitutes.rules import CAPACITIES, first_free, time_fault
from xactin.kernel.attestation import time_text
from xactin.ledger.clock import claimed, now


@transaction.atomic
def name_substitute(
    *,
    by: Actor,
    post: Post,
    absent: Person,
    people: Sequence[Person],
    until: datetime,
    since: datetime | None = None,
    capacity: str = "KT.",
    away: bool = True,
    acts: Sequence[str] | None = None,
    scope: Sequence[str] | None = None,
) -> Holding | Proposal:
    """The first of `people` who is not away stands in for a holder of a post; the others follow if that one goes away.

    Named by the holder, or by who appoints to the post. A post with a sensitive duty takes a second person: then a
    proposal. Raises Forbidden, Invalid, Refused (all are away, who stands in names nobody, not of this place).
    """
    post = Post.objects.select_related("agency").get(pk=post.pk)
    _require(by, post, absent)
    begin = max(signed_time(since), claimed()) if since else claimed()
    if capacity not in CAPACITIES:
        raise Invalid("Chọn hình thức ký thay.", "Choose the capacity.", {"field": "capacity"})
    if fault := time_fault(begin, until, now()):
        raise Invalid(*fault, {"field": "until"})
    for one in people:
        check_not_oneself(one, by)
    place, chosen, title = _chosen(post, absent, people, begin, until)
    terms = {
        "for": str(absent.pk),
        "capacity": capacity,
        "title": title,
        "away": away,
        "acts": None if acts is None else sorted(acts),
        "scope": None if scope is None else sorted(scope),
        "next": [str(one.pk) for one in people[place + 1 :]],
    }
    if needs_two(post):
        more = {"since": time_text(begin)}
        return proposed(post, "holder", by, person=chosen, until=signed_time(until), terms=terms | more)
    made = hold(chosen, post, until, by=by, since=begin, terms=terms)
    news.tell(by, "post.substitute", post, person=chosen.pk)
    return made


def _require(by: Actor, post: Post, absent: Person) -> None:
    if by.instead is not None:
        raise Forbidden(
            "Người ký thay, người được ủy quyền không được ủy quyền lại.",
            "Who stands in for somebody names nobody in turn.",
        )
    if not held_now().filter(post=post, person=absent, terms__isnull=True).exists():
        raise Refused("Người này không giữ chức vụ này.", "This person does not hold the post.")
    if by.person_id != absent.pk or by.post_code != post.code:
        require(by, "post.appoint", facts_of(post))


def _chosen(
    post: Post, absent: Person, people: Sequence[Person], since: datetime, until: datetime
) -> tuple[int, Person, dict[str, str]]:
    """Who begins, with their place and the title of their own post."""
    check_open(post)
    if not people or absent.pk in {one.pk for one in people}:
        raise Invalid("Chọn người thay, khác người vắng.", "Choose somebody else.", {"field": "people"})
    gone = queries.away([one.pk for one in people], since, until)
    found = first_free([one.pk for one in people], gone)
    if found is None:
        names = ", ".join(one.full_name for one in people)
        raise Refused(
            f"Trong thời gian này những người sau cũng vắng: {names}. Xin chọn người khác.",
            f"These are away themselves at that time: {names}. Please choose somebody else.",
            {"field": "people"},
        )
    place, chosen = found[0], people[found[0]]
    own = queries.own_post(chosen.pk, post.agency)
    if own is None or own.pk == post.pk:
        raise Refused(
            "Người thay phải giữ một chức vụ khác ở cơ quan này, cơ quan cấp trên hoặc đơn vị trực thuộc.",
            "A substitute holds another post here, above or below.",
            {"field": "people"},
        )
    standing = Holding.objects.filter(post=post, person=chosen, since__lt=until)
    if any(one.until is None or one.until > since for one in standing):
        raise Refused(
            "Người này đang hoặc sẽ giữ chức vụ này trong thời gian đó.",
            "This person holds the post at that time already.",
            {"field": "people"},
        )
    return place, chosen, {"vi": own.title_vi, "en": own.title_en}


@transaction.atomic
def end_substitution(*, holding: UUID, by: Actor) -> None:
    """Ends it now: by who is stood in for, by the substitute, or by who ends holdings of the post.

    Raises NotFound where it has ended, Forbidden.
    """
    found = Holding.objects.select_related("post__agency").filter(pk=holding, terms__isnull=False).first()
    if found is None:
        raise NotFound("Không còn việc ký thay này.", "There is no such substitution.")
    if str(by.person_id) not in ((found.terms or {})["for"], str(found.person_id)):
        require(by, "post.end", facts_of(found.post))
    end_held(found, by=by)


def tend() -> int:
    """Where a substitute is away by now, the next stands in until the same end; where there is none, it is told. The
    system signs what the person who named them said. Returns how many went."""
    standing = list(queries.standing_in())
    gone = {one.terms["for"] for one in standing if one.terms and one.terms["away"]}
    left = [one for one in standing if one.terms and str(one.person_id) in gone]
    for one in left:
        _next(one, dict(one.terms or {}))
    return len(left)


@transaction.atomic
def _next(one: Holding, terms: dict[str, Any]) -> None:
    end_held(one, by=None)
    people = {str(person.pk): person for person in Person.objects.filter(pk__in=terms["next"])}
    ranked = [people[id] for id in terms["next"] if id in people]
    at, until = claimed(), one.until
    absent = Person.objects.get(pk=terms["for"])
    while ranked and until is not None:
        try:
            place, chosen, title = _chosen(one.post, absent, ranked, at, until)
        except Refused:
            ranked = ranked[1:]
            continue
        terms |= {"title": title, "next": [str(person.pk) for person in ranked[place + 1 :]]}
        hold(chosen, one.post, until, by=None, terms=terms)
        news.tell(news.MACHINE, "post.substitute", one.post, person=chosen.pk)
        return
    news.tell(news.MACHINE, "post.unattended", one.post, person=absent.pk)
