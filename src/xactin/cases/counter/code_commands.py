"""The code by which a dossier is followed from its receipt: given once, and another one when it is lost."""

from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.counter import codes, queries
from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.records import subject_of
from xactin.cases.errors import Forbidden, OutOfTurn
from xactin.cases.models import Case, Receipt
from xactin.cases.runtime import FOLLOW_CODE
from xactin.identity import commands as identity
from xactin.identity.queries import Actor
from xactin.ledger import commands as ledger
from xactin.vault.rehearsal import drawn

_GIVE: Final = """
INSERT INTO cases_receipt (case_id, counter, received_at, mac, code_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (case_id) DO UPDATE SET mac = excluded.mac, code_at = excluded.code_at
"""


def give(*, by: Actor, case: UUID) -> str:
    """The code of a dossier that this counter took in a moment ago. Who calls has checked the right."""
    found = Case.objects.only("submitted_at").get(pk=case)
    return _given(by, case, queries.counter_of(by).code, found)


def replace(*, by: Actor, case: UUID) -> str:
    """Another code for somebody who lost theirs and stands at the counter; the old one opens nothing any more.

    Raises NotFound, Forbidden, OutOfTurn for a dossier that no counter took in.
    """
    found = dossiers.case_for(by, case)
    receipt = Receipt.objects.filter(case=case).first()
    if receipt is None:
        raise OutOfTurn(_("This dossier was sent online: its applicant follows it with their account."))
    decision = queries.may_serve(by, found, FOLLOW_CODE)
    if not decision.allowed:
        raise Forbidden(decision.reason)
    return _given(by, case, receipt.counter, found)


def _given(by: Actor, case: UUID, counter: str, found: Case) -> str:
    code = codes.spelled(drawn()[:8])
    mac = queries.mac_of(case, code)
    with ledger.acting(subject=subject_of(case), mandates=[by.mandate_id]) as chain:
        chain.attest(identity.signer_of(by), act=FOLLOW_CODE, effect={"mac": mac})
        chain.write(_GIVE, (case, counter, found.submitted_at, mac, chain.at))
    return code
