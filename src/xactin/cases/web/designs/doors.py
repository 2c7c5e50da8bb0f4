"""Who comes in to the catalogue and the designer, and the way there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from xactin.cases.errors import Forbidden, NotFound
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import Facts, may

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def catalogue_door(act: str) -> Callable[[View[Rest]], View[Rest]]:
    """A page for who may do this with the catalogue; others are told why not (403). What is not there is 404."""

    def around(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            decision = may(acted_by(request), act, Facts(subject="procedure:"))
            if not decision.allowed:
                raise PermissionDenied(decision.reason)
            try:
                return view(request, *args, **kwargs)
            except NotFound as missing:
                raise Http404 from missing
            except Forbidden as refused:
                raise PermissionDenied(refused.text) from refused

        return cast(View[Rest], official_required(guarded))

    return around


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page of the designer."""
    way = [(_("Administrative procedures"), reverse("cases:managed")), (_("Drafts"), reverse("cases:drafts"))]
    return [*way, *more]
