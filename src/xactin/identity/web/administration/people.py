"""The pages of people with accounts: an administrator adds them, invites them, puts an account out of use."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xactin.identity import commands
from xactin.identity import queries as identity
from xactin.identity.errors import Invalid
from xactin.identity.models import Post
from xactin.identity.people import queries
from xactin.identity.people.evidence import GROUNDS, evidence_of
from xactin.identity.people.queries import Invitation
from xactin.identity.policies import AccountFacts
from xactin.identity.rights import Actor
from xactin.identity.web.administration.agency_forms import tell_at_field
from xactin.identity.web.administration.people_forms import KINDS, PersonForm
from xactin.identity.web.rates import limited
from xactin.identity.web.views import actor_of, refusals_told, require_right
from xactin.ui.pages import is_ours

ACCOUNTS: Final = AccountFacts(subject="account:")


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Those who have an account, as a Vietnamese list has them."""
    actor = require_right(request, "account.read", ACCOUNTS)
    words = request.GET.get("q", "")
    try:
        after = UUID(request.GET["after"]) if request.GET.get("after") else None
    except ValueError as error:
        raise Http404 from error
    found = queries.accounts_page(actor, words=words, after=after)
    page = found[: queries.PAGE]
    shown = {
        "accounts": page,
        "after": page[-1].person_id if len(found) > len(page) else None,
        "alone": len(found) == 1 and not words and not after,
        "asked": words or after,
    }
    return render(request, "identity/people.html", shown)


@login_required
@refusals_told("identity:people")
@limited("invitation", "60/m/user")
def add_person(request: HttpRequest) -> HttpResponse:
    """Gives somebody an account and invites them. `?post=` is the post they are to be appointed to."""
    actor = require_right(request, "account.create", ACCOUNTS)
    post = _post(request)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, invitation = commands.invite_person(by=actor, **form.cleaned_data)
        except Invalid as refused:
            tell_at_field(form, refused)
        else:
            messages.success(request, _("%(name)s has an account now.") % {"name": made.person.full_name})
            return _invited(request, actor, made.person_id, invitation)
    shown = {"form": form, "post": post}
    return render(request, "identity/add_person.html", shown, status=422 if form.errors else 200)


@login_required
@require_GET
@refusals_told("identity:people")
def person(request: HttpRequest, person: UUID) -> HttpResponse:
    """One person: how they sign in, what they hold, and what an administrator may do with the account."""
    return _page(request, require_right(request, "account.read", ACCOUNTS), person)


@login_required
@refusals_told("/desk/")
def verify(request: HttpRequest, person: UUID) -> HttpResponse:
    """What somebody says of themselves beside their card, and the button by which an official says that it is so.

    `?next=` is the page of ours that one came from.
    """
    actor = actor_of(request)
    back = _page_of_ours(request)
    if request.method == "POST":
        commands.verify_person(person=person, ground=request.POST.get("ground", ""), by=actor)
        messages.success(request, _("Verified: name and number are those of the papers."))
        return redirect(back)
    shown = {
        "person": queries.claim_of(actor, person),
        "back": back,
        "grounds": GROUNDS,
        "evidence": evidence_of(person),
    }
    return render(request, "identity/verify_person.html", shown)


def _page_of_ours(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next", "")
    return asked if is_ours(request, asked) else "/desk/"


@login_required
@require_POST
@limited("invitation", "60/m/user")
@refusals_told("identity:people")
def invite(request: HttpRequest, person: UUID) -> HttpResponse:
    """Sends the invitation again; links sent before end."""
    actor = actor_of(request)
    return _invited(request, actor, person, commands.invite_again(person=person, by=actor))


@login_required
@require_POST
@refusals_told("identity:people")
def deactivate(request: HttpRequest, person: UUID) -> HttpResponse:
    """Puts an account out of use."""
    commands.deactivate_account(person=person, by=actor_of(request))
    messages.success(request, _("The account is out of use. Its sessions and tokens have ended."))
    return redirect("identity:person", person=person)


@login_required
@require_POST
@refusals_told("identity:people")
def reactivate(request: HttpRequest, person: UUID) -> HttpResponse:
    """Takes an account into use again."""
    commands.reactivate_account(person=person, by=actor_of(request))
    messages.success(request, _("The account is in use again. Tokens for programs have to be made anew."))
    return redirect("identity:person", person=person)


def _post(request: HttpRequest) -> Post | None:
    code = request.GET.get("post", "")
    return Post.objects.select_related("agency").filter(code=code).first() if code else None


def _invited(request: HttpRequest, actor: Actor, person: UUID, invitation: Invitation) -> HttpResponse:
    """After an invitation was mailed, the person's page; else that page with the link, this once."""
    if invitation.link:
        return _page(request, actor, person, invitation)
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})
    post = _post(request)
    return redirect(reverse("identity:person", args=[person]) + (f"?post={post.code}" if post else ""))


def _page(
    request: HttpRequest, actor: Actor, person: UUID, invitation: Invitation | None = None
) -> HttpResponse:
    account = queries.account_of(actor, person)
    shown = {
        "account": account,
        "person": account.person,
        "kind": KINDS[account.person.kind],
        "number": queries.hidden_number(account.person.id_number),
        "invited": not account.has_usable_password(),
        "invitation": invitation,
        "evidence": evidence_of(person),
        "verifies": identity.may_verify(actor, person),
        "oneself": account.person_id == actor_of(request).person_id,
        "post": _post(request),
    }
    answer = render(request, "identity/person.html", shown)
    answer.headers["Cache-Control"] = "no-store"
    return answer
