"""The page where somebody who will be away names who stands in for them, and ends it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from xactin.identity.errors import NotFound, Refused
from xactin.identity.models import Holding, Person, Post, Proposal
from xactin.identity.posts.facts import facts_of
from xactin.identity.posts.queries import needs_two
from xactin.identity.rights import Actor
from xactin.identity.substitutes import commands, queries
from xactin.identity.substitutes.registry import Piece, pieces_of
from xactin.identity.web.administration.agency_forms import tell_at_field
from xactin.identity.web.views import actor_of, refusals_told, require_right
from xactin.ledger.clock import now

_FORMATS = ["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"]
_DAY = {"inputmode": "numeric", "autocomplete": "off"}


class SubstituteForm(forms.Form):
    """Who stands in, as what, from when, until when, for which work."""

    capacity = forms.ChoiceField(
        label=_("Signs as"),
        choices=[
            ("KT.", _("KT. (a deputy signs for the head)")),
            ("TL.", _("TL. (by order)")),
            ("TUQ.", _("TUQ. (by authorisation in writing)")),
        ],
    )
    away = forms.ChoiceField(
        label=_("Why somebody stands in"),
        choices=[
            ("yes", _("Away: leave, business trip, illness")),
            ("no", _("Present, and delegates in writing")),
        ],
    )
    people = forms.ChoiceField(label=_("Who stands in"))
    second = forms.ChoiceField(label=_("If they are away themselves"), required=False)
    since = forms.DateField(
        label=_("From the beginning of"),
        required=False,
        input_formats=_FORMATS,
        help_text=_("Leave empty for now."),
        widget=forms.TextInput(attrs=_DAY),
    )
    until = forms.DateField(
        label=_("Until the end of"),
        input_formats=_FORMATS,
        help_text=_("Day/month/year, such as 31/12/2027."),
        widget=forms.TextInput(attrs=_DAY),
    )
    pieces = forms.MultipleChoiceField(
        label=_("Only for this work"),
        required=False,
        help_text=_("Tick nothing for all work of the post."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, people: list[Person], pieces: list[Piece], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(one.pk), one.full_name) for one in people]
        english = get_language() == "en"
        self.fields["people"].choices = named  # type: ignore[attr-defined]
        self.fields["second"].choices = [("", "–"), *named]  # type: ignore[attr-defined]
        self.fields["pieces"].choices = [  # type: ignore[attr-defined]
            (one.id, one.en if english else one.vi) for one in pieces
        ]


@login_required
@refusals_told("identity:substitutes")
def substitutes(request: HttpRequest) -> HttpResponse:
    """Who stands in for whom, as far as it is the actor's own; and, in a post of their own, naming somebody."""
    actor = actor_of(request)
    post = Post.objects.select_related("agency").filter(code=actor.post_code or "").first()
    own = post if post and actor.instead is None else None
    return _page(request, actor, own, Person.objects.get(pk=actor.person_id))


@login_required
@refusals_told("identity:agencies")
def substitute(request: HttpRequest, code: str, person: UUID) -> HttpResponse:
    """The same for another person's post, for who appoints to it."""
    post = get_object_or_404(Post.objects.select_related("agency"), code=code)
    actor = require_right(request, "post.appoint", facts_of(post))
    return _page(request, actor, post, get_object_or_404(Person, pk=person))


def _page(request: HttpRequest, actor: Actor, post: Post | None, absent: Person) -> HttpResponse:
    form, pieces = None, pieces_of(post) if post else []
    if post is not None:
        people = queries.colleagues(post, absent.pk)
        form = SubstituteForm(request.POST or None, people=people, pieces=pieces)
        if request.method == "POST" and form.is_valid():
            try:
                made = _named(actor, post, absent, form.cleaned_data, pieces)
            except NotFound:
                raise
            except Refused as refused:
                tell_at_field(form, refused)
            else:
                waits = isinstance(made, Proposal) and not made.outcome
                told = (
                    _("Somebody else has to confirm: until then nobody stands in.") if waits else _("Saved.")
                )
                messages.success(request, told)
                return redirect(request.path)
    own = absent.pk == actor.person_id
    # Who appoints to a post sees who stands in for that post, and nothing of what else this person does.
    rows = [one for one in queries.of_person(absent.pk) if own or (post and one.post_id == post.pk)]
    shown = {
        "form": form,
        "post": post,
        "absent": absent,
        "own": own,
        "two": post is not None and needs_two(post),
        "rows": [_row(actor, one) for one in rows],
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "identity/substitutes.html", shown, status=status)


def _named(
    by: Actor, post: Post, absent: Person, said: dict[str, Any], pieces: list[Piece]
) -> Holding | Proposal:
    wanted = [id for id in dict.fromkeys([said["people"], said["second"]]) if id]
    found = {str(one.pk): one for one in Person.objects.filter(pk__in=wanted)}
    chosen = [one for one in pieces if one.id in said["pieces"]]
    return commands.name_substitute(
        by=by,
        post=post,
        absent=absent,
        people=[found[id] for id in wanted if id in found],
        since=_midnight(said["since"]) if said["since"] else None,
        until=_midnight(said["until"] + timedelta(days=1)),
        capacity=said["capacity"],
        away=said["away"] == "yes",
        acts=sorted({act for one in chosen for act in one.acts}) if chosen else None,
        scope=[one.id for one in chosen] if chosen else None,
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _row(actor: Actor, one: Holding) -> dict[str, Any]:
    english, terms = get_language() == "en", one.terms or {}
    absent = Person.objects.get(pk=terms["for"])
    return {
        "holding": one,
        "absent": absent.full_name,
        "capacity": terms["capacity"],
        "post": one.post.title_en if english else one.post.title_vi,
        "agency": one.post.agency.name_en if english else one.post.agency.name_vi,
        "limited": terms["scope"] is not None,
        "mine": one.person_id == actor.person_id,
        "begun": one.since <= now(),
    }


@login_required
@require_POST
@refusals_told("identity:substitutes")
def end(request: HttpRequest, holding: UUID) -> HttpResponse:
    """Ends a substitution now."""
    commands.end_substitution(holding=holding, by=actor_of(request))
    messages.success(request, _("Ended. The work is with its holder again."))
    return redirect("identity:substitutes")
