"""The pages of agencies and their posts: anybody in a post looks, who has the duty changes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xactin.identity import commands, queries
from xactin.identity.agencies.facts import facts_of
from xactin.identity.errors import Invalid, Refused
from xactin.identity.models import Agency
from xactin.identity.rights import Actor, Facts, may
from xactin.identity.web.administration.agency_forms import (
    UNITS_LIST,
    AgencyForm,
    AgencyNamesForm,
    PostForm,
    tell_at_field,
)
from xactin.identity.web.administration.words import function_text, kind_text
from xactin.identity.web.views import actor_of, refusals_told, require_right

_CHANGES = {
    "builds": "post.create",
    "appoints": "post.appoint",
    "gives": "post.duties",
    "confirms": "post.confirm",
}


def _require_reader(request: HttpRequest) -> Actor:
    """Raises PermissionDenied for who may not see the tree."""
    actor = actor_of(request)
    decision = may(actor, "agency.read", Facts(subject="agency:"))
    if not decision.allowed:
        raise PermissionDenied(decision.reason)
    return actor


def _changes(actor: Actor, path: str) -> dict[str, bool]:
    """What the page offers at this place of the tree."""
    facts = Facts(subject="post:", path=path)
    return {name: may(actor, act, facts).allowed for name, act in _CHANGES.items()}


@login_required
@require_GET
def tree(request: HttpRequest) -> HttpResponse:
    """The tree of agencies."""
    actor = _require_reader(request)
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
    return render(
        request, "identity/agencies.html", {"agencies": found, "changes": "agencies.manage" in actor.duties}
    )


def _agency(code: str) -> Agency:
    return get_object_or_404(Agency.objects.select_related("parent"), code=code)


@login_required
@require_GET
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """An agency, its posts and who holds them."""
    actor = _require_reader(request)
    found = _agency(code)
    shown = {
        "agency": found,
        "kind": kind_text(found.kind),
        "functions": ", ".join(map(function_text, found.functions)),
        "posts": queries.posts_in(found.id),
        "children": found.children.order_by("path"),
        "sets_hours": may(actor, "agency.calendar", facts_of(found)).allowed,
        **_changes(actor, found.path),
    }
    return render(request, "identity/agency.html", shown)


@login_required
@refusals_told("identity:agencies")
def add_agency(request: HttpRequest, code: str) -> HttpResponse:
    """Adds an agency below another."""
    parent = _agency(code)
    actor = require_right(request, "agency.create", Facts(subject="agency:", path=parent.path))
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
    place = _agency(code)
    actor = require_right(request, "post.create", Facts(subject="post:", path=place.path))
    form = PostForm(request.POST or None, agency=place)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.create_post(agency=place, by=actor, **form.wanted())
        except Refused as refused:
            tell_at_field(form, refused)
        else:
            title = made.title_vi if actor.language == "vi" else made.title_en
            messages.success(
                request, _("The post %(title)s is added. Appoint somebody to it.") % {"title": title}
            )
            return redirect("identity:agency", code=place.code)
    shown = {"agency": place, "form": form}
    return render(request, "identity/add_post.html", shown, status=422 if form.errors else 200)


@login_required
@refusals_told("identity:agencies")
def edit_agency(request: HttpRequest, code: str) -> HttpResponse:
    """Renames an agency, changes its parts in procedures, or closes it."""
    found = _agency(code)
    actor = require_right(request, "agency.edit", Facts(subject="agency:", path=found.path))
    if request.method == "POST" and request.POST.get("close"):
        commands.close_agency(agency=found, by=actor)
        messages.success(request, _("The agency is closed. What it did stays."))
        return redirect("identity:agency", code=code)
    before = {"name_vi": found.name_vi, "name_en": found.name_en, "functions": found.functions}
    form = AgencyNamesForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        try:
            commands.edit_agency(agency=found, by=actor, **form.cleaned_data)
        except Refused as refused:
            tell_at_field(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("identity:agency", code=code)
    shown = {"agency": found, "form": form}
    return render(request, "identity/edit_agency.html", shown, status=422 if form.errors else 200)
