"""The register of an agency (form 07): what it received in a period, the first number first."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from xactin.cases.dossiers.visibility import found_by, visible
from xactin.cases.errors import NotFound
from xactin.cases.models import Case
from xactin.cases.rights import INSPECT, WORK
from xactin.identity import queries as identity
from xactin.identity.models import Agency
from xactin.identity.queries import Actor
from xactin.kernel.local import LOCAL

MOST: Final = 500
"""Lines of a printed register; a longer one is printed in shorter periods, or taken as a file."""
FILE: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Period:
    """Whole days, the last one too, and the words that choose among what they hold."""

    since: date
    until: date
    words: str = ""


def agency_of(actor: Actor, code: str = "") -> Agency:
    """The agency whose register the actor keeps, or inspects: their own, of a unit the one that it is a unit of; by its
    code one that their inspection reaches. Raises NotFound."""
    if actor.agency_id is None or not actor.duties & {WORK, INSPECT}:
        raise NotFound
    own = identity.agency(actor.agency_id)
    while own.kind == Agency.Kind.UNIT and own.parent_id:
        own = identity.agency(own.parent_id)
    if code in ("", own.code):
        return own
    chosen = Agency.objects.filter(code=code).first()
    if chosen is None or not actor.has(INSPECT, chosen.path):
        raise NotFound
    return chosen


def register(actor: Actor, agency: Agency, period: Period, *, limit: int = MOST) -> tuple[list[Case], bool]:
    """The dossiers of people that this agency handles and received in the period, and whether there are more."""
    begin = datetime.combine(period.since, time(), tzinfo=LOCAL)
    end = datetime.combine(period.until + timedelta(days=1), time(), tzinfo=LOCAL)
    rows = visible(actor).filter(
        agency=agency, applicant__isnull=False, received_at__gte=begin, received_at__lt=end
    )
    chosen = rows.filter(found_by(actor, period.words)).select_related(
        "version", "applicant", "agency", "handover"
    )
    found = list(chosen.defer("words").order_by("received_at", "id")[: limit + 1])
    return found[:limit], len(found) > limit
