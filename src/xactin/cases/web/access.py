"""Who may open a page of this room: everybody signed in, applicants (no post worn), or officials."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from xactin.identity.queries import Actor

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
    """A citizen or firm acting for themselves."""
    return _guarded(
        view,
        lambda actor: (
            _("You wear a post at the moment. To apply for yourself, change to “Myself” in the menu.")
            if actor.post_code
            else ""
        ),
    )


def official_required(view: View[Rest]) -> View[Rest]:
    """Somebody who wears a post."""
    return _guarded(
        view,
        lambda actor: (
            "" if actor.post_code else _("This page is the workplace of officials; wear your post first.")
        ),
    )
