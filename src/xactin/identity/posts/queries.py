"""What may be asked of posts: what waits for a second person."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from xactin.identity.duties import all_duties, sensitive
from xactin.identity.models import Post, Proposal
from xactin.identity.posts.changes import WATCHERS, Change, change_of_post
from xactin.identity.posts.duties import CONFIRM
from xactin.identity.posts.facts import facts_of
from xactin.identity.queries import full_names, held_now, holders_of_duty
from xactin.identity.rights import Actor, may


def waiting() -> "QuerySet[Proposal]":
    """Proposals that wait for a second person, the oldest first."""
    rows = Proposal.objects.filter(ended_at=None).select_related("post__agency", "person", "proposed_by")
    return rows.order_by("proposed_at", "id")


def waiting_for(actor: Actor) -> list[Proposal]:
    """Proposals that this actor may confirm, or made and somebody else has to confirm."""
    return [
        one
        for one in waiting()
        if one.proposed_by_id == actor.person_id or may(actor, "post.confirm", facts_of(one.post)).allowed
    ]


def to_confirm(actor: Actor) -> int:
    """How many proposals of others wait where this post confirms."""
    reach = actor.reach_of(CONFIRM)
    if reach is None:
        return 0
    gains = Q(proposed_by_id=actor.person_id) | Q(person_id=actor.person_id, person__isnull=False)
    return waiting().filter(post__agency__path__startswith=reach).exclude(gains).count()


def could_confirm(proposal: Proposal) -> list[str]:
    """The names of those who are trusted with confirming this, did not propose it and gain nothing by it."""
    gains = {proposal.proposed_by_id, proposal.person_id}
    if proposal.kind == "duties":
        gains |= set(held_now().filter(post=proposal.post_id).values_list("person_id", flat=True))
    others = set(holders_of_duty(CONFIRM, proposal.post.agency.path)) - gains
    return sorted(full_names(others).values())


def needs_two(post: Post) -> bool:
    """Whether appointing somebody to this post takes a second person.

    So it does while a sensitive duty waits for its confirmation: else one would come first by turns.
    """
    return bool(sensitive(post.duties or ())) or post.proposals.filter(ended_at=None, kind="duties").exists()


def change_told(body: Mapping[str, Any]) -> Change:
    """What an event of `news` says, and who is told: those who confirm or inspect there, and whose post it is.

    Where only the machine could do it: everybody in a trusted post there. Not who did it. Who holds the post is told
    of what was taken from it, when they watch no longer because of it.
    """
    post = Post.objects.select_related("agency").get(pk=body["post"])
    told = WATCHERS if body["by"] else tuple(sensitive(one.id for one in all_duties()))
    watchers = [person for id in {*WATCHERS, *told} for person in holders_of_duty(id, post.agency.path)]
    theirs = held_now().filter(post=post).order_by("since").values_list("person_id", flat=True)
    people = [person for person in dict.fromkeys([*watchers, *theirs]) if str(person) != body["by"]]
    return change_of_post(post, body, people)


def posts_without_duties() -> bool:
    """Whether an upgrade still has to give duties to posts that were made before there were any."""
    return Post.objects.filter(duties__isnull=True).exists()
