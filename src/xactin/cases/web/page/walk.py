"""From one dossier to the next of the list it was opened from: the list, with its filters, stands in the address.

`/desk/cases/<id>/?list=/desk/?code=1.013225` (quoted): which list that is; the inbox, where none is named.
After an act `next` names the dossier that came behind, since the one that was done may have left the list.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from xactin.cases.dossiers import queries
from xactin.cases.lists import queries as lists
from xactin.cases.web.lists.asked import cases_asked, tasks_asked
from xactin.identity.queries import Actor

LIST: Final = "list"
NEXT: Final = "next"
_LONGEST: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Where a dossier stands in its list: addresses of those before and behind it; "" for none."""

    back: str
    before: str = ""
    behind: str = ""
    place: int = 0
    query: str = ""
    """What an act's form carries, so that the way goes on after it."""


def of(request: HttpRequest, actor: Actor, case: UUID) -> Walk:
    """The way from this dossier through the list that the address names."""
    address = _list_of(request)
    rows = _rows(request, actor, address)
    place = rows.index(case) if case in rows else -1
    before = rows[place - 1] if place > 0 else None
    behind = _named(request, actor) or next((one for one in rows[place + 1 :] if one != case), None)
    told = {LIST: address} if request.GET.get(LIST) else {}
    carried = told | ({NEXT: str(behind)} if behind else {})
    return Walk(
        back=address,
        before=_address(before, told),
        behind=_address(behind, told),
        place=place + 1,
        query="?" + urlencode(carried) if carried else "",
    )


def _list_of(request: HttpRequest) -> str:
    """The list that the address names, if it is one of ours."""
    told = request.GET.get(LIST, "")[:_LONGEST]
    lists = (reverse("cases:inbox"), reverse("cases:desk-list"))
    return told if told.partition("?")[0] in lists else lists[0]


def _rows(request: HttpRequest, actor: Actor, address: str) -> list[UUID]:
    """The dossiers of the page of the list, in its order, each once."""
    path, _mark, query = address.partition("?")
    sent = QueryDict(query)
    if path == reverse("cases:desk-list"):
        filters = cases_asked(request, sent)
        return [row.pk for row in lists.cases(actor, filters)[: filters.limit]]
    rows = lists.inbox(actor, tasks_asked(request, sent))
    return list(dict.fromkeys(row.case_id for row in rows))


def _named(request: HttpRequest, actor: Actor) -> UUID | None:
    """The dossier that the address names as the next, if the actor may see it."""
    try:
        named = UUID(request.GET.get(NEXT, ""))
    except ValueError:
        return None
    return named if queries.sees(actor, named) else None


def _address(case: UUID | None, told: dict[str, str]) -> str:
    if case is None:
        return ""
    query = "?" + urlencode(told) if told else ""
    return reverse("cases:desk-case", args=[case]) + query
