"""The pages of agencies, posts and who holds them: anybody in a post looks, an administrator changes."""

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
from xactin.identity.errors import Invalid, NotFound, Refused
from xactin.identity.models import Agency, Holding, Person, Post
from xactin.identity.rights import Facts, may
from xactin.identity.web.agency_forms import UNITS_LIST, AgencyForm, PostForm, tell_at_field
from xactin.identity.web.forms import AppointForm
from xactin.identity.web.views import actor_of, refusals_told, require_right
from xactin.identity.web.words import function_text, kind_text


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
    changes = _require_reader(request)
    words = queries.folded(request.GET.get("q", ""))
    found = [
        {
            "indent": "" if words else "– " * depth,
            "agency": agency,
            "functions": ", ".join(map(function_text, agency.functions)),
        }
        for depth, agency in queries.agency_tree()
        if words in queries.folded(f"{agency.code} {agency.name_vi} {agency.name_en}")
    ]
    return render(request, "identity/agencies.html", {"agencies": found, "changes": changes})


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
        "kind": kind_text(found.kind),
        "functions": ", ".join(map(function_text, found.functions)),
        "posts": queries.posts_in(found.id),
        "children": found.children.order_by("path"),
        "changes": changes,
    }
    return render(request, "identity/agency.html", shown)


@login_required
@refusals_told("identity:agencies")
def add_agency(request: HttpRequest, code: str) -> HttpResponse:
    """Adds an agency below another."""
    actor = require_right(request, "agency.create")
    parent = _agency(code)
    form = AgencyForm(request.POST or None, parent=parent)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.create_agency(parent=parent, by=actor, **form.wanted())
        except Invalid as refused:
            if refused.facts.get("field") == "functions":
                refused.facts["field"] = "more_functions"  # what can be chosen is well formed
            tell_at_field(form, refused)
        else:
            name = made.name_vi if actor.language == "vi" else made.name_en
            messages.success(request, _("%(name)s is added. Its posts come next.") % {"name": name})
            return redirect("identity:agency", code=made.code)
    shown = {"parent": parent, "form": form, "units_list": UNITS_LIST}
    return render(request, "identity/add_agency.html", shown, status=422 if form.errors else 200)


@login_required
@refusals_told("identity:agencies")
def add_post(request: HttpRequest, code: str) -> HttpResponse:
    """Adds a post to an agency."""
    actor = require_right(request, "post.create")
    place = _agency(code)
    form = PostForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.create_post(agency=place, by=actor, **form.cleaned_data)
        except Invalid as refused:
            tell_at_field(form, refused)
        except Refused as refused:  # an administrator cannot be asked for a passkey
            form.add_error("requires_passkey", str(refused))
        else:
            title = made.title_vi if actor.language == "vi" else made.title_en
            messages.success(
                request, _("The post %(title)s is added. Appoint somebody to it.") % {"title": title}
            )
            return redirect("identity:agency", code=place.code)
    shown = {"agency": place, "form": form}
    return render(request, "identity/add_post.html", shown, status=422 if form.errors else 200)


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
    actor = require_right(request, "post.appoint")
    post = _post(code)
    form = AppointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = get_object_or_404(Person, pk=form.cleaned_data["person"])
        last = form.cleaned_data["until"]
        until = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min)) if last else None
        try:
            commands.appoint(person=person, post=post, until=until, by=actor)
        except NotFound:
            raise
        except Refused as refused:
            tell_at_field(form, refused)
        else:
            told = _("%(name)s holds this post from now on.") % {"name": person.full_name}
            messages.success(request, told)
            return redirect("identity:agency", code=post.agency.code)
    words = request.GET.get("q", "")
    added = _person_named(request.GET.get("person", ""))
    shown = {
        "post": post,
        "form": form,
        "q": words,
        "chosen": str(form.data.get("person", "") or (added.pk if added else "")),
        "people": [added] if added else queries.people_matching(words) if words.strip() else [],
    }
    return render(request, "identity/appoint.html", shown, status=422 if form.errors else 200)


@login_required
@require_POST
@refusals_told("identity:agencies")
def end_holding(request: HttpRequest, holding: UUID) -> HttpResponse:
    """Ends a person's time in a post."""
    actor = require_right(request, "post.end")
    found = Holding.objects.select_related("post__agency", "person").filter(pk=holding).first()
    if found is None:
        raise Http404
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
    actor = require_right(request, "post.policy")
    post = _post(code)
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
