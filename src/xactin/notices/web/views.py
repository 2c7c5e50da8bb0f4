"""The page of notices."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from xactin.notices import commands, queries


def _person(request: HttpRequest) -> UUID:
    actor = getattr(request, "actor", None)
    if not actor:
        raise PermissionDenied
    person: UUID = actor.person_id
    return person


@login_required
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """A person's notices, newest first."""
    person = _person(request)
    try:
        after = UUID(request.GET["after"]) if request.GET.get("after") else None
    except ValueError as error:
        raise Http404 from error
    found = queries.notices_of(person, after=after)
    page = found[: queries.PAGE]
    address, confirmed = queries.own_address(person)
    at_work = request.actor.post_code  # type: ignore[attr-defined]
    shown = {
        "layout": "ui/desk.html" if at_work else "ui/narrow.html",
        "address": address,
        "confirmed": confirmed,
        "notices": page,
        "after": page[-1].id if len(found) > queries.PAGE else None,
        "unread": queries.unread_count(person),
        "wants_mail": queries.wants_mail(person),
        "sends_mail": commands.sends_mail(),
    }
    return render(request, "notices/list.html", shown)


@login_required
def open_notice(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Marks a notice as read and leads to what it is about."""
    found = commands.mark_read(person=_person(request), notice=notice)
    if found is None:
        raise Http404
    return redirect(found.url or "notices:list")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks all as read."""
    count = commands.mark_all_read(person=_person(request))
    told = ngettext("%(count)d notice is marked as read.", "%(count)d notices are marked as read.", count)
    messages.success(request, told % {"count": count})
    return redirect("notices:list")


@login_required
@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """Chooses whether notices come by e-mail too."""
    wanted = request.POST.get("wanted") == "yes"
    commands.choose_mail(person=_person(request), wanted=wanted)
    messages.success(
        request, _("Notices will come by e-mail too.") if wanted else _("Notices will not come by e-mail.")
    )
    return redirect("notices:list")
