"""What acts ask of their surroundings: the language, the applicant's facts."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xactin.cases.errors import Invalid
from xactin.identity.models import Agency
from xactin.identity.queries import Actor, agency_tree


def language() -> str:
    """The language in use: "vi" or "en"."""
    return (get_language() or "vi")[:2]


def applicant_facts(actor: Actor) -> dict[str, Any]:
    """What rules may ask about an applicant (`applicant.kind`)."""
    return {"kind": actor.kind}


def handling_agencies(level: str) -> list[Agency]:
    """The agencies that can handle dossiers of a level (commune, province), in the order of the tree."""
    return [agency for _depth, agency in agency_tree() if agency.kind == level and agency.closed_at is None]


def handling_agency(level: str, code: str | None) -> Agency:
    """The agency with this code; without one, the first of the level. Raises Invalid."""
    found = handling_agencies(level)
    chosen = next((agency for agency in found if code in (None, "", agency.code)), None)
    if chosen is None:
        raise Invalid({"agency": _("No agency with this code handles this procedure.")})
    return chosen
