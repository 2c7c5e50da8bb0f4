"""When an agency works, and which calendar a digest names."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db.models import Max

from xactin.identity import queries as identity
from xactin.identity.models import WorkCalendar
from xactin.kernel.calendars import Calendar, vietnam
from xactin.vault.rehearsal import on_trial

_SECONDS: Final = 1.0
"""How long a process may work by a calendar that another one has changed; the effect names the one used."""


@dataclass(frozen=True, slots=True)
class _Known:
    looked: float
    latest: int
    by_agency: Mapping[UUID, Calendar]
    by_digest: Mapping[str, Calendar]


_known: _Known | None = None


def forget_calendars() -> None:
    """A calendar was set."""
    global _known
    _known = None


def calendar(agency: UUID | None = None) -> Calendar:
    """When an agency works: by its own calendar, else by that of the nearest above it; None asks the authority.

    Where none was set these are the office hours and public holidays of Viet Nam.
    """
    known = _calendars().by_agency
    here = (agency or _root()) if known else None
    while here is not None:
        if here in known:
            return known[here]
        here = identity.agency(here).parent_id
    return vietnam()


def _root() -> UUID | None:
    return next((one.id for _depth, one in identity.agency_tree() if one.parent_id is None), None)


def last_set(agency: UUID) -> WorkCalendar | None:
    """The calendar in force that an agency has of its own."""
    return WorkCalendar.objects.filter(agency=agency).order_by("-id").first()


def calendar_named(digest: str) -> Calendar | None:
    """The calendar that a digest in an effect names; None where it was never one of this authority's."""
    return vietnam() if digest == vietnam().digest() else _calendars().by_digest.get(digest)


def _calendars() -> _Known:
    """All calendars. Once a second each process asks whether there is a new one, and reads only then."""
    global _known
    found = _known
    if found is not None and time.monotonic() - found.looked <= _SECONDS:
        return found
    latest = WorkCalendar.objects.aggregate(latest=Max("id"))["latest"] or 0
    if found is not None and latest == found.latest:
        _known = replace(found, looked=time.monotonic())
        return _known
    rows = WorkCalendar.objects.order_by("id").values_list("agency_id", "digest", "calendar")
    read = [(agency, digest, _kept(digest, found, told)) for agency, digest, told in rows]
    now_known = _Known(
        time.monotonic(),
        latest,
        {agency: one for agency, _digest, one in read},
        {digest: one for _agency, digest, one in read},
    )
    if not on_trial():  # a calendar that is only rehearsed was never in force
        _known = now_known
    return now_known


def _kept(digest: str, known: _Known | None, told: Mapping[str, object]) -> Calendar:
    """A calendar that was read before is taken as it is: it never changes."""
    found = known.by_digest.get(digest) if known else None
    return found or Calendar.from_dict(told)
