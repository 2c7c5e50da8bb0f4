"""The page of three desks side by side."""

from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xactin.cases.errors import ActError
from xactin.demo import together
from xactin.demo.web.views import demo_only
from xactin.identity.web.rates import limited


@demo_only
@require_http_methods(["GET", "POST"])
@limited("demo-together", "10/m/ip")
def begin(request: HttpRequest) -> HttpResponse:
    """What is going to be shown, and the button that begins a dossier."""
    if request.method == "POST":
        return redirect("demo:desks", case=together.begin())
    return render(request, "demo/together.html", {"scene": None})


def _scene(case: UUID) -> together.Scene:
    found = together.scene(case)
    if found is None or not found.desks:
        raise Http404
    return found


@demo_only
@require_GET
def desks(request: HttpRequest, case: UUID) -> HttpResponse:
    """The desks of a dossier."""
    return render(request, "demo/together.html", {"scene": _scene(case)})


@demo_only
@require_GET
def state(request: HttpRequest, case: UUID) -> HttpResponse:
    """The part of the page that lives."""
    return render(request, "demo/desks.html", {"scene": _scene(case)})


@demo_only
@require_POST
@limited("demo-together", "60/m/ip")
def answer(request: HttpRequest, case: UUID, task: str) -> HttpResponse:
    """One agency answers; a task that somebody else has answered meanwhile is simply shown as it stands."""
    _scene(case)
    with suppress(ActError):
        together.answer(case, task)
    return redirect("demo:desks", case=case)


@demo_only
@require_POST
@limited("demo-together", "60/m/ip")
def change(request: HttpRequest, case: UUID) -> HttpResponse:
    """One number of the form changes."""
    if _scene(case).may_change:
        together.change(case)
    return redirect("demo:desks", case=case)
