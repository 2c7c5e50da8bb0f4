"""When an agency works, and which calendar a digest names."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from xactin.identity import queries as identity
from xactin.identity.models import WorkCalendar
from xactin.kernel.calendars import Calendar, vietnam

_SECONDS: Final = 15.0
"""How long a process may work by a calendar that another one has changed; the effect names the one used."""


@dataclass(frozen=True, slots=True)
class _Known:
    read: float
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
    if not known:
        return vietnam()
    tree = {one.id: one for _depth, one in identity.agency_tree()}
    root = next((one for one in tree.values() if one.parent_id is None), None)
    here = root if agency is None else tree.get(agency)
    while here is not None:
        if here.id in known:
            return known[here.id]
        here = tree.get(here.parent_id) if here.parent_id else None
    return vietnam()


def last_set(agency: UUID) -> WorkCalendar | None:
    """The calendar in force that an agency has of its own."""
    return WorkCalendar.objects.filter(agency=agency).order_by("-id").first()


def calendar_named(digest: str) -> Calendar | None:
    """The calendar that a digest in an effect names; None where it was never one of this authority's."""
    return vietnam() if digest == vietnam().digest() else _calendars().by_digest.get(digest)


def _calendars() -> _Known:
    global _known
    found = _known
    if found is None or time.monotonic() - found.read > _SECONDS:
        rows = WorkCalendar.objects.order_by("id").values_list("agency_id", "digest", "calendar")
        read = [(agency, digest, _kept(digest, found, told)) for agency, digest, told in rows]
        found = _known = _Known(
            time.monotonic(),
            {agency: one for agency, _digest, one in read},
            {digest: one for _agency, digest, one in read},
        )
    return found


def _kept(digest: str, known: _Known | None, told: Mapping[str, object]) -> Calendar:
    """A calendar that was read before is taken as it is: it never changes."""
    found = known.by_digest.get(digest) if known else None
    return found or Calendar.from_dict(told)
