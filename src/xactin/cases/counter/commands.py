"""What is done at a counter: a case begins for a person, whom the official names by number and name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from xactin.cases.applications import commands as applications
from xactin.cases.counter import code_commands, queries
from xactin.cases.dossiers.beginning import Asker, Intake, Matter, begin
from xactin.cases.dossiers.commands import act
from xactin.cases.dossiers.records import ActDone, normal_data
from xactin.cases.errors import ActError, Forbidden, Invalid
from xactin.cases.runtime import BEGIN
from xactin.identity import commands as identity
from xactin.identity.models import Agency, Person
from xactin.identity.people.queries import can_be_number, is_taken, number_typed, person_named
from xactin.identity.queries import Actor
from xactin.kernel.procedure.package import Package
from xactin.ui.schema_form import cleaned

SEEN: Final = "seen"
KEPT: Final = "kept"
LATER: Final = "later"
MARKS: Final = (SEEN, KEPT, LATER)
"""What became of a paper: looked at and given back; kept, and scanned now; kept, and scanned later."""
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('counter:' || %s, 0))"


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who stands at the counter, as the official reads it from their card. `phone`, `address` may be ""."""

    number: str
    name: str
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the official says of the visit: the person stood there (None: a program, which was not asked); papers by
    kind (`MARKS`); what was looked at again and is so nevertheless (`again`: a dossier of the same procedure is open;
    `namesake`: others bear the number). `agency`: the code of the one that handles it, where not the counter's own.
    """

    present: bool | None = None
    papers: Mapping[str, str] = field(default_factory=dict)
    despite: Collection[str] = ()
    agency: str = ""


NOTHING_SAID: Final = Seen()


@dataclass(frozen=True, kw_only=True)
class Received(ActDone):
    """A dossier that was taken in, and the code for its receipt, which nobody can read later."""

    follow_code: str = ""


@transaction.atomic
def begin_for(
    *,
    by: Actor,
    visitor: Visitor,
    code: str,
    data: Mapping[str, Any],
    documents: Sequence[applications.Given] = (),
    seen: Seen = NOTHING_SAID,
    entry: UUID | None = None,
) -> Received:
    """An official takes a dossier in for a person, who is then its applicant; files are the official's uploads.

    Its limit runs from now on; where the official's own post looks at it first, that is done too. Who is not known
    here yet becomes a person without an account, of whom nobody compared the card. Raises Forbidden for a post that
    the package does not name and for a case of one's own, Invalid (by field; `number` and `name` of the visitor,
    `agency`, `again`, `namesake`), NoSuchProcedure.
    """

    def matter(package: Package) -> Matter:
        decision = queries.may_receive(by, package)
        if not decision.allowed:
            raise Forbidden(decision.reason)
        handling, counter = _agencies(by, package, seen.agency)
        wrong = _misread(visitor) | _unattested(seen)
        known = None if "number" in wrong else person_named(number_typed(visitor.number), visitor.name)
        facts = {"kind": known.kind if known else Person.Kind.CITIZEN.value}
        told = cleaned(package.form_schema, normal_data(data))
        try:
            _complain(package, told, documents, seen.papers, facts)
        except Invalid as faults:
            raise Invalid({**wrong, **faults.errors}) from faults
        if wrong:
            raise Invalid(wrong)
        _require_looked_at(by, visitor, known, code, seen.despite)
        person = known or _enrolled(visitor)
        if person.pk == by.person_id:
            raise Forbidden(_("Nobody receives their own dossier: please apply for yourself on the portal."))
        return Matter(
            handling=handling,
            data=told,
            files=applications.given_files(by, package, documents),
            asks=Asker(person_id=person.pk, name=person.full_name),
            facts=facts,
            intake=Intake(counter=counter, present=bool(seen.present), papers=seen.papers),
        )

    with connection.cursor() as cursor:
        # Two counters that take the same paper in: the second sees what the first did.
        cursor.execute(_ONE_AT_A_TIME, (number_typed(visitor.number),))
    done = begin(by=by, code=code, act=BEGIN, origin=queries.ORIGIN, matter=matter, entry=entry)
    given = code_commands.give(by=by, case=done.case)
    _looked_at(by, done.case)
    return Received(**asdict(done), follow_code=given)


def _agencies(by: Actor, package: Package, wanted: str) -> tuple[Agency, Agency]:
    """Who handles it, and whose counter this is. Raises Forbidden, Invalid."""
    counter, own = queries.counter_of(by), queries.handling(by, package)
    if wanted:
        chosen = next((one for one in queries.competent(by, package) if one.code == wanted), None)
        if chosen is None:
            raise Invalid({"agency": _("No agency with this code handles this procedure.")})
        return chosen, counter
    if own is None:
        raise Forbidden(_("Your agency does not receive dossiers of this procedure."))
    return own, counter


def _complain(
    package: Package,
    data: Mapping[str, Any],
    documents: Sequence[applications.Given],
    papers: Mapping[str, str],
    facts: Mapping[str, Any],
) -> None:
    """Raises Invalid for what the form, its files and the check list of papers lack."""
    known = {one.kind for one in package.procedure.documents}
    if set(papers) - known or set(papers.values()) - set(MARKS):
        raise Invalid({"": _("The check list of papers is not one of this procedure.")})
    scanned = {given.kind for given in documents}
    unscanned = {kind for kind, mark in papers.items() if mark == KEPT and kind not in scanned}
    missing = _(
        "This paper is marked as scanned, and no file is attached. Please attach it, or mark it otherwise."
    )
    try:
        applications.complain(
            package, data, scanned | {k for k, mark in papers.items() if mark != KEPT}, facts
        )
    except Invalid as faults:
        raise Invalid({**faults.errors, **{f"document.{kind}": missing for kind in unscanned}}) from faults
    if unscanned:
        raise Invalid({f"document.{kind}": missing for kind in sorted(unscanned)})


def _misread(visitor: Visitor) -> dict[str, str]:
    """What is wrong with a number or name that can be none; told together with what the form lacks."""
    wrong = {}
    if not can_be_number(number_typed(visitor.number)):
        wrong["number"] = _("This is neither a CCCD number nor a tax code. Please compare it with the card.")
    if len(visitor.name.split()) < 2:
        wrong["name"] = _("Please write the full name as it stands on the card.")
    return wrong


def _unattested(seen: Seen) -> dict[str, str]:
    if seen.present is not False:
        return {}
    return {
        "present": _("Please say that the person stands before you and that you compared the card."),
    }


def _require_looked_at(
    by: Actor, visitor: Visitor, known: Person | None, code: str, despite: Collection[str]
) -> None:
    """Raises Invalid for what is seldom so, until the official says that it is."""
    asked = {}
    if known is None and is_taken(number_typed(visitor.number)):
        raise Invalid({"number": _("Somebody with another name, whose card was compared, has this number.")})
    if known is None and "namesake" not in despite and queries.bears_other_name(visitor.number):
        asked["namesake"] = _(
            "Somebody with another name is known here by this number. Nothing of theirs is changed. Please compare "
            "number and name with the card."
        )
    if known is not None and "again" not in despite and (open_one := queries.open_case(by, known, code)):
        asked["again"] = open_one
    if asked:
        raise Invalid(asked)


def _enrolled(visitor: Visitor) -> Person:
    number = number_typed(visitor.number)
    if len(number) != 12:
        raise Invalid(
            {"number": _("A firm needs an account of its own before a dossier is received for it.")}
        )
    return identity.enrol_person(
        full_name=visitor.name, id_number=number, phone=visitor.phone, address=visitor.address
    )


def _looked_at(by: Actor, case: UUID) -> None:
    """Receiving is the first step of many procedures: where it is this very post's, it is done with the intake."""
    for task, offered in queries.receivable(by, case):
        try:
            act(by=by, case=case, task=task, act=offered)
        except ActError:
            return  # the step stays open in the inbox, and its page says why it waits
