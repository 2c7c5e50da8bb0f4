"""What an official does to begin a case that nobody asks for."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.applications import commands as applications
from xactin.cases.applications import examination
from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.beginning import Matter, begin
from xactin.cases.dossiers.records import ActDone, normal_data, subject_of
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import Forbidden, Invalid, NotFound, RuleFailed
from xactin.cases.office import queries
from xactin.cases.runtime import BEGIN
from xactin.identity import queries as identity
from xactin.identity.queries import Actor
from xactin.kernel.expressions import ExpressionError
from xactin.kernel.local import local_day
from xactin.kernel.procedure.package import Package
from xactin.ledger.clock import now
from xactin.ui.schema_form import cleaned

NOBODY: Mapping[str, Any] = {"kind": ""}
"""What rules may know of an applicant where there is none."""


def begin_work(
    *,
    by: Actor,
    code: str,
    data: Mapping[str, Any],
    documents: Sequence[applications.Given] = (),
    source: UUID | None = None,
    entry: UUID | None = None,
) -> ActDone:
    """An official begins a case in their own post; their agency handles it. `source`: the case that it comes from.

    Raises Forbidden for a post that the package does not name, NotFound for a source one may not see, Invalid (by
    field), NoSuchProcedure.
    """
    origin = queries.FROM_CASE if source else queries.ORIGIN
    if source and not dossiers.sees(by, source):
        raise NotFound

    def matter(package: Package) -> Matter:
        decision = queries.may_begin(by, package, origin)
        if not decision.allowed:
            raise Forbidden(decision.reason)
        told = cleaned(package.form_schema, normal_data(data))
        faults = _faults(package, told, {given.kind for given in documents})
        if faults:
            raise Invalid(faults)
        assert by.agency_id is not None  # `may_begin` lets only posts pass
        return Matter(
            handling=identity.agency(by.agency_id),
            data=told,
            files=applications.given_files(by, package, documents),
            asks=None,
            facts=NOBODY,
            source=subject_of(source) if source else "",
        )

    return begin(by=by, code=code, act=BEGIN, origin=origin, matter=matter, entry=entry)


def _faults(package: Package, data: Mapping[str, Any], kinds: set[str]) -> dict[str, str]:
    try:
        found = examination.faults(package, data, kinds, NOBODY, language(), local_day(now()))
    except ExpressionError as error:
        raise RuleFailed(_("A rule of this procedure cannot be evaluated. The authority is told.")) from error
    return found or dict(_unknown_agencies(package, data))


def _unknown_agencies(package: Package, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Fields that choose agencies, where one of them is none of ours: its task would be nobody's."""
    known = {agency.code for _depth, agency in identity.agency_tree() if agency.closed_at is None}
    wrong = []
    for name in queries.chosen_agencies(package.form_schema):
        value = data.get(name, ())
        for code in value if isinstance(value, list) else [value]:
            if code and code not in known:
                wrong.append((f"/{name}", _("There is no agency with this code.")))
    return wrong
