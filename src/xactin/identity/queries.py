"""What may be asked of identity: who acts, which hats there are, which agencies stand where."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from xactin.identity.actors.hats import (
    SELF,
    SESSION_HAT,
    Hat,
    NoSuchHat,
    actor_for,
    actor_from,
    actor_of,
    hats_of,
    hats_of_person,
    oneself,
    signing_with,
)
from xactin.identity.agencies.tree_queries import (
    agencies,
    agencies_with,
    agency,
    agency_for,
    agency_tree,
    forget_tree,
    place_path,
)
from xactin.identity.duties import duty as registered
from xactin.identity.models import (
    Account,
    Agency,
    ApiToken,
    Holding,
    Person,
    Post,
    Proposal,
    SigningKey,
)
from xactin.identity.policies import VERIFYING, AccountFacts
from xactin.identity.rights import Actor, Decision, Facts, covers, may, needed
from xactin.identity.rules import clean_name, folded, is_citizen_number, is_unmarked, marked, sort_key
from xactin.ledger.clock import now
from xactin.vault import queries as vault

__all__ = [
    "SELF",
    "SESSION_HAT",
    "Actor",
    "Decision",
    "Facts",
    "Hat",
    "NoSuchHat",
    "actor_for",
    "actor_from",
    "actor_of",
    "actors_of",
    "agencies_with",
    "agency",
    "agency_for",
    "agency_tree",
    "folded",
    "forget_tree",
    "full_names",
    "hats_of",
    "hats_of_person",
    "holders_of",
    "holders_of_duty",
    "inspected_agency_ids",
    "is_citizen_number",
    "is_unmarked",
    "marked",
    "may",
    "may_verify",
    "names_of_places",
    "needed",
    "note_sought",
    "oneself",
    "people_matching",
    "people_sought",
    "place_path",
    "posts_filled",
    "posts_named",
    "signing_with",
    "sort_key",
    "unverified",
]


def actors_of(people: Iterable[UUID]) -> dict[UUID, Account]:
    """The active accounts of people, by person: where to send a notice and in which language."""
    found = Account.objects.filter(person_id__in=list(people), is_active=True).select_related("person")
    return {account.person_id: account for account in found}


def posts_filled() -> set[tuple[str, str]]:
    """(function of an agency, or "handling"; role) of every post that somebody holds now.

    A commune or province handles dossiers, and so do agencies whose functions say "handling".
    """
    held = Post.objects.filter(holdings__in=held_now()).select_related("agency").distinct()
    filled: set[tuple[str, str]] = set()
    for post in held:
        filled.update((function, post.role) for function in post.agency.functions)
        if post.agency.kind in (Agency.Kind.PROVINCE, Agency.Kind.COMMUNE):
            filled.add(("handling", post.role))
    return filled


def names_of_places(language: str) -> tuple[dict[str, str], dict[str, str]]:
    """What people call the functions of agencies, and the roles of posts, that somebody holds now: an agency's name,
    a post's title, and how many others are called otherwise."""
    functions: dict[str, set[str]] = {}
    roles: dict[str, set[str]] = {}
    for post in Post.objects.filter(holdings__in=held_now()).select_related("agency").distinct():
        agency, vi = post.agency, language.startswith("vi")
        for function in agency.functions:
            functions.setdefault(function, set()).add(agency.name_vi if vi else agency.name_en)
        roles.setdefault(post.role, set()).add(post.title_vi if vi else post.title_en)
    return {key: _first(names) for key, names in functions.items()}, {
        key: _first(names) for key, names in roles.items()
    }


def _first(names: Collection[str]) -> str:
    """One name, the shortest, and how many more there are."""
    shown = min(names, key=lambda name: (len(name), name))
    return shown if len(names) == 1 else f"{shown} (+{len(names) - 1})"


def held_now() -> QuerySet[Holding]:
    """Holdings that stand at this moment."""
    at = now()
    return Holding.objects.filter(Q(until__isnull=True) | Q(until__gt=at), since__lte=at)


def holders_of(agency_id: UUID, role: str) -> list[UUID]:
    """The people who hold a post with this role in an agency now."""
    return list(
        held_now().filter(post__agency_id=agency_id, post__role=role).values_list("person_id", flat=True)
    )


def workers_of(agency_id: UUID, duty: str) -> list[UUID]:
    """The people who hold a post with this duty in an agency now, whatever its role."""
    held = held_now().filter(post__agency_id=agency_id, post__duties__contains=[duty])
    return list(held.values_list("person_id", flat=True).distinct())


def posts_in(agency_id: UUID) -> list[Post]:
    """The posts of an agency, each with its holders of now under `now_held`, what waits under `now_waiting`."""
    holders = Prefetch(
        "holdings", held_now().select_related("person").order_by("person__sort_key"), "now_held"
    )
    waits = Prefetch(
        "proposals", Proposal.objects.filter(ended_at=None).select_related("person"), "now_waiting"
    )
    return list(Post.objects.filter(agency_id=agency_id).prefetch_related(holders, waits).order_by("code"))


def keys_of(actor: Actor) -> list[SigningKey]:
    """The actor's signing keys: those that sign, then those that have ended."""
    found = SigningKey.objects.filter(person_id=actor.person_id).defer("private")
    return list(found.order_by(F("revoked_at").desc(nulls_first=True), "-created_at"))


def tokens_of(actor: Actor) -> list[ApiToken]:
    """The actor's API tokens that were not ended by them, newest first; `over` tells those whose time is over."""
    kept = ApiToken.objects.filter(account_id=actor.account_id, revoked_at__isnull=True)
    return list(kept.annotate(over=Q(expires_at__lte=now())).order_by("-id"))


def inspected_agency_ids(actor: Actor, duty: str) -> frozenset[UUID] | None:
    """The agencies over which the post worn has a duty; None: all of the authority. Empty without the duty."""
    reach = actor.reach_of(duty)
    if reach is None:
        return frozenset()
    if actor.has(duty):
        return None
    return frozenset(found.id for found in agencies().values() if found.path.startswith(reach))


def holders_of_duty(duty: str, path: str = "") -> list[UUID]:
    """The people whose post has a duty over what stands at this place of the tree ("": the whole authority)."""
    held = held_now().filter(post__duties__contains=[duty], person__account__is_active=True)
    known = registered(duty)
    found = []
    for holding in held.select_related("post__agency").order_by("since"):
        place = holding.post.agency
        reach = place_path(place) if known and known.reach == "place" else place.path
        if covers(reach, path):
            found.append(holding.person_id)
    return list(dict.fromkeys(found))


MOST_WORDS: Final = 10
"""Words of a name that a search looks at."""


def people_matching(by: Actor, words: str, limit: int = 20) -> list[Person]:
    """Whom an administrator may appoint, of those whom these words find (`people_sought`); the reading is logged.

    Without those whose account is out of use: nobody could work in a post that is given to them.
    """
    rows = people_sought(by, words).select_related("account").exclude(account__is_active=False)
    found = list(rows.order_by("sort_key", "id")[:limit])
    note_sought(by, [person.pk for person in found])
    return found


def people_sought(by: Actor, words: str) -> "QuerySet[Person]":
    """Whom an administrator may look for: who holds a post in their part of the tree, by any words of the name, with or
    without diacritics, or of the user name; anybody else by the whole name, user name or number alone."""
    name = folded(clean_name(words))
    among = Q(pk__in=_held_under(by).values("person_id"))
    for word in name.split()[:MOST_WORDS]:
        among &= Q(folded_name__contains=word) | Q(account__username__icontains=word)
    if not name:
        return Person.objects.filter(among)
    exact = Q(folded_name=name) | Q(account__username__iexact=words.strip())
    if number := "".join(words.replace(".", " ").split()):
        exact |= Q(id_number=number)
    return Person.objects.filter(among | exact)


def note_sought(by: Actor, people: Collection[UUID]) -> None:
    """Logs that people were found who work elsewhere or nowhere."""
    here = set(_held_under(by).filter(person__in=list(people)).values_list("person_id", flat=True))
    others = [f"person:{one}" for one in people if one not in here]
    if others:
        vault.note_readings(by=str(by.person_id), purpose="account", subjects=others)


def _held_under(by: Actor) -> "QuerySet[Holding]":
    """What is held now where this actor manages people."""
    reach = by.reach_of("people.manage")
    return held_now().filter(post__agency__path__startswith=reach) if reach else Holding.objects.none()


def full_names(people: Iterable[UUID]) -> dict[UUID, str]:
    """The full names of people, by id."""
    return dict(Person.objects.filter(pk__in=list(people)).values_list("pk", "full_name"))


def posts_named(codes: Iterable[str | None]) -> dict[str, Post]:
    """Posts with their agencies by code, as statements name them."""
    wanted = {code for code in codes if code}
    return {post.code: post for post in Post.objects.filter(code__in=wanted).select_related("agency")}


def unverified(people: Collection[UUID]) -> set[UUID]:
    """Those of these people whose name and number are what they say themselves."""
    return set(Person.objects.filter(pk__in=people, verified_at__isnull=True).values_list("pk", flat=True))


def may_verify(by: Actor, person: UUID) -> bool:
    """Whether an official is one of those who compare people with their cards."""
    return may(by, VERIFYING, AccountFacts(subject=f"account:{person}")).allowed
