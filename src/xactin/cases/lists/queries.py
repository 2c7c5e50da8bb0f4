"""Lists of dossiers and tasks: rows and counts. The actor comes first: what one may not see is in no list.

The usual order is paged by the last row shown, as quick for the last page as for the first; another one by pages.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from xactin.cases.dossiers.visibility import as_seen, found_by, own_tasks, visible
from xactin.cases.lists import order
from xactin.cases.lists.persons import Sought, matching
from xactin.cases.models import Case, OpenTask
from xactin.cases.procedures import queries as procedures
from xactin.identity import queries as identity
from xactin.identity.calendars.queries import calendar
from xactin.identity.queries import Actor
from xactin.kernel.local import LOCAL, local_day
from xactin.kernel.working_time import add_working
from xactin.ledger.clock import now

PAGE: Final = 50
NEWEST: Final = "-sent"
URGENT: Final = "due"
LAST_PAGE: Final = 200
COUNTED: Final = 5_000
"""Rows that are counted, the newest or most urgent; of more it is only said that there are more."""
HEAVY: Final = ("state", "words", "owner_key")
"""What a row is heavy with, and no list shows."""
TIMES: Final = ("submitted_at", "received_at", "finished_at")
"""What takes long to read, and the inbox does not show of a case: its tasks have times of their own."""
Place = tuple[datetime | None, int]
"""Where a row stands in the inbox: its due time and its number."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is asked for; empty members do not filter. `after` or `place`: only what comes behind it."""

    words: str = ""  # with or without diacritics
    state: int | None = None
    due_after: datetime | None = None
    due_before: datetime | None = None
    late: bool = False
    unfinished: bool = False
    today: bool = False  # of tasks: due on this day
    code: str = ""
    kind: str = ""  # of work: `kernel/procedure/kinds.py`
    person: Sought | None = None
    order: str = ""
    page: int = 1
    after: UUID | None = None
    place: Place | None = None
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many there are in all, and of which kind. `more`: that is said of the first 5,000 only."""

    total: int = 0
    chosen: int = 0
    late: int = 0
    today: int = 0
    states: Mapping[int, int] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    more: bool = False


def cases(actor: Actor, filters: Filters) -> list[Case]:
    """A page of cases, newest first or in the order asked for: one more than `limit` when there is more."""
    rows = _cases(actor, filters).filter(_chosen(filters))
    if filters.order in ("", NEWEST):
        rows = rows.order_by("-id")
    else:
        rows = order.ordered(rows, actor, filters.order, order.CASES)
    found = rows.defer(*HEAVY)[_slice(filters)]
    return [_placed(as_seen(actor, row)) for row in found]


def case_counts(actor: Actor, filters: Filters) -> Counts:
    """How many cases of which state, late, of which procedure there are, whichever of these are chosen."""
    whole = Filters(words=filters.words, person=filters.person)
    columns = ("version_id", "national_state", "late_at", "finished_at")
    rows = list(_cases(actor, whole).order_by("-id").values_list(*columns)[: COUNTED + 1])
    code, at = _codes(row[0] for row in rows), now()
    # Where only what is not finished is chosen as late, only that is counted so.
    told = [
        (version, state, late is not None and late < at and not (filters.unfinished and finished))
        for version, state, late, finished in rows[:COUNTED]
    ]
    wanted = _versions(code, filters)
    here = [row for row in told if row[0] in wanted]
    return Counts(
        total=len(here),
        chosen=sum(filters.state in (None, state) and late >= filters.late for _version, state, late in here),
        late=sum(late for _version, state, late in here if filters.state in (None, state)),
        states=Counter(state for _version, state, late in here if late >= filters.late),
        codes=Counter(code[version] for version, state, late in told),
        more=len(rows) > COUNTED,
    )


def _cases(actor: Actor, filters: Filters) -> QuerySet[Case]:
    rows = visible(actor, before=filters.after).filter(found_by(actor, filters.words))
    return rows.filter(matching(actor, filters.person)) if filters.person else rows


def _chosen(filters: Filters) -> Q:
    """What is chosen of them."""
    wanted = order.late(now()) if filters.late else Q()
    if filters.unfinished:
        wanted &= Q(finished_at__isnull=True)
    if filters.state is not None:
        wanted &= Q(national_state=filters.state)
    if filters.due_before is not None:
        wanted &= Q(due_at__lt=filters.due_before, finished_at__isnull=True)
    if filters.due_after is not None:
        wanted &= Q(due_at__gte=filters.due_after, finished_at__isnull=True)
    if filters.code:
        wanted &= Q(version__code=filters.code)
    if filters.kind:
        wanted &= Q(version__kind=filters.kind)
    return wanted


def soon(actor: Actor, filters: Filters) -> Filters:
    """What is not late yet and will be when the next working day of the actor's agency closes."""
    at = now()
    until = add_working(at, {"working_day": 1}, calendar(actor.agency_id))
    return replace(filters, due_after=at, due_before=until + timedelta(seconds=1), unfinished=True)


def _slice(filters: Filters) -> slice:
    start = (min(max(filters.page, 1), LAST_PAGE) - 1) * filters.limit
    return slice(start, start + filters.limit + 1)


def _placed(case: Case) -> Case:
    """The row with its procedure and agency, which a list names in each line and this process knows already."""
    case.version = procedures.row(case.version_id)
    case.agency = identity.agency(case.agency_id)
    return case


def inbox(actor: Actor, filters: Filters, *, mine: bool = True, whole: bool = False) -> list[OpenTask]:
    """The actor's open tasks, by what will be late first or in the order asked for; one more than a page when there
    is more.

    Not `mine`: those of all cases the actor may see. `whole`: with all that lists show of their cases.
    """
    rows = _tasks(actor, filters, mine=mine).filter(_chosen_tasks(filters))
    if filters.order in ("", URGENT):
        rows = rows.filter(_behind(filters.place)).order_by("due_at", "id")
    else:
        rows = order.ordered(rows, actor, filters.order, order.TASKS, case="case__")
    deferred = (f"case__{name}" for name in (HEAVY if whole else HEAVY + TIMES))
    found = list(rows.select_related("case").defer(*deferred)[_slice(filters)])
    for row in found:
        _placed(as_seen(actor, row.case))
        row.agency = identity.agency(row.agency_id) if row.agency_id else None
    return found


def inbox_ids(actor: Actor, filters: Filters, *, most: int) -> list[int]:
    """The numbers of the actor's open tasks that these filters choose, those due first; at most `most`."""
    rows = _tasks(actor, filters, mine=True).filter(_chosen_tasks(filters))
    return list(rows.order_by("due_at", "id").values_list("pk", flat=True)[:most])


def inbox_counts(actor: Actor, filters: Filters) -> Counts:
    """How many open tasks are late, due today, of which procedure, whichever of these are chosen."""
    whole = Filters(words=filters.words, person=filters.person)
    rows = _tasks(actor, whole, mine=True).order_by("due_at", "id")
    told = list(rows.values_list("case__version_id", "due_at", "case__late_at")[: COUNTED + 1])
    code, at = _codes(row[0] for row in told), now()
    rows_told = [
        (version, late is not None and late < at, due is not None and local_day(due) == local_day(at))
        for version, due, late in told[:COUNTED]
    ]
    wanted = _versions(code, filters)
    here = [row for row in rows_told if row[0] in wanted]
    return Counts(
        total=len(here),
        chosen=sum(late >= filters.late and today >= filters.today for _version, late, today in here),
        late=sum(late for _version, late, _today in here),
        today=sum(today for _version, _late, today in here),
        codes=Counter(code[version] for version, _late, _today in rows_told),
        more=len(told) > COUNTED,
    )


def _tasks(actor: Actor, filters: Filters, *, mine: bool) -> QuerySet[OpenTask]:
    whose = own_tasks(actor) if mine else Q(case__in=visible(actor).values("pk"))
    rows = OpenTask.objects.filter(whose).exclude(kind__in=("service", "offer"))
    rows = rows.filter(found_by(actor, filters.words, case="case__"))
    return rows.filter(matching(actor, filters.person, case="case__")) if filters.person else rows


def _chosen_tasks(filters: Filters) -> Q:
    wanted = order.late(now(), case="case__") if filters.late else Q()
    if filters.today:
        start = datetime.combine(local_day(now()), time.min, LOCAL)
        wanted &= Q(due_at__gte=start, due_at__lt=start + timedelta(days=1))
    if filters.code:
        wanted &= Q(case__version__code=filters.code)
    if filters.kind:
        wanted &= Q(case__version__kind=filters.kind)
    return wanted


def _behind(place: Place | None) -> Q:
    if place is None:
        return Q()
    due, number = place
    if due is None:
        return Q(due_at__isnull=True, id__gt=number)
    return Q(due_at__gt=due) | Q(due_at=due, id__gt=number) | Q(due_at__isnull=True)


def _codes(versions: Iterable[int]) -> dict[int, str]:
    """The procedures' codes; a version never changes it."""
    return {version: procedures.row(version).code for version in set(versions)}


def _versions(codes: Mapping[int, str], filters: Filters) -> set[int]:
    """Those of these versions whose cases are asked for: of a procedure, of a kind of work."""
    return {
        version
        for version, code in codes.items()
        if filters.code in ("", code) and filters.kind in ("", procedures.row(version).kind)
    }


def cursor_of(row: OpenTask) -> str:
    """The place of a row in the inbox, as it stands in an address."""
    return f"{row.due_at.isoformat()}~{row.pk}" if row.due_at else f"~{row.pk}"


def cursor_from(text: str) -> Place | None:
    """The place an address names; None for the beginning, and for anything that is no place."""
    moment, _tilde, number = text.partition("~")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    try:
        due = datetime.fromisoformat(moment) if moment else None
    except ValueError:
        return None
    return None if due and due.tzinfo is None else (due, int(number))


def by_number(actor: Actor, number: str) -> UUID | None:
    """The case of a whole number, if the actor may see it."""
    return visible(actor).filter(number=number.upper()).values_list("pk", flat=True).first()
