"""What may be asked of substitutes: who is away when, who stands in for whom."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from xactin.identity.models import Agency, Holding, Person, Post
from xactin.identity.queries import held_now, place_path
from xactin.ledger.clock import now


def overlapping(since: datetime, until: datetime) -> QuerySet[Holding]:
    """Substitutions that hold at some moment of this time."""
    return Holding.objects.filter(terms__isnull=False, since__lt=until, until__gt=since)


def away(people: Iterable[UUID], since: datetime, until: datetime) -> set[UUID]:
    """Those of these people who are absent at some moment of this time."""
    wanted = [str(one) for one in people]
    rows = overlapping(since, until).filter(terms__away=True, terms__for__in=wanted)
    return {UUID(terms["for"]) for terms in rows.values_list("terms", flat=True) if terms}


def standing_in() -> QuerySet[Holding]:
    """Substitutions that hold now."""
    return held_now().filter(terms__isnull=False).select_related("post__agency", "person")


def of_person(person: UUID) -> list[Holding]:
    """Substitutions for a person, or by them, that hold now or will; the next to end first."""
    mine = Q(person_id=person) | Q(terms__for=str(person))
    rows = Holding.objects.filter(mine, terms__isnull=False, until__gt=now())
    return list(rows.select_related("post__agency", "person").order_by("until"))


def own_post(person: UUID, at: Agency) -> Post | None:
    """The post of their own in which somebody may stand in for another of this agency, the nearest first."""
    held = held_now().filter(person_id=person, terms__isnull=True, person__account__is_active=True)
    posts = [one.post for one in held.select_related("post__agency").order_by("since")]
    here = [post for post in posts if _together(post.agency, at)]
    return min(here, key=lambda post: (post.agency_id != at.pk, post.code), default=None)


def _together(one: Agency, other: Agency) -> bool:
    """Whether two agencies belong to one province or commune, or one stands above the other."""
    line = one.path.startswith(other.path) or other.path.startswith(one.path)
    return line or place_path(one) == place_path(other)


def colleagues(post: Post, but: UUID) -> list[Person]:
    """Who may be named for a post: officials of its province or commune, and of agencies above and below."""
    held = held_now().filter(terms__isnull=True, person__account__is_active=True).exclude(person_id=but)
    rows = held.exclude(post=post).select_related("post__agency", "person")
    found = {one.person_id: one.person for one in rows if _together(one.post.agency, post.agency)}
    return sorted(found.values(), key=lambda person: person.sort_key)
