"""What is said of a due date that was put off, and who may put one off."""

from datetime import datetime

from xactin.cases.dossiers import queries as dossiers
from xactin.cases.models import Case
from xactin.cases.rights import CaseFacts
from xactin.cases.runtime import EXTEND
from xactin.identity.queries import Actor, may
from xactin.kernel.procedure import engine
from xactin.ledger.clock import now


def may_extend(actor: Actor, case: Case) -> bool:
    """Whether it is this post's to put the due date off, as far as the dossier still allows it."""
    if case.phase in engine.ENDED or case.due_at is None or not dossiers.handles(actor, case):
        return False
    owners = (case.applicant_id,) if case.applicant_id else ()
    facts = CaseFacts(subject=f"case:{case.pk}", owners=owners, agency=case.agency_id)
    return may(actor, EXTEND, facts).allowed


def was_extended(case: Case) -> bool:
    """Whether the due date was put off already."""
    return "extended" in case.state


def is_open(case: Case, at: datetime | None = None) -> bool:
    """Whether it may still be put off: once, before it has passed."""
    return not was_extended(case) and case.due_at is not None and (at or now()) <= case.due_at
