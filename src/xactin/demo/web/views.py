"""The doors for visitors of a demo: the walk, the cards, the bench for forging. On a real authority they are 404."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from xactin.cases.models import Result
from xactin.demo.web import parts
from xactin.identity.models import Account
from xactin.ledger.queries import authority, bundle
from xactin.ui.pages import is_ours

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def demo_only(view: View[Rest]) -> View[Rest]:
    """404 where the genesis entry does not say that this is a demo."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if not authority().demo:
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View[Rest], guarded)


@demo_only
@require_GET
def walk(request: HttpRequest) -> HttpResponse:
    """Five minutes through the authority: each stop a page, with a sentence beside it."""
    return render(request, "demo/walk.html", {"progress": parts.progress(), "stops": parts.stops()})


@demo_only
@require_POST
def enter(request: HttpRequest, username: str) -> HttpResponse:
    """A visitor becomes one of the people on the cards."""
    if username not in {card.username for card in parts.CARDS}:
        raise Http404
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise Http404
    login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
    target = request.POST.get("next", "")
    if not is_ours(request, target):
        target = reverse("cases:home")
    return redirect(target)


def _last_issued() -> Result | None:
    """The result that was issued last and stands."""
    standing = Result.objects.filter(issued_at__isnull=False, revoked_at__isnull=True)
    return standing.order_by("-issued_at").first()


@demo_only
@require_GET
def forge(request: HttpRequest) -> HttpResponse:
    """Change one letter of something that was issued, and see who notices: the visitor's own browser calculates."""
    return render(request, "demo/forge.html", {"result": _last_issued(), "trust": authority().verifier_key})


@demo_only
@require_GET
def proof(request: HttpRequest) -> HttpResponse:
    """The proof of that result without the file, so that it can be judged by itself."""
    issued = _last_issued()
    if issued is None:
        raise Http404
    return HttpResponse(bundle(subject=f"case:{issued.case_id}"), content_type="application/json")
