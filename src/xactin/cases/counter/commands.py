"""What is done at a counter: a case begins for a person, whom the official names by number and name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from xactin.cases.applications import commands as applications
from xactin.cases.counter import queries
from xactin.cases.dossiers.beginning import Asker, Matter, begin
from xactin.cases.dossiers.records import ActDone, normal_data
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.runtime import BEGIN
from xactin.identity import commands as identity
from xactin.identity.models import Person
from xactin.identity.people.queries import can_be_number, is_taken, number_typed, person_named
from xactin.identity.queries import Actor
from xactin.kernel.procedure.package import Package
from xactin.ui.schema_form import cleaned


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who stands at the counter, as the official reads it from their card. `phone` may be ""."""

    number: str
    name: str
    phone: str = ""


@transaction.atomic
def begin_for(
    *,
    by: Actor,
    visitor: Visitor,
    code: str,
    data: Mapping[str, Any],
    documents: Sequence[applications.Given] = (),
    entry: UUID | None = None,
) -> ActDone:
    """An official begins a case for a person, who is then its applicant; files are the official's uploads.

    Who is not known here yet becomes a person without an account, of whom nobody compared the card. Raises Forbidden
    for a post that the package does not name and for a case of one's own, Invalid (by field; `number` and `name` of
    the visitor), NoSuchProcedure.
    """

    def matter(package: Package) -> Matter:
        decision = queries.may_receive(by, package)
        if not decision.allowed:
            raise Forbidden(decision.reason)
        handling = queries.handling(by, package)
        if handling is None:
            raise Forbidden(_("Your agency does not receive dossiers of this procedure."))
        wrong = _misread(visitor)
        known = None if wrong else person_named(number_typed(visitor.number), visitor.name)
        facts = {"kind": known.kind if known else Person.Kind.CITIZEN.value}
        told = cleaned(package.form_schema, normal_data(data))
        try:
            applications.complain(package, told, {given.kind for given in documents}, facts)
        except Invalid as faults:
            raise Invalid({**wrong, **faults.errors}) from faults
        if wrong:
            raise Invalid(wrong)
        person = known or _enrolled(visitor)
        if person.pk == by.person_id:
            raise Forbidden(_("Nobody receives their own dossier: please apply for yourself on the portal."))
        return Matter(
            handling=handling,
            data=told,
            files=applications.given_files(by, package, documents),
            asks=Asker(person_id=person.pk, name=person.full_name),
            facts=facts,
        )

    return begin(by=by, code=code, act=BEGIN, origin=queries.ORIGIN, matter=matter, entry=entry)


def _misread(visitor: Visitor) -> dict[str, str]:
    """What is wrong with a number or name that can be none; told together with what the form lacks."""
    wrong = {}
    if not can_be_number(number_typed(visitor.number)):
        wrong["number"] = _("This is neither a CCCD number nor a tax code. Please compare it with the card.")
    if len(visitor.name.split()) < 2:
        wrong["name"] = _("Please write the full name as it stands on the card.")
    return wrong


def _enrolled(visitor: Visitor) -> Person:
    number = number_typed(visitor.number)
    if len(number) != 12:
        raise Invalid(
            {"number": _("A firm needs an account of its own before a dossier is received for it.")}
        )
    if is_taken(number):
        raise Invalid({"number": _("Somebody with another name, whose card was compared, has this number.")})
    return identity.enrol_person(full_name=visitor.name, id_number=number, phone=visitor.phone)
