"""What may be asked of identity: who acts, which hats there are, which agencies stand where."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet
from django.http import HttpRequest

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
    KeyMandate,
    Person,
    Post,
    Proposal,
    SigningKey,
)
from xactin.identity.policies import VERIFYING, AccountFacts
from xactin.identity.rights import Actor, Decision, Facts, Passkey, covers, may, needed
from xactin.identity.rules import clean_name, folded, is_citizen_number, is_unmarked, marked, sort_key
from xactin.ledger.clock import now

__all__ = [
    "Actor",
    "Decision",
    "Facts",
    "Hat",
    "actor_for",
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
    "holders_of",
    "holders_of_duty",
    "inspected_agency_ids",
    "is_citizen_number",
    "is_unmarked",
    "marked",
    "may",
    "may_verify",
    "needed",
    "oneself",
    "people_matching",
    "place_path",
    "posts_filled",
    "posts_named",
    "signing_with",
    "sort_key",
    "unverified",
]

SESSION_HAT: Final = "identity.hat"
SELF: Final = "self"
"""What stands for "no post, for myself" in the session and in the header `Xactin-Post`."""


class NoSuchHat(LookupError):
    """The person does not hold this post now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hat:
    """One way a person may act: a post held now, or (post_code None) for themselves."""

    post_code: str | None
    title_vi: str
    title_en: str
    role: str | None
    duties: frozenset[str]
    requires_passkey: bool
    agency_id: UUID | None
    agency_path: str
    place_path: str
    agency_code: str | None
    agency_name_vi: str
    agency_name_en: str
    agency_functions: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    key_id: str
    mandate_id: UUID
    passkeys: tuple[Passkey, ...]

    @property
    def token(self) -> str:
        """What names this hat in a form, a session or a header."""
        return self.post_code or SELF


def hats_of(account: Account) -> list[Hat]:
    """The hats of an account: posts by the time they were taken, then the person's own."""
    return hats_of_person(account.person_id)


def hats_of_person(person: UUID) -> list[Hat]:
    """The hats of a person."""
    at = now()
    rows = (
        KeyMandate.objects.filter(key__person=person, key__revoked_at__isnull=True, ended_at__isnull=True)
        .filter(Q(holding__isnull=True) | Q(holding__until__isnull=True) | Q(holding__until__gt=at))
        .select_related("key", "holding__post__agency")
        .order_by("key__created_at", "id")
    )
    by_holding: dict[UUID | None, list[KeyMandate]] = {}
    for row in rows:
        by_holding.setdefault(row.holding_id, []).append(row)
    hats = [hat for hat in map(_hat, by_holding.values()) if hat]
    return sorted(hats, key=lambda hat: (hat.post_code is None, hat.since or at, hat.post_code or ""))


def _hat(rows: list[KeyMandate]) -> Hat | None:
    server = next((row for row in rows if row.key.custody == SigningKey.Custody.SERVER), None)
    if server is None:
        return None
    holding = server.holding
    post = holding.post if holding else None
    place = post.agency if post else None
    passkeys = (row for row in rows if row.key.custody == SigningKey.Custody.PASSKEY)
    return Hat(
        post_code=post.code if post else None,
        title_vi=post.title_vi if post else "Cá nhân",
        title_en=post.title_en if post else "Myself",
        role=post.role if post else None,
        duties=frozenset(post.duties or ()) if post else frozenset(),
        requires_passkey=bool(post and post.requires_passkey),
        agency_id=place.id if place else None,
        agency_path=place.path if place else "",
        place_path=place_path(place) if place else "",
        agency_code=place.code if place else None,
        agency_name_vi=place.name_vi if place else "",
        agency_name_en=place.name_en if place else "",
        agency_functions=tuple(place.functions) if place else (),
        since=holding.since if holding else None,
        until=holding.until if holding else None,
        key_id=server.key_id,
        mandate_id=server.id,
        passkeys=tuple(
            Passkey(key_id=row.key_id, mandate_id=row.id, label=row.key.label)
            for row in reversed([*passkeys])
        ),
    )


def actor_from(account: Account, wanted: str | None = None, language: str | None = None) -> Actor:
    """The actor of an account under a hat (`Hat.token`), by default the first.

    Raises NoSuchHat for a post not held now.
    """
    hats = hats_of(account)
    hat = next((hat for hat in hats if wanted in (None, "", hat.token)), None)
    if hat is None:
        raise NoSuchHat(wanted)
    return _actor(account, hat, language or account.language)


def _actor(account: Account, hat: Hat, language: str) -> Actor:
    vietnamese = language == "vi"
    actor = Actor(
        account_id=account.pk,
        person_id=account.person_id,
        kind=account.person.kind,
        name=account.person.full_name,
        language=language,
        post_code=hat.post_code,
        post_title="" if hat.post_code is None else hat.title_vi if vietnamese else hat.title_en,
        role=hat.role,
        duties=hat.duties,
        agency_id=hat.agency_id,
        agency_path=hat.agency_path,
        place_path=hat.place_path,
        agency_code=hat.agency_code,
        agency_name=hat.agency_name_vi if vietnamese else hat.agency_name_en,
        agency_functions=hat.agency_functions,
        requires_passkey=hat.requires_passkey,
        key_id=hat.key_id,
        mandate_id=hat.mandate_id,
        custody="server",
        passkeys=hat.passkeys,
    )
    return (signing_with(actor) or actor) if actor.requires_passkey else actor


def actor_of(request: HttpRequest) -> Actor | None:
    """Who asks, under the hat of the session; None when nobody is signed in."""
    account = getattr(request, "user", None)
    if not isinstance(account, Account) or not account.is_active:
        return None
    language = getattr(request, "LANGUAGE_CODE", account.language)
    try:
        return actor_from(account, request.session.get(SESSION_HAT), language)
    except NoSuchHat:
        # The post ended while the session lasted: the next hat is worn, and shown.
        request.session.pop(SESSION_HAT, None)
    try:
        return actor_from(account, None, language)
    except NoSuchHat:
        return None


def actor_for(username: str, role: str | None = None) -> Actor:
    """The actor of an account by name, for commands and tests; `role` picks the hat. Raises LookupError."""
    account = Account.objects.select_related("person").get(username=username, is_active=True)
    for hat in hats_of(account):
        if role is None or hat.role == role:
            return _actor(account, hat, account.language)
    raise NoSuchHat(role)


def actors_of(people: Iterable[UUID]) -> dict[UUID, Account]:
    """The active accounts of people, by person: where to send a notice and in which language."""
    found = Account.objects.filter(person_id__in=list(people), is_active=True).select_related("person")
    return {account.person_id: account for account in found}


def signing_with(actor: Actor, key_id: str | None = None) -> Actor | None:
    """The same actor signing with a passkey (the newest, or the one named); None when there is none."""
    for passkey in actor.passkeys:
        if key_id in (None, passkey.key_id):
            return replace(actor, key_id=passkey.key_id, mandate_id=passkey.mandate_id, custody="passkey")
    return None


def oneself(actor: Actor) -> Actor:
    """The same person without a post, signing with the server-held key: for acts on one's own keys.

    Raises NoSuchHat for a person without such a key.
    """
    for hat in hats_of_person(actor.person_id):
        if hat.post_code is None:
            return replace(
                actor,
                post_code=None,
                post_title="",
                role=None,
                duties=frozenset(),
                agency_id=None,
                agency_path="",
                place_path="",
                agency_code=None,
                agency_name="",
                agency_functions=(),
                requires_passkey=False,
                key_id=hat.key_id,
                mandate_id=hat.mandate_id,
                custody="server",
                passkeys=hat.passkeys,
            )
    raise NoSuchHat(SELF)


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


def held_now() -> QuerySet[Holding]:
    """Holdings that stand at this moment."""
    at = now()
    return Holding.objects.filter(Q(until__isnull=True) | Q(until__gt=at), since__lte=at)


def holders_of(agency_id: UUID, role: str) -> list[UUID]:
    """The people who hold a post with this role in an agency now."""
    return list(
        held_now().filter(post__agency_id=agency_id, post__role=role).values_list("person_id", flat=True)
    )


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


def people_matching(words: str, limit: int = 20) -> list[Person]:
    """People whose name holds every word, with or without diacritics, in the order of a Vietnamese list.

    Without those whose account is out of use: nobody could work in a post that is given to them.
    """
    found = Person.objects.select_related("account").exclude(account__is_active=False)
    for word in folded(clean_name(words)).split():
        found = found.filter(folded_name__contains=word)
    return list(found.order_by("sort_key", "id")[:limit])


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
