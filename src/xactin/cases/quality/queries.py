"""The parts of the score that this install can count, with the dossiers behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Count, F, Q, QuerySet

from xactin.cases.dossiers.visibility import as_seen, visible
from xactin.cases.models import Case, Phase
from xactin.cases.procedures import queries as procedures
from xactin.cases.quality import score
from xactin.identity import queries as identity
from xactin.identity.models import Agency
from xactin.identity.queries import Actor
from xactin.kernel.local import LOCAL
from xactin.kernel.procedure.kinds import APPLICATION
from xactin.ledger.clock import now

SHOWN: Final = 50
"""Dossiers that are named, those that cost most first."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """Local days from `first` to `last`, both counted."""

    first: date
    last: date

    def moments(self) -> tuple[datetime, datetime]:
        """From when until before when."""
        start = datetime.combine(self.first, time.min, LOCAL)
        return start, datetime.combine(self.last + timedelta(days=1), time.min, LOCAL)


@dataclass(frozen=True, kw_only=True)
class Group:
    """The dossiers of one procedure at one agency that were received in a period.

    `in_time` ended in time, `late` ended too late, `overdue` are open and past their day, the others are open.
    """

    code: str
    version: int
    agency: Agency
    received: int
    in_time: int
    late: int
    overdue: int


@dataclass(frozen=True, kw_only=True)
class Score:
    """What can be told of a period. `lost`: points by which one dossier that is not in time lowers the whole."""

    parts: Sequence[tuple[score.Part, Decimal | None]]
    total: score.Total
    groups: Sequence[Group]
    each: Decimal
    results: int
    done: int

    @property
    def received(self) -> int:
        """All that was received."""
        return sum(one.received for one in self.groups)

    @property
    def in_time(self) -> int:
        """Of these, what ended in time."""
        return sum(one.in_time for one in self.groups)

    @property
    def late(self) -> int:
        """What ended too late."""
        return sum(one.late for one in self.groups)

    @property
    def overdue(self) -> int:
        """What is open and past its day."""
        return sum(one.overdue for one in self.groups)

    @property
    def open(self) -> int:
        """What is open and in time."""
        return self.received - self.in_time - self.late - self.overdue


def score_of(actor: Actor, period: Period) -> Score:
    """The score by the applications that the actor may see and that were received in a period."""
    rows = _received(actor, period)
    groups = _groups(rows)
    received, in_time = sum(one.received for one in groups), sum(one.in_time for one in groups)
    done = rows.filter(phase=Phase.DONE).count()
    results = rows.filter(phase=Phase.DONE, result__issued_at__isnull=False).count()
    known = {
        "progress": score.progress(in_time, received),
        "electronic_results": score.ratio(6, results, done),
    }
    parts = [(part, known.get(part.id)) for part in score.PARTS]
    return Score(
        parts=parts,
        total=score.total(parts),
        groups=groups,
        each=Decimal(20) / received if received else Decimal(0),
        results=results,
        done=done,
    )


def _received(actor: Actor, period: Period) -> QuerySet[Case]:
    start, end = period.moments()
    return visible(actor).filter(
        version__kind=APPLICATION, received_at__gte=start, received_at__lt=end, applicant__isnull=False
    )


def _late() -> Q:
    return Q(finished_at__isnull=False, due_at__isnull=False, finished_at__gt=F("due_at"))


def _overdue() -> Q:
    return Q(finished_at__isnull=True, due_at__lt=now())


def _groups(rows: QuerySet[Case]) -> list[Group]:
    """By what costs most points first."""
    counted = (
        rows.order_by()
        .values("version_id", "agency_id")
        .annotate(
            received=Count("pk"),
            finished=Count("pk", filter=Q(finished_at__isnull=False)),
            late=Count("pk", filter=_late()),
            overdue=Count("pk", filter=_overdue()),
        )
    )
    found = [
        Group(
            code=procedures.row(one["version_id"]).code,
            version=one["version_id"],
            agency=identity.agency(one["agency_id"]),
            received=one["received"],
            in_time=one["finished"] - one["late"],
            late=one["late"],
            overdue=one["overdue"],
        )
        for one in counted
    ]
    return sorted(
        found, key=lambda one: (-(one.late + one.overdue), -one.received, one.code, one.agency.code)
    )


def costing(actor: Actor, period: Period) -> list[Case]:
    """The dossiers that cost points: open ones past their day, the longest first, then those that ended too late."""
    rows = (
        _received(actor, period)
        .filter(_late() | _overdue())
        .order_by(F("finished_at").asc(nulls_first=True), "due_at")
    )
    found = list(rows.defer("state", "words", "owner_key")[:SHOWN])
    for row in found:
        as_seen(actor, row).agency = identity.agency(row.agency_id)
    return found
