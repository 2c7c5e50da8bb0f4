"""What the address of a list asks for, and the addresses that ask for something else of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from xactin.cases.lists import order
from xactin.cases.lists.queries import COUNTED, LAST_PAGE, NEWEST, URGENT, Counts, Filters, cursor_from, soon
from xactin.cases.procedures import queries as procedures
from xactin.cases.states import NATIONAL_STATES, WORK_KINDS
from xactin.cases.web.lists.persons import sought
from xactin.cases.web.shown import acted_by, procedure_choices
from xactin.identity.queries import folded
from xactin.ui.pages import address_with
from xactin.ui.pieces import Choice, Filter
from xactin.ui.writing import number_text

UNFINISHED: Final = "open"
"""`late=open`: late and not finished."""
SOON: Final = "soon"
"""`late=soon`: not late yet, and late when the next working day closes."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice above a list with how many it would show."""

    label: str
    count: str
    url: str
    here: bool
    late: bool = False


def cases_asked(request: HttpRequest, sent: QueryDict) -> Filters:
    """What the address of a list of dossiers asks for (`sent`); what cannot be read does not filter."""
    state = sent.get("state", "")
    found = Filters(
        words=_words(sent),
        state=int(state) if state.isascii() and state.isdigit() and 1 <= int(state[:3]) <= 10 else None,
        late=sent.get("late") in ("1", UNFINISHED),
        unfinished=sent.get("late") == UNFINISHED,
        code=sent.get("code", "")[:40],
        kind=sent.get("kind", "") if sent.get("kind") in WORK_KINDS else "",
        person=sought(request, sent),
        # Who asks what is late asks what has waited longest.
        order=order.chosen(sent.get("sort", ""), order.CASES, "due" if sent.get("late") else NEWEST),
        page=_page(sent),
        after=_id(sent.get("after", "")),
    )
    return soon(acted_by(request), found) if sent.get("late") == SOON else found


def tasks_asked(request: HttpRequest, sent: QueryDict) -> Filters:
    """What the address of an inbox asks for."""
    return Filters(
        words=_words(sent),
        late=sent.get("late") == "1",
        today=sent.get("late") == "today",
        code=sent.get("code", "")[:40],
        kind=sent.get("kind", "") if sent.get("kind") in WORK_KINDS else "",
        person=sought(request, sent),
        order=order.chosen(sent.get("sort", ""), order.TASKS, URGENT),
        page=_page(sent),
        place=cursor_from(sent.get("after", "")),
    )


def _words(sent: QueryDict) -> str:
    return folded(sent.get("q", "")[:200])


def _page(sent: QueryDict) -> int:
    page = sent.get("page", "")
    return (
        min(int(page), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 5 and int(page) else 1
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def is_filtered(request: HttpRequest) -> bool:
    """Whether a list shows a choice only, so that an empty one says nothing about the whole."""
    return any(
        request.GET.get(name) for name in ("q", "state", "late", "code", "kind", "after", "person", "page")
    )


def case_chips(request: HttpRequest, counts: Counts) -> list[Chip]:
    """All, late, and each state that there is, with how many."""
    state, late = request.GET.get("state", ""), request.GET.get("late", "")
    late_name = _("Late and not finished") if late == UNFINISHED else _("Late")
    found = [
        _chip(request, counts, _("All"), counts.total, here=not state and not late, state=None, late=None),
        _chip(request, counts, late_name, counts.late, here=bool(late), late=None if late else "1"),
    ]
    for number, name in NATIONAL_STATES.items():
        here, count = state == str(int(number)), counts.states.get(int(number), 0)
        if count or here:
            wanted = None if here else int(number)
            found.append(_chip(request, counts, str(name), count, here=here, state=wanted))
    return found


def task_chips(request: HttpRequest, counts: Counts) -> list[Chip]:
    """All, late, due today, with how many."""
    late = request.GET.get("late", "")
    return [
        _chip(request, counts, _("All"), counts.total, here=not late, late=None),
        _chip(request, counts, _("Late"), counts.late, here=late == "1", late="1"),
        _chip(request, counts, _("Due today"), counts.today, here=late == "today", late="today"),
    ]


def _chip(
    request: HttpRequest, counts: Counts, label: str, count: int, *, here: bool, **changes: object
) -> Chip:
    url = address_with(request, {**changes, "after": None, "page": None})
    return Chip(label, told(count, counts.more), url, here, late=bool(changes.get("late")) and count > 0)


def told(count: int, more: bool) -> str:
    """A count in words; of a list longer than what is counted it is the least there is."""
    text = number_text(count, "vi")
    return f"{text}+" if more and count else text


def procedure_filter(request: HttpRequest, counts: Counts) -> list[Filter]:
    """The procedures in force, and those of the list, each with how many; and the kinds of work there are."""
    choices = {choice.value: str(choice.label) for choice in procedure_choices()}
    names: Mapping[str, str] = {code: choices.get(code) or _name(code) for code in {*choices, *counts.codes}}
    shown = [
        Choice(code, f"{names[code]} ({told(counts.codes.get(code, 0), counts.more)})")
        for code in sorted(names, key=lambda code: (-counts.codes.get(code, 0), names[code]))
    ]
    there = [kind for kind in WORK_KINDS if kind in procedures.kinds_in_force()]
    kinds = [Choice(kind, str(WORK_KINDS[kind])) for kind in there]
    by_kind = (
        [Filter("kind", _("Kind of work"), request.GET.get("kind", ""), kinds)] if len(kinds) > 1 else []
    )
    return [Filter("code", _("Procedure"), request.GET.get("code", ""), shown), *by_kind]


def _name(code: str) -> str:
    found = procedures.versions(code=code)
    return found[0].name_vi if found else code


def next_of(
    request: HttpRequest, filters: Filters, *, more: bool, after: str, usual: str
) -> dict[str, object]:
    """What the pager is told: in the usual order the last row shown, in another the number of the next page."""
    if filters.order == usual:
        return {"next": after if more else "", "parameter": "after"}
    return {"next": filters.page + 1 if more and filters.page < LAST_PAGE else "", "parameter": "page"}


def list_total(counts: Counts) -> str:
    """How many rows the list has in all."""
    return told(counts.chosen, counts.more) if not counts.more else told(COUNTED, more=True)
