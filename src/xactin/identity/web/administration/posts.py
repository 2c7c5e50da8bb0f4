"""The pages of posts: who holds them, what they are trusted with, what waits for a second person."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xactin.identity import commands, queries
from xactin.identity.errors import NotFound, Refused
from xactin.identity.models import Holding, Person, Post
from xactin.identity.posts.facts import facts_of
from xactin.identity.posts.queries import needs_two, waiting_for
from xactin.identity.rights import Actor
from xactin.identity.web.administration.agency_forms import DutiesForm, PostTitlesForm, tell_at_field
from xactin.identity.web.forms import AppointForm
from xactin.identity.web.views import actor_of, refusals_told, require_right


def _post(code: str) -> Post:
    return get_object_or_404(Post.objects.select_related("agency"), code=code)


def _person_named(id: str) -> Person | None:
    """Whom the page of a person leads here for: two may share a name."""
    try:
        return Person.objects.select_related("account").filter(pk=UUID(id)).first()
    except ValueError:
        return None


@login_required
@refusals_told("identity:agencies")
def appoint(request: HttpRequest, code: str) -> HttpResponse:
    """Finds a person and appoints them to a post."""
    post = _post(code)
    actor = require_right(request, "post.appoint", facts_of(post))
    form = AppointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = get_object_or_404(Person, pk=form.cleaned_data["person"])
        last = form.cleaned_data["until"]
        until = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)) if last else None
        try:
            told = _appointed(person, post, until, actor)
        except NotFound:
            raise
        except Refused as refused:
            tell_at_field(form, refused)
        else:
            messages.success(request, told % {"name": person.full_name})
            return redirect("identity:agency", code=post.agency.code)
    words = request.GET.get("q", "")
    added = _person_named(request.GET.get("person", ""))
    shown = {
        "post": post,
        "two": needs_two(post),
        "form": form,
        "q": words,
        "chosen": str(form.data.get("person", "") or (added.pk if added else "")),
        "people": [added] if added else queries.people_matching(actor, words) if words.strip() else [],
    }
    return render(request, "identity/appoint.html", shown, status=422 if form.errors else 200)


def _appointed(person: Person, post: Post, until: datetime | None, by: Actor) -> str:
    """Appoints, or proposes to; what is said about it."""
    if not needs_two(post):
        commands.appoint(person=person, post=post, until=until, by=by)
        return _("%(name)s holds this post from now on.")
    made = commands.propose_holder(person=person, post=post, until=until, by=by)
    if made.outcome:
        return _(
            "%(name)s holds this post from now on. You appointed alone, as nobody else could confirm yet."
        )
    return _("%(name)s is proposed for this post. Somebody else now has to confirm.")


@login_required
@refusals_told("identity:agencies")
def duties(request: HttpRequest, code: str) -> HttpResponse:
    """What a post is trusted with."""
    post = _post(code)
    actor = require_right(request, "post.duties", facts_of(post))
    form = DutiesForm(request.POST or None, agency=post.agency, initial={"duties": post.duties or []})
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.set_duties(post=post, duties=form.cleaned_data["duties"], by=actor)
        except Refused as refused:
            tell_at_field(form, refused)
        else:
            waits = made is not None and not made.outcome
            messages.success(
                request, _("Saved. Somebody else has to confirm the rest.") if waits else _("Saved.")
            )
            return redirect("identity:agency", code=post.agency.code)
    shown = {"post": post, "form": form}
    return render(request, "identity/duties.html", shown, status=422 if form.errors else 200)


@login_required
@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, where this post confirms, and what this one proposed."""
    return render(request, "identity/proposals.html", {"proposals": waiting_for(actor_of(request))})


@login_required
@require_POST
@refusals_told("identity:proposals")
def answer(request: HttpRequest, proposal: UUID) -> HttpResponse:
    """Confirms a proposal or declines it."""
    actor = actor_of(request)
    if request.POST.get("answer") == "confirm":
        commands.confirm(proposal=proposal, by=actor)
        messages.success(request, _("Confirmed. It holds from now on."))
    else:
        commands.decline(proposal=proposal, by=actor)
        messages.success(request, _("Nothing comes of the proposal."))
    return redirect("identity:proposals")


@login_required
@require_POST
@refusals_told("identity:agencies")
def end_holding(request: HttpRequest, holding: UUID) -> HttpResponse:
    """Ends a person's time in a post."""
    found = Holding.objects.select_related("post__agency", "person").filter(pk=holding).first()
    if found is None:
        raise Http404
    actor = require_right(request, "post.end", facts_of(found.post))
    try:
        commands.end_holding(holding=found, by=actor)
    except NotFound:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(name)s no longer holds the post.") % {"name": found.person.full_name})
    return redirect("identity:agency", code=found.post.agency.code)


@login_required
@require_POST
@refusals_told("identity:agencies")
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """Sets whether a post signs with a passkey."""
    post = _post(code)
    actor = require_right(request, "post.policy", facts_of(post))
    required = request.POST.get("passkey") == "yes"
    try:
        commands.require_passkey(post=post, required=required, by=actor)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("identity:agency", code=post.agency.code)
    messages.success(
        request,
        _("Acts of this post are signed by a passkey.")
        if required
        else _("A passkey is offered to this post, not asked for."),
    )
    return redirect("identity:agency", code=post.agency.code)


@login_required
@refusals_told("identity:agencies")
def edit_post(request: HttpRequest, code: str) -> HttpResponse:
    """Renames a post, or closes it."""
    post = _post(code)
    actor = require_right(request, "post.edit", facts_of(post))
    if request.method == "POST" and request.POST.get("close"):
        commands.close_post(post=post, by=actor)
        messages.success(request, _("The post is closed. What was signed in it stays valid."))
        return redirect("identity:agency", code=post.agency.code)
    before = {"title_vi": post.title_vi, "title_en": post.title_en}
    form = PostTitlesForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        try:
            commands.rename_post(post=post, by=actor, **form.cleaned_data)
        except Refused as refused:
            tell_at_field(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("identity:agency", code=post.agency.code)
    shown = {"post": post, "form": form}
    return render(request, "identity/edit_post.html", shown, status=422 if form.errors else 200)
