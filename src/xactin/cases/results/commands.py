"""What is done with results beside their dossier: one loses its force, and what signatures on papers show is set."""

import io
from typing import IO
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.commands import subject_of
from xactin.cases.errors import Forbidden, Invalid, OutOfTurn
from xactin.cases.models import Case, Result
from xactin.cases.papers.signing.pictures import HAND, LARGEST, SEAL, Kind, taken
from xactin.cases.results import pictures
from xactin.cases.rights import SET_SEAL, SET_SIGNATURE, CaseFacts
from xactin.cases.runtime import REVOKE
from xactin.identity import commands as identity
from xactin.identity.models import Agency
from xactin.identity.queries import Actor, Facts, may
from xactin.ledger import commands as ledger
from xactin.vault import commands as vault

LONGEST = 500


def revoke(*, by: Actor, case: UUID, reason: str) -> None:
    """Ends the force of an issued result. `reason` becomes public and must hold no personal data.

    Raises NotFound, Forbidden (only who has the duty in the agency that issued it), Invalid without a reason,
    OutOfTurn when nothing is issued or it is revoked already.
    """
    found = queries.case_for(by, case)
    decision = may(by, REVOKE, _facts(found))
    if not decision.allowed:
        raise Forbidden(decision.reason)
    text = " ".join(reason.split())[:LONGEST]
    if not text:
        raise Invalid({"reason": _("Please say why; the reason is shown to whoever checks the paper.")})
    version = found.version
    rule = {"id": version.code, "version": version.version, "digest": version.digest}
    lock = (
        "SELECT id FROM cases_result WHERE case_id = %s AND issued_at IS NOT NULL AND revoked_at IS NULL",
        (case,),
    )
    with ledger.acting(subject=subject_of(case), mandates=[by.mandate_id], reads=[lock]) as chain:
        if not chain.rows[0]:
            raise OutOfTurn(_("There is no result in force to revoke."))
        effect = {"result": "revoked", "reason": text}
        chain.attest(identity.signer_of(by), act=REVOKE, rule=rule, effect=effect)
        chain.write(
            "UPDATE cases_result SET revoked_at = %s, revoked_reason = %s WHERE id = %s",
            (chain.at, text, chain.rows[0][0][0]),
        )


def set_signature(*, by: Actor, stream: IO[bytes]) -> None:
    """The actor's own signature looks like this from now on. Raises Forbidden, PictureError and Busy."""
    _set(by, SET_SIGNATURE, pictures.own(by), HAND, stream)


def set_seal(*, by: Actor, agency: Agency, stream: IO[bytes]) -> None:
    """The agency's seal looks like this from now on. Raises Forbidden, PictureError and Busy."""
    _set(by, SET_SEAL, pictures.seal(agency), SEAL, stream)


def may_revoke(actor: Actor, case: UUID) -> bool:
    """Whether the page offers it."""
    standing = Result.objects.filter(case_id=case, issued_at__isnull=False, revoked_at__isnull=True)
    found = standing.select_related("case__agency").first()
    return found is not None and may(actor, REVOKE, _facts(found.case)).allowed


def _facts(case: Case) -> CaseFacts:
    return CaseFacts(
        subject=subject_of(case.pk),
        path=case.agency.path,
        owners=(case.applicant_id,) if case.applicant_id else (),
        agency=case.agency_id,
    )


def _set(by: Actor, act: str, facts: Facts, kind: Kind, stream: IO[bytes]) -> None:
    decision = may(by, act, facts)
    if not decision.allowed:
        raise Forbidden(decision.reason)
    png = taken(stream.read(LARGEST + 1), kind)
    file = vault.put_file(
        stream=io.BytesIO(png),
        name=f"{kind}.png",
        accepts=[pictures.PNG],
        owner=str(by.person_id),
        made_here=True,
    )
    with ledger.acting(subject=facts.subject, mandates=[by.mandate_id]) as chain:
        chain.attest(identity.signer_of(by), act=act, wrote={pictures.PART: file.commitment}, effect={})
        chain.write(*vault.bind_sql(file, subject=facts.subject, part=pictures.PART))
