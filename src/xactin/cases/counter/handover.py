"""What is done when somebody collects a result: who they are, that they signed for it; once."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.counter import queries
from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.records import subject_of
from xactin.cases.errors import Forbidden, Invalid, OutOfTurn
from xactin.cases.models import Case, Handover, Result
from xactin.cases.procedures import queries as procedures
from xactin.cases.runtime import HAND_OVER
from xactin.identity import commands as identity
from xactin.identity.people.queries import can_be_number, number_typed
from xactin.identity.queries import Actor
from xactin.kernel.local import local_time
from xactin.ledger import commands as ledger
from xactin.vault import commands as vault
from xactin.vault.ids import new_id

_BEFORE: Final = "SELECT at FROM cases_handover WHERE case_id = %s"
_INSERT: Final = "INSERT INTO cases_handover (case_id, counter, at, proxy) VALUES (%s, %s, %s, %s)"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """Who collects for somebody else, as their card says; what they showed for it."""

    number: str
    name: str
    paper: str


def hand_over(
    *, by: Actor, case: UUID, signed: bool, proxy: Proxy | None = None, entry: UUID | None = None
) -> None:
    """The result on paper goes to the applicant, or to a `proxy`, who signed for it (`signed`). Never a second time.

    `by` is a post that receives such dossiers, in the agency that handles it or at the counter that took it in. Who a
    proxy was is content of the entry, erased as content is. Raises NotFound, Forbidden, Invalid (`signed`, `number`,
    `name`, `paper`), OutOfTurn where nothing was issued, it was revoked, or somebody has it.
    """
    found, id = dossiers.case_for(by, case), entry or new_id()
    decision = queries.may_serve(by, found, HAND_OVER)
    if not decision.allowed:
        raise Forbidden(decision.reason)
    _require_complete(signed, proxy)
    subject = subject_of(case)
    with ledger.acting(subject=subject, mandates=[by.mandate_id], reads=[(_BEFORE, (case,))]) as chain:
        if chain.rows[0]:
            at = local_time(chain.rows[0][0][0]).strftime("%H:%M %d/%m/%Y")
            raise OutOfTurn(_("This result was handed out at %(time)s already.") % {"time": at})
        _require_issued(case)
        sealed = None
        if proxy is not None:
            told = {"name": proxy.name, "number": number_typed(proxy.number), "paper": proxy.paper}
            value = {"act": HAND_OVER, "data": told, "note": ""}
            sealed = vault.seal_value(subject=subject, part=f"note.{id}", value=value)
            chain.write(*sealed.sql())
        counter = queries.counter_of(by).code
        chain.attest(
            identity.signer_of(by),
            act=HAND_OVER,
            rule=procedures.version(found.version_id).rule(),
            content=sealed.commitment if sealed else None,
            effect={"counter": counter, "proxy": proxy is not None},
            id=id,
        )
        chain.write(_INSERT, (case, counter, chain.at, proxy is not None))


def _require_complete(signed: bool, proxy: Proxy | None) -> None:
    wrong = {}
    if not signed:
        wrong["signed"] = _("Please say that the paper was signed for.")
    if proxy is not None:
        if not can_be_number(number_typed(proxy.number)):
            wrong["number"] = _(
                "This is neither a CCCD number nor a tax code. Please compare it with the card."
            )
        if len(proxy.name.split()) < 2:
            wrong["name"] = _("Please write the full name as it stands on the card.")
        if len(proxy.paper.strip()) < 3:
            wrong["paper"] = _("Please say by which paper they may collect it.")
    if wrong:
        raise Invalid(wrong)


def _require_issued(case: UUID) -> None:
    result = Result.objects.filter(case=case, issued_at__isnull=False).first()
    if result is None:
        raise OutOfTurn(_("There is no issued result to hand out."))
    if result.revoked_at is not None:
        raise OutOfTurn(_("This result was revoked: it is handed out to nobody."))


def handed_over(case: UUID) -> Handover | None:
    """That the result was handed out, if it was."""
    return Handover.objects.filter(case=case).first()


def is_open(actor: Actor, case: Case) -> bool:
    """Whether the page offers it: a result in force that nobody has, and a post that serves its dossiers."""
    if actor.agency_id is None or case.applicant_id is None or case.phase != "done":
        return False
    issued = Result.objects.filter(case=case, issued_at__isnull=False, revoked_at__isnull=True).exists()
    return issued and handed_over(case.pk) is None and queries.may_serve(actor, case, HAND_OVER).allowed
