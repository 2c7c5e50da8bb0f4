"""A change of who may do what, in words, and who is to be told: who confirms such things, and who inspects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from xactin.identity.duties import duty_name
from xactin.identity.models import Person, Post, Proposal

WATCHERS: Final = ("duties.confirm", "readings.inspect")


@dataclass(frozen=True, slots=True)
class Change:
    """What is told: `title` and `text` are {vi, en}."""

    people: list[UUID]
    title: dict[str, str]
    text: dict[str, str]
    url: str


def change_of_post(post: Post, body: Mapping[str, Any], people: list[UUID]) -> Change:
    """What an event of `news` says to these people."""
    proposal = _proposal(body.get("proposal"))
    waits = body["act"] == "post.propose" and proposal is not None and proposal.ended_at is None
    titles, texts = {}, {}
    for language in ("vi", "en"):
        with translation.override(language):
            titles[language], texts[language] = (
                _title(str(body["act"])),
                _text(body, post, proposal, language),
            )
    url = reverse("identity:proposals") if waits else reverse("identity:agency", args=[post.agency.code])
    return Change(people, titles, texts, url)


def _proposal(id: str | None) -> Proposal | None:
    return Proposal.objects.filter(pk=id).first() if id else None


def _title(act: str) -> str:
    titles = {
        "post.propose": _("Proposed, for a second person to confirm"),
        "post.confirm": _("Confirmed by a second person"),
        "post.decline": _("Nothing came of a proposal"),
        "post.duties": _("The duties of a post changed"),
        "post.end": _("Somebody no longer holds a post"),
        "post.substitute": _("Somebody stands in for a holder"),
        "post.unattended": _("Nobody stands in: the substitute is away, and no other was named"),
        "post.policy": _("A post no longer has to sign with a passkey"),
        "account.deactivate": _("The account of somebody in a trusted post was put out of use"),
    }
    return titles[act]


def _text(body: Mapping[str, Any], post: Post, proposal: Proposal | None, language: str) -> str:
    vietnamese = language == "vi"
    where = f"{post.title_vi if vietnamese else post.title_en}, " + (
        post.agency.name_vi if vietnamese else post.agency.name_en
    )
    given = proposal.duties if proposal and proposal.kind == "duties" else body.get("duties", [])
    what = ", ".join(map(duty_name, given))
    holder = proposal.person_id if proposal else body.get("person")
    if holder:
        what = Person.objects.values_list("full_name", flat=True).get(pk=holder)
    by = (
        Person.objects.values_list("full_name", flat=True).get(pk=body["by"])
        if body["by"]
        else _("the authority's own key, as nobody was left who could confirm")
    )
    if not what:
        return _("%(where)s. By %(by)s.") % {"where": where, "by": by}
    return _("%(what)s: %(where)s. By %(by)s.") % {"what": what, "where": where, "by": by}
