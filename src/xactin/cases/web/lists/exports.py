"""Lists as files. Each says who drew it up, when and by which choice; each is a reading, and logged."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from xactin.cases.dossiers.surroundings import language
from xactin.cases.lists import queries
from xactin.cases.lists.persons import PURPOSES, note_shown
from xactin.cases.lists.queries import NEWEST, PAGE, URGENT, Filters
from xactin.cases.models import Case, OpenTask, state_name
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.rules import NationalState
from xactin.cases.states import NATIONAL_STATES
from xactin.cases.web.lists.rows import is_late, task_name
from xactin.cases.web.shown import acted_by, owner_of, sender_of
from xactin.identity.queries import Actor
from xactin.kernel.local import local_time
from xactin.ledger.clock import now
from xactin.ui.sheets import FORMATS, sheet

__all__ = ["FORMATS", "cases", "tasks"]

Row = TypeVar("Row", Case, OpenTask)
MOST: Final = 10_000
PURPOSE: Final = "export"
_PAGE: Final = 1_000


def cases(request: HttpRequest, filters: Filters, wanted: str) -> HttpResponse:
    """The filtered list, at most 10,000 dossiers, in its order."""
    actor, at = acted_by(request), now()
    found, more = _first(_all(actor, filters))
    _note(actor, filters, found)
    header = [
        _("Number"),
        _("Procedure"),
        _("Owner of the application"),
        _("Sent by"),
        _("State"),
        _("Sent"),
        _("Due"),
        _("Finished"),
        _("Late"),
        _("Handled by"),
    ]
    table = [*_drawn_up(request, filters, len(found), more, at), header, *(_row(case, at) for case in found)]
    return sheet(table, wanted, "ho-so")


def tasks(request: HttpRequest, filters: Filters, wanted: str) -> HttpResponse:
    """The inbox as it is filtered, at most 10,000 tasks, in its order."""
    actor, at = acted_by(request), now()
    found, more = _first(_inbox(actor, filters))
    _note(actor, filters, [row.case for row in found])
    header = [
        _("Task"),
        _("Number"),
        _("Procedure"),
        _("Owner of the application"),
        _("Sent by"),
        _("Since"),
        _("Due"),
        _("Late"),
    ]
    table = [*_drawn_up(request, filters, len(found), more, at), header, *(_task(row, at) for row in found)]
    return sheet(table, wanted, "viec-can-lam")


def _first(rows: Iterable[Row]) -> tuple[list[Row], bool]:
    """As many rows as a file may have, and whether there are more."""
    found = list(islice(rows, MOST + 1))
    return found[:MOST], len(found) > MOST


def _note(actor: Actor, filters: Filters, found: list[Case]) -> None:
    purpose = filters.person.purpose if filters.person else PURPOSE
    note_shown(actor, purpose, (case.pk for case in found if not case.applicant_withheld))


def _drawn_up(
    request: HttpRequest, filters: Filters, count: int, more: bool, at: datetime
) -> list[list[str]]:
    """Who drew it up, when, of what choice, how many lines, and whether that is all."""
    actor = acted_by(request)
    by = f"{actor.name} ({actor.post_title}, {actor.agency_name})"
    lines = [
        [_("Drawn up by %(name)s, %(at)s") % {"name": by, "at": _time(at)}],
        [_("Choice: %(choice)s. Lines: %(count)d") % {"choice": "; ".join(_choice(filters)), "count": count}],
    ]
    return (
        [*lines, [_("There are more: this file ends here. Choose less to get the others.")]]
        if more
        else lines
    )


def _choice(filters: Filters) -> list[str]:
    """By what the list is filtered and ordered, in words. Who a person looked for was is not said."""
    found = [f"“{filters.words}”"] if filters.words else []
    if filters.state is not None:
        found.append(str(NATIONAL_STATES[NationalState(filters.state)]))
    if filters.late:
        found.append(_("Late and not finished") if filters.unfinished else _("Late"))
    if filters.today:
        found.append(_("Due today"))
    if filters.code:
        found.append(filters.code)
    if filters.person:
        found.append(PURPOSES[filters.person.purpose][0 if language() == "vi" else 1])
    return found or [_("All")]


def _inbox(actor: Actor, filters: Filters) -> Iterator[OpenTask]:
    """All pages of the inbox, one after the other."""
    step = replace(filters, page=1, place=None)
    while True:
        page = queries.inbox(actor, step, whole=True)
        yield from page[:PAGE]
        if len(page) <= PAGE:
            return
        last = page[PAGE - 1]
        if filters.order == URGENT:
            step = replace(step, place=(last.due_at, last.pk))
        else:
            step = replace(step, page=step.page + 1)


def _all(actor: Actor, filters: Filters) -> Iterator[Case]:
    step = replace(filters, limit=_PAGE, page=1, after=None)
    while True:
        page = queries.cases(actor, step)
        yield from page[:_PAGE]
        if len(page) <= _PAGE:
            return
        usual = filters.order == NEWEST
        step = replace(step, after=page[_PAGE - 1].pk) if usual else replace(step, page=step.page + 1)


def _row(case: Case, at: datetime) -> list[str]:
    english = language() == "en"
    return [
        case.number,
        case.version.name_en if english else case.version.name_vi,
        owner_of(case),
        sender_of(case),
        state_name(case),
        *map(_time, (case.submitted_at, case.due_at, case.finished_at)),
        _("Late") if is_late(case, at) else "",
        case.agency.name_en if english else case.agency.name_vi,
    ]


def _task(row: OpenTask, at: datetime) -> list[str]:
    package = procedures.version(row.case.version_id).package
    return [
        task_name(row),
        row.case.number,
        text_in(package.procedure.name, language()),
        owner_of(row.case),
        sender_of(row.case),
        _time(row.opened_at),
        _time(row.due_at),
        _("Late") if is_late(row.case, at) else "",
    ]


def _time(moment: datetime | None) -> str:
    return local_time(moment).strftime("%d/%m/%Y %H:%M") if moment else ""
