"""Who opened whose data: the inspector's page, with filters and files; each person's own."""

from datetime import date, datetime, time, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xactin.identity.readings import queries
from xactin.identity.readings.queries import Reading, Wanted
from xactin.identity.readings.registry import purposes
from xactin.identity.rights import Facts
from xactin.identity.web.views import actor_of, require_right
from xactin.kernel.local import LOCAL, local_time
from xactin.ledger.clock import now
from xactin.ui.pieces import Choice, Filter
from xactin.ui.sheets import FORMATS, sheet

MOST = 10_000
"""Lines of a file; a narrower time gives the others."""


@login_required
@require_GET
def readings(request: HttpRequest) -> HttpResponse:
    """What was opened in the part of the authority that one inspects."""
    actor = actor_of(request)
    require_right(request, "ledger.read", Facts(subject="ledger:", path=actor.place_path))
    wanted, kind = _wanted(request), request.GET.get("format", "")
    if kind in FORMATS:
        found = queries.readings(actor, wanted, limit=MOST)
        told = [[_("Drawn up by %(name)s, %(at)s") % {"name": actor.name, "at": _clock(now())}]]
        if len(found) > MOST:
            told.append([_("There are more: this file ends here. Choose a shorter time to get the others.")])
        return sheet([*told, *_lines(found[:MOST])], kind, "luot-xem-du-lieu")
    found = queries.readings(actor, wanted)
    shown = {"filters": _filters(request), "exports": _exports(request), **_page(found)}
    return render(request, "identity/readings.html", shown)


@login_required
@require_GET
def own_readings(request: HttpRequest) -> HttpResponse:
    """What was opened about oneself."""
    found = queries.readings_about(actor_of(request), before=_before(request))
    return render(request, "identity/own_readings.html", _page(found))


def _page(found: list[Reading]) -> dict[str, object]:
    page = found[: queries.PAGE]
    return {"readings": page, "after": page[-1].id if len(found) > len(page) else None}


def _wanted(request: HttpRequest) -> Wanted:
    last = _day(request, "to")
    return Wanted(
        words=request.GET.get("q", "")[:200],
        purpose=request.GET.get("purpose", "")[:80],
        since=_day(request, "from"),
        until=last + timedelta(days=1) if last else None,
        before=_before(request),
    )


def _day(request: HttpRequest, name: str) -> datetime | None:
    """The beginning of a day in Viet Nam; a day that is none does not filter."""
    try:
        return datetime.combine(date.fromisoformat(request.GET.get(name, "")), time.min, LOCAL)
    except ValueError:
        return None


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("after", "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text) if text else None


def _filters(request: HttpRequest) -> list[Filter]:
    choices = [Choice(id, words) for id, words in sorted(purposes().items(), key=lambda one: one[1])]
    sent = request.GET
    return [
        Filter("purpose", _("What for"), sent.get("purpose", ""), choices),
        Filter("from", _("From day"), sent.get("from", ""), kind="date"),
        Filter("to", _("To day"), sent.get("to", ""), kind="date"),
    ]


def _exports(request: HttpRequest) -> list[tuple[str, str]]:
    query = request.GET.copy()
    query.pop("after", None)
    addresses = []
    for kind in FORMATS:
        query["format"] = kind
        addresses.append((kind.upper(), f"{request.path}?{query.urlencode()}"))
    return addresses


def _lines(found: list[Reading]) -> list[list[str]]:
    header = [_("When"), _("Who"), _("Post at that time"), _("Whose data"), _("What for")]
    return [header, *([_clock(one.at), one.who, one.posts, one.what, one.why] for one in found)]


def _clock(moment: datetime) -> str:
    return local_time(moment).strftime("%H:%M:%S %d/%m/%Y")
