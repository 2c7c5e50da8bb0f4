"""The pages of one's own account: hats, keys, tokens."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from xactin.identity import commands, queries
from xactin.identity.errors import Forbidden, NotFound, Refused
from xactin.identity.models import Account
from xactin.identity.people.evidence import evidence_of
from xactin.identity.rights import Actor, Facts, may
from xactin.identity.web.forms import LabelForm, ProfileForm, TokenForm
from xactin.ledger.errors import LedgerError
from xactin.ui.pages import is_ours

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """Who asks. Raises PermissionDenied for an account without any hat."""
    actor = getattr(request, "actor", None)
    if not actor:
        raise PermissionDenied(_("This account has no key to act with. Please ask an administrator."))
    found: Actor = actor
    return found


def require_right(request: HttpRequest, act: str, facts: Facts) -> Actor:
    """The actor. Raises PermissionDenied for who may not do this."""
    actor = actor_of(request)
    decision = may(actor, act, facts)
    if not decision.allowed:
        raise PermissionDenied(decision.reason)
    return actor


def refusals_told(back: str) -> Callable[[View[Rest]], View[Rest]]:
    """A refusal is told on the page one came from (`back` is its name); what is not there is 404."""

    def around(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def told(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error
            except Forbidden as error:
                raise PermissionDenied(str(error)) from error
            except Refused as error:
                messages.error(request, str(error))
                return redirect(back)
            except LedgerError as error:
                # Such as a mandate that another administrator has ended just now.
                messages.error(request, error.vi if get_language() == "vi" else error.en)
                return redirect(back)

        return cast(View[Rest], told)

    return around


def _account(request: HttpRequest) -> Account:
    account = request.user
    if not isinstance(account, Account):
        raise PermissionDenied
    return account


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """One's profile, hats, keys, tokens, and ways to sign in."""
    actor = actor_of(request)
    account = _account(request)
    person = account.person
    form = ProfileForm(request.POST or None, initial={"phone": person.phone, "address": person.address})
    if request.method == "POST" and form.is_valid():
        commands.edit_profile(by=actor, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("identity:me")
    shown = {
        "person": person,
        "form": form,
        "evidence": evidence_of(person.pk) if person.verified_at else None,
        "hats": queries.hats_of(account),
        "confirmed": EmailAddress.objects.filter(user=account, email=account.email, verified=True).exists(),
        "keys": queries.keys_of(actor),
        "tokens": queries.tokens_of(actor),
        "factors": set(Authenticator.objects.filter(user=account).values_list("type", flat=True)),
    }
    return render(request, "identity/me.html", shown, status=422 if form.errors else 200)


@login_required
@require_POST
@refusals_told("identity:me")
def wear_hat(request: HttpRequest) -> HttpResponse:
    """Puts on another hat, and stays where that makes sense."""
    before = actor_of(request)
    after = commands.wear_hat(request, request.POST.get("hat", ""))
    target = request.POST.get("next", "")
    if is_ours(request, target) and (before.post_code is None) == (after.post_code is None):
        return redirect(target)
    # A citizen's pages are not an official's: the first page of the new role is safe to show.
    return redirect("/desk/" if after.post_code else "/")


@login_required
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """The keys that sign for a person."""
    actor = actor_of(request)
    return render(
        request,
        "identity/keys.html",
        {"keys": queries.keys_of(actor), "hats": queries.hats_of(_account(request))},
    )


@login_required
@reauthentication_required(allow_get=False)  # type: ignore[untyped-decorator]
@refusals_told("identity:keys")
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Enrols a passkey that signs."""
    actor = actor_of(request)
    if request.method == "POST":
        credential = _json_object(request.POST.get("credential", ""))
        form = LabelForm(request.POST)
        label = form.cleaned_data["label"] if form.is_valid() else ""
        started = _uuid(request.POST.get("started", ""))
        commands.finish_passkey(by=actor, started=started, credential=credential, label=label)
        messages.success(request, _("The passkey is enrolled. It can sign from now on."))
        return redirect("identity:keys")
    started, options = commands.begin_passkey(actor)
    return render(
        request, "identity/add_passkey.html", {"started": started, "options": options, "form": LabelForm()}
    )


@login_required
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
@refusals_told("identity:keys")
def revoke_key(request: HttpRequest, key: str) -> HttpResponse:
    """Ends a passkey."""
    commands.revoke_passkey(by=actor_of(request), key=key)
    messages.success(request, _("The passkey has ended. What it signed stays valid."))
    return redirect("identity:keys")


@login_required
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
@refusals_told("identity:keys")
def rotate_key(request: HttpRequest) -> HttpResponse:
    """Puts a new server-held key in the place of the old one."""
    actor = actor_of(request)
    commands.rotate_person_key(by=actor)
    messages.success(request, _("A new key signs from now on. What the old one signed stays valid."))
    return redirect("identity:keys")


@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
@sensitive_post_parameters()
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of one's programs; a new one is shown once."""
    actor = actor_of(request)
    form = TokenForm(request.POST or None)
    made, ends = "", None
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        made = commands.create_token(_account(request), wanted["label"], days=wanted["days"])
        ends = commands.end_of_token(made)
        form = TokenForm()
    shown = {"form": form, "made": made, "ends": ends, "tokens": queries.tokens_of(actor)}
    answer = render(request, "identity/tokens.html", shown, status=422 if form.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
@refusals_told("identity:tokens")
def revoke_token(request: HttpRequest, token: int) -> HttpResponse:
    """Ends a token."""
    commands.revoke_token(by=actor_of(request), token=token)
    messages.success(request, _("The token has ended."))
    return redirect("identity:tokens")


@login_required
@require_POST
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """Signs one out elsewhere; the session at hand ends by signing out."""
    try:
        commands.end_session(account=_account(request), session=session)
    except NotFound as gone:
        messages.info(request, str(gone))
    else:
        messages.success(request, _("Signed out there."))
    return redirect("usersessions_list")


def _json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
