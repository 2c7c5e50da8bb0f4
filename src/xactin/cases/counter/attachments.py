"""Scans that a counter promised at the intake ("scanned later") and attaches now."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.applications.commands import Given, given_files
from xactin.cases.counter import queries
from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.beginning import uploads_once
from xactin.cases.dossiers.records import ActDone, decided, found_in, recorded, subject_of
from xactin.cases.dossiers.state import content, store
from xactin.cases.dossiers.state.effects import RULES, applicant_kind, values_of
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.procedures import queries as procedures
from xactin.cases.runtime import ATTACH
from xactin.identity import commands as identity
from xactin.identity.calendars.queries import calendar
from xactin.identity.queries import Actor
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.ledger import commands as ledger
from xactin.vault import commands as vault
from xactin.vault import queries as vault_queries


def attach(*, by: Actor, case: UUID, documents: Sequence[Given], entry: UUID | None = None) -> ActDone:
    """Puts the scans of papers into the dossier that the intake says are scanned later; nothing is replaced.

    `by` is a post that receives such dossiers, at the counter that took it in or in the agency that handles it; files
    are its uploads. Raises NotFound, Forbidden, Invalid (`document.<kind>`, "" where nothing was chosen), OutOfTurn.
    """
    standing = dossiers.case_for(by, case)
    decision = queries.may_serve(by, standing, ATTACH)
    if not decision.allowed:
        raise Forbidden(decision.reason)
    subject = subject_of(case)
    reads = [(store.READ, ("", case))]
    with uploads_once(), ledger.acting(subject=subject, mandates=[by.mandate_id], reads=reads) as chain:
        found = found_in(chain.rows[0])
        version = procedures.version(found.version)
        _require_promised(documents, queries.promised(standing, found.state["parts"]))
        files = given_files(by, version.package, documents)
        wrote = {part: file.commitment for part, file in files.items()}
        state, effect = decided(
            engine.amend,
            version.package,
            found.state,
            wrote=wrote,
            values=_values(version.package, case, found),
            seq=chain.seq,
            at=chain.at,
            calendar=calendar(found.agency),
        )
        for part, file in files.items():
            chain.write(*vault.bind_sql(file, subject=subject, part=part))
        signer, rule = identity.signer_of(by), version.rule()
        enter = partial(chain.attest, signer, act=ATTACH, rule=rule, wrote=wrote, id=entry)
        return recorded(chain, case, found, version.package, state, effect, act=ATTACH, enter=enter)


def _require_promised(documents: Sequence[Given], promised: Collection[str]) -> None:
    """Raises Invalid for papers of which the intake did not say so, or which are there."""
    if not documents:
        raise Invalid({"": _("Please choose the scans first.")})
    wrong = _("The intake does not say that this paper is scanned later, or it is there already.")
    strange = {given.kind for given in documents} - set(promised)
    if strange:
        raise Invalid({f"document.{kind}": wrong for kind in sorted(strange)})


def _values(package: Package, case: UUID, found: store.Row) -> Mapping[str, Any]:
    """What rules and fees may ask: the form as it stands."""
    named = {part: one for part, one in found.state["parts"].items() if part.startswith("form.")}
    rows = vault_queries.open_named(by=RULES, purpose="rule", subject=subject_of(case), named=named)
    form = content.form_data({part: value for part, (value, _salt) in rows.items()})
    asked = {"form": form, "applicant": applicant_kind(found.applicant)}
    return values_of(package, case, found.state, found.applicant) | asked
