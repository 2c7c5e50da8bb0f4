"""The pages of agencies, posts and who holds them."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xactin.identity import commands, queries
from xactin.identity.models import Agency, Holding, Person, Post
from xactin.identity.rights import Facts, may
from xactin.identity.web.forms import AppointForm
from xactin.identity.web.views import actor_of, refusals_told


def _require_reader(request: HttpRequest) -> bool:
    """Raises PermissionDenied for who may not see the tree; whether this one may change it."""
    actor = actor_of(request)
    decision = may(actor, "agency.read", Facts(subject="agency:", kind="agency"))
    changes = may(actor, "post.appoint", Facts(subject="post:", kind="post")).allowed
    if not decision.allowed and not changes:
        raise PermissionDenied(decision.reason)
    return changes


@login_required
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """The tree of agencies."""
    _require_reader(request)
    words = queries.folded(request.GET.get("q", ""))
    found = [
        ("" if words else "– " * depth, agency)
        for depth, agency in queries.agency_tree()
        if words in queries.folded(f"{agency.code} {agency.name_vi} {agency.name_en}")
    ]
    return render(request, "identity/agencies.html", {"agencies": found})


def _agency(code: str) -> Agency:
    return get_object_or_404(Agency.objects.select_related("parent"), code=code)


@login_required
@require_GET
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """An agency, its posts and who holds them."""
    changes = _require_reader(request)
    found = _agency(code)
    shown = {
        "agency": found,
        "posts": queries.posts_in(found.id),
        "children": found.children.order_by("path"),
        "changes": changes,
    }
    return render(request, "identity/agency.html", shown)


def _post(code: str) -> Post:
    return get_object_or_404(Post.objects.select_related("agency"), code=code)


@login_required
@refusals_told("identity:agencies")
def appoint(request: HttpRequest, code: str) -> HttpResponse:
    """Finds a person and appoints them to a post."""
    actor = actor_of(request)
    decision = may(actor, "post.appoint", Facts(subject="post:", kind="post"))
    if not decision.allowed:
        raise PermissionDenied(decision.reason)
    post = _post(code)
    form = AppointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = get_object_or_404(Person, pk=form.cleaned_data["person"])
        last = form.cleaned_data["until"]
        until = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)) if last else None
        commands.appoint(person=person, post=post, until=until, by=actor)
        messages.success(request, _("%(name)s holds this post from now on.") % {"name": person.full_name})
        return redirect("identity:agency", code=post.agency.code)
    words = request.GET.get("q", "")
    shown = {
        "post": post,
        "form": form,
        "q": words,
        "people": queries.people_matching(words) if words.strip() else [],
    }
    return render(request, "identity/appoint.html", shown, status=422 if form.errors else 200)


@login_required
@require_POST
@refusals_told("identity:agencies")
def end_holding(request: HttpRequest, holding: UUID) -> HttpResponse:
    """Ends a person's time in a post."""
    found = Holding.objects.select_related("post__agency", "person").filter(pk=holding).first()
    if found is None:
        raise Http404
    commands.end_holding(holding=found, by=actor_of(request))
    messages.success(request, _("%(name)s no longer holds the post.") % {"name": found.person.full_name})
    return redirect("identity:agency", code=found.post.agency.code)


@login_required
@require_POST
@refusals_told("identity:agencies")
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """Sets whether a post signs with a passkey."""
    post = _post(code)
    required = request.POST.get("passkey") == "yes"
    commands.require_passkey(post=post, required=required, by=actor_of(request))
    messages.success(
        request,
        _("Acts of this post are signed by a passkey.")
        if required
        else _("A passkey is offered to this post, not asked for."),
    )
    return redirect("identity:agency", code=post.agency.code)
