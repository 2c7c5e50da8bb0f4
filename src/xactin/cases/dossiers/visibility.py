"""Who sees which dossier, what of it, and whose it is: the conditions that every question about dossiers carries.

Seen by: the applicant; who joined as a party (what their tasks read); officials who work on dossiers, those of the
handling agency and of agencies that have or had a part; inspectors, what their duty reaches, for reading. Other posts
see no dossier. A consulted agency gets what its tasks declare: it neither reads whose dossier it is nor finds it by
that name.
"""

from collections.abc import Callable, Collection
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from xactin.cases.dossiers.state import content
from xactin.cases.models import Case, CaseAgency, Party, Receipt
from xactin.cases.procedures import queries as procedures
from xactin.cases.rights import INSPECT, WORK
from xactin.cases.rules import search_query
from xactin.identity import queries as identity
from xactin.identity.queries import Actor, folded
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.description import ANY_POST
from xactin.kernel.procedure.kinds import MATTER
from xactin.kernel.procedure.plan import covers
from xactin.kernel.procedure.requirements.results import DRAFT


def visible(actor: Actor, *, before: UUID | None = None) -> QuerySet[Case]:
    """The cases an actor may see, as a query: the check is in the database, not in the page.

    `before`: only those older than this one.
    """
    rows = Case.objects.all() if before is None else Case.objects.filter(pk__lt=before)
    if actor.agency_id is None:
        # A list of ids, so that the key of applicants is walked.
        joined = list(_joined(actor).values_list("case_id", flat=True))
        own = Q(applicant_id=actor.person_id)
        return rows.filter(own | Q(pk__in=joined) if joined else own)
    inspected = identity.inspected_agency_ids(actor, INSPECT)
    if inspected is None:
        return rows
    if WORK not in actor.duties:
        return rows.filter(agency_id__in=inspected) if inspected else rows.none()
    parts = CaseAgency.objects.filter(agency_id=actor.agency_id)
    if before is not None:
        # Said of both: the database does not conclude it for the key that it walks.
        parts = parts.filter(case_id__lt=before)
    own = Q(pk__in=parts.values("case_id"))
    return rows.filter(own | Q(agency_id__in=inspected)) if inspected else rows.filter(own)


def _joined(actor: Actor) -> QuerySet[Party]:
    """What the actor, for themselves, takes part in by an invitation."""
    return Party.objects.filter(person_id=actor.person_id, state=Party.State.ACCEPTED)


def asked_for(actor: Actor, case: Case) -> bool:
    """Whether it is the actor, for themselves, who asked for this case."""
    return actor.agency_id is None and actor.person_id == case.applicant_id


def joined_as(actor: Actor, case: Case) -> set[str]:
    """As which parties the actor, for themselves, takes part by an invitation."""
    return set(_joined(actor).filter(case=case).values_list("kind", flat=True))


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


def inspects(actor: Actor, case: Case) -> bool:
    """Whether the actor reads the case as an inspector: all of it, and changes nothing."""
    return INSPECT in actor.duties and actor.has(INSPECT, identity.agency(case.agency_id).path)


def knows_applicant(actor: Actor, case: Case) -> bool:
    """Whether the actor, who sees the case, is told whose it is: all but agencies that are only consulted."""
    return actor.agency_id is None or inspects(actor, case) or handles(actor, case)


def took_in(actor: Actor, case: Case) -> bool:
    """Whether the actor works at the counter that took the case in, for whichever agency: it wrote the name itself, and
    prints the letters to the applicant. What the dossier says is not for it by that."""
    if actor.agency_id is None or WORK not in actor.duties or case.origin != "counter":
        return False
    return Receipt.objects.filter(case=case.pk, counter=identity.agency(actor.agency_id).code).exists()


def as_seen(actor: Actor, case: Case) -> Case:
    """The row without the name that the actor is not told, so that no door can show it by mistake."""
    if not (knows_applicant(actor, case) or took_in(actor, case) or _names_nobody(case)):
        case.applicant_name, case.owner_name, case.applicant_withheld = "", "", True
    return case


def _names_nobody(case: Case) -> bool:
    """Whether lists call a case by what it is about, and by no person: a matter that nobody asked for."""
    return case.applicant_id is None and procedures.row(case.version_id).kind == MATTER


def own_tasks(actor: Actor) -> Q:
    """Open tasks this actor may do: those of the post worn, or of the party that a person is."""
    if actor.agency_id is None:
        asks = Q(case__applicant_id=actor.person_id, role=F("case__version__asks"))
        joined = list(_joined(actor).values_list("case_id", flat=True))
        party = Q(Exists(_joined(actor).filter(case=OuterRef("case"), kind=OuterRef("role"))))
        whose = asks | (Q(case__in=joined) & party) if joined else asks
        return Q(agency__isnull=True) & ~Q(kind="service") & whose
    if WORK not in actor.duties:
        return Q(pk__in=())
    own = Q(agency_id=actor.agency_id, role__in=(actor.role, ANY_POST))
    if actor.instead is None or actor.instead.scope is None:
        return own
    pieces = [one.rpartition("/") for one in sorted(actor.instead.scope)]
    within = [Q(case__version__code=code, node=node) for code, _slash, node in pieces]
    return own & reduce(or_, within, Q(pk__in=()))


def doers_at(agency: UUID, role: str) -> list[UUID]:
    """Who may do a task of this role at an agency now."""
    return identity.workers_of(agency, WORK) if role == ANY_POST else identity.holders_of(agency, role)


def told_of(actor: Actor, *, case: str = "") -> Q:
    """The cases of which the actor is told whose they are, as a condition; `case` leads from the row to the case."""
    inspected = identity.inspected_agency_ids(actor, INSPECT)
    if actor.agency_id is None or inspected is None:
        return Q()
    return Q(**{f"{case}agency_id__in": _handling(actor) | inspected})


def found_by(actor: Actor, words: str, *, case: str = "") -> Q:
    """The words of a search, with or without diacritics; `case` leads from the row to the case.

    The name is searched only where the actor is told it: else a search would answer whose dossier it is.
    """
    if not words:
        return Q()
    text, found = folded(words), f"{case}words__found"
    wanted = Q(**{found: search_query(text, by_name=True)})
    told = told_of(actor, case=case)
    return wanted & (told | Q(**{found: search_query(text, by_name=False)})) if told else wanted


def readable_parts(actor: Actor, case: Case) -> set[str]:
    """The parts an actor may read: the applicant, the handling agency and inspectors all but what is not theirs;
    a consulted agency, or who joined as a party, what its tasks declare (`reads`), and no more."""
    current = set(case.state["parts"])
    if asked_for(actor, case):
        package = procedures.version(case.version_id).package
        unissued = {content.written_by(package, DRAFT), content.paper(package)}
        return current - (unissued - _shown_to_applicant(case))
    if actor.agency_id is None:
        return current & party_parts(case, joined_as(actor, case))
    if inspects(actor, case) or handles(actor, case):
        return current
    return current & consulted_parts(actor, case)


def _shown_to_applicant(case: Case) -> set[str]:
    """What the applicant's own open tasks rely on: a draft that is to be checked can be read."""
    package = procedures.version(case.version_id).package
    open_now = engine.open_tasks(package, case.state)
    asks = package.procedure.asks
    return {part for task in open_now if task.party and task.party == asks for part in task.reads}


def party_parts(case: Case, kinds: Collection[str]) -> set[str]:
    """The parts that these parties read: what their tasks read and write, and what the package says beside it."""
    package = procedures.version(case.version_id).package
    parts: set[str] = set()
    for task in package.procedure.tasks.values():
        if task.party in kinds:
            parts |= engine.parts_read(package, case.state, task.id)
            parts |= {part for act in task.acts for part in act.writes}
    patterns = [one for kind in kinds for one in package.procedure.parties[kind].reads]
    return parts | {part for part in case.state["parts"] if any(covers(one, part) for one in patterns)}


def consulted_parts(actor: Actor, case: Case) -> set[str]:
    """The parts the tasks of the actor's agency declare: what a consulted agency may read, and its own answers."""
    package = procedures.version(case.version_id).package
    functions = set(actor.agency_functions)
    chosen = _chosen_for(actor, case)
    parts: set[str] = set()
    for task in package.procedure.tasks.values():
        if task.agency in functions or task.id in chosen:
            parts |= engine.parts_read(package, case.state, task.id)
            parts |= {part for act in task.acts for part in act.writes}
            parts |= {part for part in case.state["parts"] if any(covers(one, part) for one in task.sees)}
    return parts


def readable_ever(actor: Actor, case: Case) -> Callable[[str], bool]:
    """Whether the actor may read a part of this name, be it there now or not: what was taken back too."""
    if inspects(actor, case) or handles(actor, case):
        return lambda _part: True
    package = procedures.version(case.version_id).package
    functions, chosen = set(actor.agency_functions), _chosen_for(actor, case)
    patterns = [
        pattern
        for task in package.procedure.tasks.values()
        if task.agency in functions or task.id in chosen
        for pattern in (*task.reads, *task.sees, *(part for act in task.acts for part in act.writes))
    ]
    return lambda part: any(covers(pattern, part) for pattern in patterns)


def _chosen_for(actor: Actor, case: Case) -> set[str]:
    """The tasks that were, or are, this agency's because it was chosen for them."""
    if actor.agency_id is None:
        return set()
    code = identity.agency(actor.agency_id).code
    tokens = [*case.state["tokens"].values()]
    for step in case.state["steps"].values():
        tokens += step["in"].values()
    return {token["n"] for token in tokens if token.get("agency") == code}
