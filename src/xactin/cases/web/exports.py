"""Lists of dossiers and tasks as files."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.surroundings import language
from xactin.cases.models import NATIONAL_STATES, Case, OpenTask
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.rules import NationalState
from xactin.cases.web.shown import applicant_of
from xactin.identity.queries import Actor
from xactin.kernel.local import local_time
from xactin.ui.sheets import FORMATS, sheet

__all__ = ["FORMATS", "cases", "tasks"]

MOST: Final = 10_000
_PAGE: Final = 1_000


def cases(actor: Actor, filters: queries.Filters, wanted: str) -> HttpResponse:
    """The filtered list, at most 10,000 dossiers, newest first."""
    header = [
        _("Number"),
        _("Procedure"),
        _("Applicant"),
        _("State"),
        _("Sent"),
        _("Due"),
        _("Finished"),
        _("Handled by"),
    ]
    return sheet([header, *map(_row, _all(actor, filters))], wanted, "ho-so")


def tasks(actor: Actor, wanted: str, *, words: str, code: str) -> HttpResponse:
    """The inbox as it is filtered, at most 10,000 tasks, the most urgent first."""
    header = [_("Task"), _("Number"), _("Procedure"), _("Applicant"), _("Since"), _("Due")]
    return sheet([header, *map(_task, _inbox(actor, words, code))], wanted, "viec-can-lam")


def _inbox(actor: Actor, words: str, code: str) -> Iterator[OpenTask]:
    after, seen = None, 0
    while seen < MOST:
        page = queries.inbox(actor, words=words, code=code, after=after)
        yield from page[: queries.PAGE]
        seen += queries.PAGE
        if len(page) <= queries.PAGE:
            return
        last = page[queries.PAGE - 1]
        after = (last.due_at, last.pk)


def _all(actor: Actor, filters: queries.Filters) -> Iterator[Case]:
    seen, step = 0, replace(filters, limit=_PAGE, after=None)
    while seen < MOST:
        page = queries.cases(actor, step)
        yield from page[:_PAGE]
        seen += _PAGE
        if len(page) <= _PAGE:
            return
        step = replace(step, after=page[_PAGE - 1].pk)


def _row(case: Case) -> list[str]:
    english = language() == "en"
    return [
        case.number,
        case.version.name_en if english else case.version.name_vi,
        applicant_of(case),
        str(NATIONAL_STATES[NationalState(case.national_state)]),
        *map(_time, (case.submitted_at, case.due_at, case.finished_at)),
        case.agency.name_en if english else case.agency.name_vi,
    ]


def _task(row: OpenTask) -> list[str]:
    package = procedures.version(row.case.version_id).package
    return [
        text_in(package.rules[row.node].name, language()),
        row.case.number,
        text_in(package.procedure.name, language()),
        applicant_of(row.case),
        _time(row.opened_at),
        _time(row.due_at),
    ]


def _time(moment: datetime | None) -> str:
    return local_time(moment).strftime("%d/%m/%Y %H:%M") if moment else ""
