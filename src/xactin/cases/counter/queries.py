"""What an official at a counter may begin for a person, what the counter took in, and who follows it by a code."""

import hmac
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.counter import codes
from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.surroundings import handling_agencies
from xactin.cases.errors import Forbidden, NotFound
from xactin.cases.models import Case, Receipt
from xactin.cases.office.queries import may_begin
from xactin.cases.procedures import queries as procedures
from xactin.cases.rights import WORK, CaseFacts
from xactin.identity import queries as identity
from xactin.identity.models import Agency, Person
from xactin.identity.people.queries import number_typed
from xactin.identity.queries import Actor, may
from xactin.identity.rights import Decision
from xactin.kernel.local import local_time
from xactin.kernel.procedure.package import Package
from xactin.ledger import queries as ledger
from xactin.ledger.clock import now
from xactin.vault import secrets

ORIGIN = "counter"
_SAME_PAPER: Final = timedelta(days=30)
"""For how long an open dossier of the same person and procedure is likely to be the same paper."""
PAGE: Final = 50


def may_receive(actor: Actor, package: Package) -> Decision:
    """Whether this post may begin such a case for a person."""
    return may_begin(actor, package, ORIGIN)


def beginnings(actor: Actor) -> list[Package]:
    """The procedures in force that this post may begin for a person, in the order of their names."""
    packages = [found.package for found in procedures.begun_at_counters()]
    return [package for package in packages if may_receive(actor, package).allowed]


def counter_of(actor: Actor) -> Agency:
    """The agency whose counter this is. Raises Forbidden for who wears no post."""
    if actor.agency_id is None:
        raise Forbidden(_("This page is the workplace of officials; wear your post first."))
    return identity.agency(actor.agency_id)


def handling(actor: Actor, package: Package) -> Agency | None:
    """The agency that handles what is begun here: of the procedure's level, the actor's own or the nearest above it;
    for a procedure of no level the own one."""
    place = identity.agency(actor.agency_id) if actor.agency_id else None
    while place is not None and package.procedure.level and place.kind != package.procedure.level:
        place = identity.agency(place.parent_id) if place.parent_id else None
    return place


def competent(actor: Actor, package: Package) -> list[Agency]:
    """The agencies for which this counter may take such a dossier in, its own first: those of the procedure's level,
    wherever they stand (Decree 118/2025: phi địa giới)."""
    own = handling(actor, package)
    first = [own] if own else []
    level = package.procedure.level
    others = handling_agencies(level) if level else []
    return [*first, *(one for one in others if own is None or one.pk != own.pk)]


def bears_other_name(number: str) -> bool:
    """Whether somebody is known by this number. Who asks holds a card with it, and is told no more."""
    return Person.objects.filter(id_number=number_typed(number)).exclude(id_number="").exists()


def open_case(actor: Actor, person: Person, code: str) -> str:
    """What to say where this person has an open dossier of this procedure that began lately; "" where not."""
    since = now() - _SAME_PAPER
    rows = Case.objects.filter(applicant=person, version__code=code, finished_at=None, submitted_at__gt=since)
    found = rows.order_by("-submitted_at").first()
    if found is None:
        return ""
    facts = {
        "number": found.number if dossiers.sees(actor, found.pk) else _("at another agency"),
        "time": local_time(found.submitted_at).strftime("%H:%M %d/%m/%Y"),
    }
    return _("This person has an open dossier of this procedure, received at %(time)s (%(number)s).") % facts


def receivable(actor: Actor, case: UUID) -> Iterator[tuple[str, str]]:
    """(task, act) of the post's own open step that does nothing but receive this dossier, and asks nothing."""
    for found in dossiers.tasks_of(actor, Case.objects.get(pk=case)):
        receives = [act for act in found.task.acts if act.receives and not act.data_schema]
        if found.mine and len(receives) == 1:
            yield found.row.token, receives[0].id


def may_serve(actor: Actor, case: Case, act: str) -> Decision:
    """Whether this post serves the person of this dossier further: one that receives such dossiers, at the counter that
    took it in or in the agency that handles it."""
    receipt = Receipt.objects.filter(case=case.pk).first()
    package = procedures.version(case.version_id).package
    beginning = package.procedure.begun(ORIGIN)
    posts = beginning.posts if beginning else ()
    counter = receipt.counter if receipt else case.agency.code
    here = actor.agency_id == case.agency_id or counter_of(actor).code == counter
    facts = CaseFacts(
        subject=f"case:{case.pk}",
        owners=(case.applicant_id,) if case.applicant_id else (),
        task_agency=actor.agency_id if here and posts else None,
        task_role=actor.role if actor.role in posts else next(iter(posts), None),
    )
    return may(actor, act, facts)


def promised(case: Case, parts: Iterable[str]) -> list[str]:
    """The kinds of papers that the intake says are scanned later, and that are not among these parts yet."""
    if case.origin != ORIGIN:
        return []
    said = ledger.entries_of(f"case:{case.pk}")[0].effect.get("counter", {}).get("papers", {})
    there = {content.document_kind(part) for part in parts if part.startswith("document.")}
    return [kind for kind, mark in said.items() if mark == "later" and kind not in there]


def receipts(actor: Actor, *, limit: int = PAGE) -> list[Case]:
    """What the actor's counter took in, the newest first; nothing for who does not work on dossiers."""
    if actor.agency_id is None or WORK not in actor.duties:
        return []
    rows = dossiers.visible(actor).filter(receipt__counter=counter_of(actor).code)
    return list(rows.select_related("agency", "version", "receipt").order_by("-receipt__received_at")[:limit])


def receipt_of(actor: Actor, case: UUID) -> tuple[Case, Receipt]:
    """A dossier the actor sees, and its receipt. Raises NotFound, also where no counter took it in."""
    found = dossiers.case_for(actor, case)
    receipt = Receipt.objects.filter(case=case).first()
    if receipt is None or found.applicant_withheld:
        raise NotFound
    return found, receipt


def mac_of(case: UUID, code: str) -> str:
    """What stands in the database of a code: nobody finds the code from it, or makes another that fits."""
    return secrets.mac(f"{case}:{code}".encode(), "follow-code")


def followed(number: str, code: str) -> Case | None:
    """The dossier of this number, if the code is its receipt's that holds. A number that is none takes as long."""
    receipt = Receipt.objects.select_related("case", "case__agency").filter(case__number=number[:60]).first()
    spelt = codes.normal(code)
    wanted = mac_of(receipt.case_id if receipt else UUID(int=0), spelt)
    fits = hmac.compare_digest(receipt.mac if receipt else "0" * 64, wanted)
    return receipt.case if receipt and spelt and fits else None


def holds(case: UUID, code: str) -> bool:
    """Whether this is the code of the dossier's receipt now."""
    mac = Receipt.objects.filter(case=case).values_list("mac", flat=True).first()
    return mac is not None and hmac.compare_digest(mac, mac_of(case, code))
