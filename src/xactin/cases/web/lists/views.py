"""The lists of the workplace: what a post has to do, the dossiers it may see, and the search of the header."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from xactin.cases.counter import queries as counter
from xactin.cases.lists import queries
from xactin.cases.lists.persons import note_found
from xactin.cases.lists.queries import NEWEST, PAGE, URGENT, Filters
from xactin.cases.lots import queries as lots
from xactin.cases.models import Case
from xactin.cases.office import queries as office
from xactin.cases.rights import SIGN, WORK
from xactin.cases.web.access import official_required
from xactin.cases.web.lists import asked, exports, rows
from xactin.cases.web.lists.persons import purposes
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import Actor
from xactin.ledger.queries import snapshot
from xactin.ui import nav

LATEST: Final = 10
"""Late dossiers of the agency that a leader sees at once."""
TOLD: Final = 99
"""How many of them are counted."""


@official_required
@require_GET
@snapshot()
def inbox(request: HttpRequest) -> HttpResponse:
    """What this post has to do, ordered by what will be late first; above it, for who signs, what is late."""
    actor = acted_by(request)
    elsewhere = _workplace(request)
    if elsewhere:
        return redirect(elsewhere)
    filters, wanted = asked.tasks_asked(request, request.GET), request.GET.get("format", "")
    if wanted in exports.FORMATS:
        return exports.tasks(request, filters, wanted)
    found = queries.inbox(actor, filters)
    page, counts = found[:PAGE], queries.inbox_counts(actor, filters)
    _note(actor, filters, [row.case for row in page])
    after, came = queries.cursor_of(page[-1]) if page else "", request.get_full_path()
    claimed = rows.unverified([row.case for row in page])
    context = {
        "rows": [rows.task_row(row, came) | {"unverified": row.case_id in claimed} for row in page],
        "chips": asked.task_chips(request, counts),
        "filters": asked.procedure_filter(request, counts),
        "total": asked.list_total(counts),
        **_doors(actor),
        "lots": lots.running(actor),
        "asked": request.GET.urlencode(),
        "leader": _leader(actor) if SIGN in actor.duties and not asked.is_filtered(request) else None,
        **_shown(request, filters),
        **asked.next_of(request, filters, more=len(found) > PAGE, after=after, usual=URGENT),
    }
    return render(request, "cases/inbox.html", context)


def _doors(actor: Actor) -> dict[str, bool]:
    """Whether this post may begin a case: work of its own, and for a person at its counter."""
    return {"begins": bool(office.beginnings(actor)), "receives": bool(counter.beginnings(actor))}


def _leader(actor: Actor) -> dict[str, Any]:
    """What is late where this post decides: how many dossiers, and the worst of those not finished."""
    if WORK not in actor.duties:
        return {}
    found = queries.cases(actor, Filters(late=True, unfinished=True, order="due", limit=TOLD))
    url = f"{reverse('cases:desk-list')}?late={asked.UNFINISHED}&sort=due"
    return {
        "rows": rows.with_holders(found[:LATEST], url),
        "count": asked.told(min(len(found), TOLD), more=len(found) > TOLD),
        "more": len(found) > LATEST,
        "url": url,
    }


def _workplace(request: HttpRequest) -> str:
    """Where a post that has no tasks of dossiers works instead: the first line of its menu; "" for others."""
    lines = [entry.url for group in nav.desk(request) for entry in group.entries]
    return "" if not lines or request.path in lines else lines[0]


@official_required
@require_GET
@snapshot()
def cases(request: HttpRequest) -> HttpResponse:
    """The dossiers this post may see; the filters live in the address."""
    actor, filters = acted_by(request), asked.cases_asked(request, request.GET)
    wanted = request.GET.get("format", "")
    if wanted in exports.FORMATS:
        return exports.cases(request, filters, wanted)
    found = queries.cases(actor, filters)
    page, counts = found[: filters.limit], queries.case_counts(actor, filters)
    _note(actor, filters, page)
    after, came = str(page[-1].pk) if page else "", request.get_full_path()
    claimed = rows.unverified(page)
    context = {
        "rows": [rows.case_row(row, came) | {"unverified": row.pk in claimed} for row in page],
        **_doors(actor),
        "with_agency": any(row.agency_id != actor.agency_id for row in page),
        "chips": asked.case_chips(request, counts),
        "filters": asked.procedure_filter(request, counts),
        "total": asked.list_total(counts),
        **_shown(request, filters),
        **asked.next_of(request, filters, more=len(found) > filters.limit, after=after, usual=NEWEST),
    }
    return render(request, "cases/list.html", context)


def _note(actor: Actor, filters: Filters, found: list[Case]) -> None:
    if filters.person is not None and found:
        note_found(actor, filters.person, found)


def _shown(request: HttpRequest, filters: Filters) -> dict[str, Any]:
    """What every list shows beside its rows."""
    return {
        "filtered": asked.is_filtered(request),
        "exports": _exports(request),
        "purposes": purposes(),
        "person": filters.person,
        "order": filters.order,
    }


def _exports(request: HttpRequest) -> list[tuple[str, str]]:
    """The addresses of this list as files, filtered as it is."""
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("page", None)
    addresses = []
    for kind in exports.FORMATS:
        query["format"] = kind
        addresses.append((kind.upper(), f"{request.path}?{query.urlencode()}"))
    return addresses


@official_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The search box of the header: a whole number leads to the dossier, other words to the list."""
    words = request.GET.get("q", "").strip()[:200]
    found = queries.by_number(acted_by(request), words)
    if found is not None:
        return redirect("cases:desk-case", case=found)
    return redirect(reverse("cases:desk-list") + "?" + request.GET.urlencode())
