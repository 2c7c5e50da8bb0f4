"""Who may open a page of this room: everybody signed in, applicants (no post worn), or officials."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from xactin.cases.applications import act_drafts
from xactin.cases.errors import TooOften
from xactin.identity.queries import Actor
from xactin.identity.web.rates import allowed
from xactin.ui import nav

INVITATIONS = "30/h/key"
Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def _guarded(view: View[Rest], refuses: Callable[[Actor], str]) -> View[Rest]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        actor = getattr(request, "actor", None)
        if not actor:
            raise PermissionDenied(_("This account has no key to act with. Please ask an administrator."))
        reason = refuses(actor)
        if reason:
            raise PermissionDenied(reason)
        return view(request, *args, **kwargs)

    return cast(View[Rest], login_required(guarded))


def signed_in_required(view: View[Rest]) -> View[Rest]:
    """Anybody signed in; what they may see is decided by the query."""
    return _guarded(view, lambda actor: "")


def applicant_required(view: View[Rest]) -> View[Rest]:
    """A citizen or firm acting for themselves; who is at work is offered the change."""

    @wraps(view)
    def as_oneself(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if not request.actor.post_code:  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        hats, url = nav.hats(request)
        own = next((hat.id for hat in hats if not hat.agency), "")
        return render(request, "cases/as_yourself.html", {"hat": own, "hat_url": url}, status=403)

    return _guarded(cast(View[Rest], as_oneself), lambda actor: "")


def official_required(view: View[Rest]) -> View[Rest]:
    """Somebody who wears a post."""
    return _guarded(
        view,
        lambda actor: (
            "" if actor.post_code else _("This page is the workplace of officials; wear your post first.")
        ),
    )


def require_few_invitations(request: HttpRequest, actor: Actor) -> None:
    """Raises TooOften: whether a number and a name belong together is answered, so nobody may ask for long."""
    if not allowed(request, "invite", INVITATIONS, key=str(actor.person_id)):
        raise TooOften(_("You have invited too often. Please try again in an hour."), retry_after=3600)


def typed_kept(view: View[Rest]) -> View[Rest]:
    """The form of an act: what was typed is kept when the session has ended, before sign-in is asked for.

    Who signed in again in another window has another CSRF token than the page: then the words are kept too, and the
    page is drawn anew with them. Only the page's signed word lets them in, which no other site knows.
    """

    @wraps(view)
    def keeping(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        place, checked = cast(dict[str, Any], kwargs), []

        def inner(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            checked.append(True)
            return view(request, *args, **kwargs)

        kept = request.method == "POST" and not request.user.is_authenticated and keep_typed(request, **place)
        answer = csrf_protect(inner)(request, *args, **kwargs)
        if not checked and (kept or keep_typed(request, **place)):
            return HttpResponseRedirect(request.get_full_path())
        return answer

    # Django would refuse before this is asked; `csrf_protect` above says the same, and no act is done without it.
    keeping.csrf_exempt = True  # type: ignore[attr-defined]
    return cast(View[Rest], keeping)


def keep_typed(request: HttpRequest, case: UUID, task: str, act: str) -> bool:
    """Keeps what the form of an act holds, for the person whom its page was drawn for."""
    fields = {
        name: request.POST.getlist(name)
        for name in request.POST
        if name not in _OF_THE_PAGE and not name.startswith(_FILES)
    }
    return act_drafts.keep(request.POST.get("writer", ""), case, task, act, fields)


_OF_THE_PAGE = {"csrfmiddlewaretoken", "entry", "shown", "writer"}
_FILES = "document."  # uploads have a keeping of their own
