"""Who holds which post, and for how long. Each act is an entry; holding a post is a mandate of each key."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from xactin.identity import news, queries
from xactin.identity.attestations.attesting import attest, require
from xactin.identity.duties import sensitive
from xactin.identity.errors import Invalid, NotFound, Refused
from xactin.identity.keys.commands import end, grant, lock_person
from xactin.identity.models import Holding, KeyMandate, Person, Post, SigningKey
from xactin.identity.posts.duties import ADMINISTRATION, CONFIRM
from xactin.identity.posts.facts import facts_of
from xactin.identity.posts.queries import needs_two
from xactin.identity.rights import Actor
from xactin.kernel.attestation import parse_time, time_text
from xactin.ledger.clock import claimed, now
from xactin.vault.ids import new_id


@transaction.atomic
def appoint(*, person: Person, post: Post, until: datetime | None = None, by: Actor | None = None) -> Holding:
    """A person holds a post from now on, until a day if one is given; each of their keys may sign in it.

    Raises Forbidden, Invalid (a time gone by), Refused when they hold it already, when they are the actor, and
    for a post with a sensitive duty: that one is proposed (`propose_holder`) and another confirms.
    """
    post = Post.objects.select_related("agency").get(pk=post.pk)  # who calls may have read it long ago
    require(by, "post.appoint", facts_of(post))
    if by is not None:
        check_not_oneself(person, by)
        if needs_two(post):
            raise Refused(
                "Chức vụ này có nhiệm vụ cần hai người giao: một người đề nghị, một người khác xác nhận.",
                "This post has a duty that takes two persons: one proposes, another confirms.",
            )
    return hold(person, post, until, by=by)


def check_not_oneself(person: Person, by: Actor) -> None:
    """Raises Refused for who would appoint themselves."""
    if person.pk == by.person_id:
        raise Refused(
            "Không ai được tự bổ nhiệm mình vào một chức vụ.", "Nobody appoints themselves to a post."
        )


def check_until(until: datetime | None) -> None:
    """Raises Invalid for a time gone by."""
    if until is not None and until <= now():
        raise Invalid("Ngày kết thúc đã qua.", "The end lies in the past.", {"field": "until"})


def check_not_held(person: Person, post: Post) -> None:
    """Raises Refused for who holds the post already, or a post that is closed."""
    check_open(post)
    if holds(person.pk, post):
        raise Refused("Người này đang giữ chức vụ này.", "This person holds the post already.")


def check_open(post: Post) -> None:
    """Raises Refused for a post that is closed by now."""
    if Post.objects.filter(pk=post.pk, closed_at__isnull=False).exists():
        raise Refused("Chức vụ này đã đóng.", "This post is closed.")


def holds(person: UUID, post: Post) -> bool:
    """Whether a person holds a post now."""
    return queries.held_now().filter(person_id=person, post=post).exists()


def hold(
    person: Person,
    post: Post,
    until: datetime | None,
    *,
    by: Actor | None,
    since: datetime | None = None,
    terms: Mapping[str, Any] | None = None,
) -> Holding:
    """Writes an appointment that was decided: the holding, its entry, a mandate for each key. `terms`: of who stands
    in for somebody, from `since` on."""
    check_until(until)
    lock_person(person.pk)
    check_not_held(person, post)
    until = signed_time(until) if until else None
    since = max(claimed(), signed_time(since)) if since else claimed()
    told = dict(terms) if terms else None
    holding = Holding.objects.create(
        id=new_id(), person=person, post=post, since=since, until=until, terms=told
    )
    # The post's chain before the mandates: an end locks them in this order too.
    attest(by, subject=f"post:{post.id}", act="post.appoint", effect=_held(holding))
    check_open(post)  # behind the chain's lock: whoever closes it has committed, or waits and finds us
    for key in SigningKey.objects.filter(person=person, revoked_at__isnull=True).order_by("created_at"):
        grant(key, holding, by=by)
    return holding


def signed_time(moment: datetime) -> datetime:
    """A moment as entries can tell it, to the millisecond."""
    return parse_time(time_text(moment))


def _held(holding: Holding) -> dict[str, Any]:
    """What an appointment signs: opaque ids and times."""
    until = time_text(holding.until) if holding.until else None
    return {
        "holding": str(holding.id),
        "person": str(holding.person_id),
        "since": time_text(holding.since),
        "until": until,
        **({"terms": holding.terms} if holding.terms else {}),
    }


@transaction.atomic
def end_holding(*, holding: Holding, by: Actor) -> None:
    """A person no longer holds a post: their mandates in it end now. What they signed stays valid.

    Raises Forbidden, NotFound when it has ended already, Refused for the last administrator.
    """
    require(by, "post.end", facts_of(holding.post))
    end_held(holding, by=by)


def end_held(holding: Holding, *, by: Actor | None) -> None:
    """Writes an end that was decided. None is the authority itself."""
    lock_person(holding.person_id)
    if ADMINISTRATION & set(holding.post.duties or ()):
        lock_vital()
    standing = Holding.objects.filter(Q(until__isnull=True) | Q(until__gt=now()))
    held = standing.select_related("post__agency").filter(pk=holding.pk).first()
    if held is None:
        raise NotFound("Chức vụ này đã kết thúc.", "This holding has ended already.")
    check_remaining(held.post, lost=held.post.duties or (), without=Q(pk=held.pk))
    held.until = max(claimed(), held.since)
    effect = {"holding": str(held.id), "until": time_text(held.until)}
    attest(by, subject=f"post:{held.post_id}", act="post.end", effect=effect)
    for mandate in KeyMandate.objects.filter(holding=held, ended_at__isnull=True):
        end(mandate, by=by)
    held.save(update_fields=["until"])
    if sensitive(held.post.duties or ()):
        news.tell(by, "post.end", held.post, person=held.person_id)
    if held.terms is None:
        # Nobody stands in for who holds the post no more.
        for one in standing.filter(post=held.post_id, terms__for=str(held.person_id)).select_related("post"):
            end_held(one, by=by)


def lock_vital() -> None:
    """Of those who would end, deactivate or disarm an administrator or who confirms, one looks at a time whether
    others are left."""
    wanted = Q()
    for id in ADMINISTRATION | {CONFIRM}:
        wanted |= Q(duties__contains=[id])
    list(Post.objects.select_for_update(no_key=True).filter(wanted).order_by("id").values_list("pk"))


def check_remaining(post: Post, *, lost: Iterable[str], without: Q | None = None) -> None:
    """Raises Refused when nobody else who covers this post's place would be left with a vital duty.

    `without`: the holdings that are about to go; by default all of the post.
    """
    gone = Q(post=post) if without is None else without
    for id in sorted(ADMINISTRATION & set(lost)):
        before = _trusted(id)
        after = before.exclude(gone)
        if before.exists() and not any(post.agency.path.startswith(path) for path in _paths(after)):
            raise Refused(
                "Không thể kết thúc quản trị viên cuối cùng.", "The last administrator cannot be ended."
            )


def check_two_confirm(post: Post, *, lost: Iterable[str]) -> None:
    """Raises Refused when taking the duty from a post would leave fewer than two who confirm at its place.

    With one, nobody could be trusted with it again. Where there never were two it is no worse than before.
    """
    if CONFIRM not in lost:
        return
    held = _trusted(CONFIRM).values_list("person_id", "post_id", "post__agency__path")
    here = [(person, one) for person, one, path in held if post.agency.path.startswith(path)]
    left = {person for person, one in here if one != post.pk}
    if len(left) < 2 <= len({person for person, _post in here}):
        raise Refused(
            "Việc xác nhận cần hai người: ở đây sẽ không còn đủ. Trước hết đề nghị giao nhiệm vụ này cho người khác.",
            "Confirming takes two persons: fewer would be left here. Propose somebody else for this duty first.",
            {"field": "duties"},
        )


def _trusted(id: str) -> "QuerySet[Holding]":
    """Holders with a duty; who only stands in for one is none of those who keep an authority going."""
    held = queries.held_now().filter(terms__isnull=True)
    return held.filter(post__duties__contains=[id], person__account__is_active=True)


def _paths(held: "QuerySet[Holding]") -> "Iterable[str]":
    return held.values_list("post__agency__path", flat=True)
