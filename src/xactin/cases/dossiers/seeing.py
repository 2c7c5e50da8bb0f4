"""Who sees which dossier, and whose it is: the conditions that every question about dossiers carries.

Seen by: the applicant; officials of the handling agency and of agencies that have or had a part;
auditors, everything, for reading. Administrators see no dossier. A consulted agency gets what its
tasks declare: it neither reads whose dossier it is nor finds it by that name.
"""

from uuid import UUID

from django.db.models import Q, QuerySet

from xactin.cases.models import Case
from xactin.identity import queries as identity
from xactin.identity.queries import Actor, folded


def visible(actor: Actor) -> QuerySet[Case]:
    """The cases an actor may see, as a query: the check is in the database, not in the page."""
    if actor.role == "auditor":
        return Case.objects.all()
    if actor.role == "administrator":  # also in an agency that handles dossiers
        return Case.objects.none()
    if actor.agency_id is None:
        return Case.objects.filter(applicant_id=actor.person_id)
    return Case.objects.filter(agencies__contains=[actor.agency_id])


def sees(actor: Actor, case: UUID) -> bool:
    """Whether the actor may see this case at all."""
    return visible(actor).filter(pk=case).exists()


def _handling(actor: Actor) -> frozenset[UUID]:
    """The agencies the actor acts for: their own and, of a unit, those it is a unit of.

    A department is no unit: a province that handles a dossier consults its departments like any other.
    """
    found, acts_for = actor.agency_id, set()
    while found is not None:
        acts_for.add(found)
        agency = identity.agency(found)
        found = agency.parent_id if agency.kind == agency.Kind.UNIT else None
    return frozenset(acts_for)


def handles(actor: Actor, case: Case) -> bool:
    """Whether the actor's agency is the one that handles the case, or a unit of it."""
    return case.agency_id in _handling(actor)


def knows_applicant(actor: Actor, case: Case) -> bool:
    """Whether the actor, who sees the case, is told whose it is: all but agencies that are only consulted."""
    return actor.agency_id is None or actor.role == "auditor" or handles(actor, case)


def as_seen(actor: Actor, case: Case) -> Case:
    """The row without the name that the actor is not told, so that no door can show it by mistake."""
    if not knows_applicant(actor, case):
        case.applicant_name, case.search, case.applicant_withheld = "", "", True
    return case


def found_by(actor: Actor, words: str, *, case: str = "") -> Q:
    """The words of a search, with or without diacritics; `case` leads from the row to the case.

    The name is searched only where the actor is told it: else a search would answer whose dossier it is.
    """
    known, wanted = Q(**{f"{case}agency_id__in": _handling(actor)}), Q()
    everywhere = actor.agency_id is None or actor.role == "auditor"
    for word in folded(words).split():
        found = Q(**{f"{case}search__contains": word})
        if not everywhere:
            open_to_all = Q(**{f"{case}number__icontains": word})
            open_to_all |= Q(**{f"{case}version__search__contains": word})
            found = (found & known) | open_to_all
        wanted &= found
    return wanted
