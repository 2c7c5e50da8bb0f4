"""What the agency does that will not be done in time: it says why, apologises, and names another date."""

from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.records import (
    ActDone,
    decided,
    found_in,
    normal_note,
    owners_of,
    recorded,
    subject_of,
)
from xactin.cases.dossiers.state import store
from xactin.cases.errors import Forbidden, Invalid, NotFound
from xactin.cases.procedures import queries as procedures
from xactin.cases.rights import CaseFacts
from xactin.cases.runtime import EXTEND
from xactin.identity import commands as identity
from xactin.identity.calendars.queries import calendar
from xactin.identity.queries import Actor, may
from xactin.kernel.attestation import parse_time
from xactin.kernel.local import local_time
from xactin.kernel.procedure import engine
from xactin.ledger import commands as ledger
from xactin.notices.commands import outbox_sql
from xactin.vault import commands as vault
from xactin.vault.ids import new_id

TOPIC: Final = "case.extension"
SHORTEST: Final = 10
"""Letters of a reason that tells the applicant anything."""


def extend(*, by: Actor, case: UUID, day: date, reason: str, entry: UUID | None = None) -> ActDone:
    """Puts the date of the result off to the same hour of another working day; the applicant is told why.

    `by` signs results for the agency that handles it: the apology is that agency's own. Raises NotFound, Forbidden,
    Invalid (`reason`, `day`), OutOfTurn (a second time, after the old date, while the clock stands, on a day off).
    """
    told, id = normal_note(reason), entry or new_id()
    if len(told) < SHORTEST:
        raise Invalid({"reason": _("Please say why, in words that the applicant understands.")})
    reads = [(store.READ, ("", case))]
    with ledger.acting(subject=subject_of(case), mandates=[by.mandate_id], reads=reads) as chain:
        found = found_in(chain.rows[0])
        _require(by, case, found)
        version = procedures.version(found.version)
        state, effect = decided(
            engine.extend,
            version.package,
            found.state,
            due=_moment(found.state.get("due"), day, chain.at),
            seq=chain.seq,
            at=chain.at,
            calendar=calendar(found.agency),
        )
        value = {"act": EXTEND, "data": {"reason": told}, "note": ""}
        sealed = vault.seal_value(subject=subject_of(case), part=f"note.{id}", value=value)
        chain.write(*sealed.sql())
        chain.write(*outbox_sql(TOPIC, {"case": str(case)}))

        def enter(*, effect: dict[str, object]) -> ledger.EntryRef:
            signer, rule = identity.signer_of(by), version.rule()
            return chain.attest(
                signer, act=EXTEND, rule=rule, content=sealed.commitment, effect=effect, id=id
            )

        return recorded(chain, case, found, version.package, state, effect, act=EXTEND, enter=enter)


def _moment(due: str | None, day: date, at: datetime) -> datetime:
    """That day at the hour of the old date; of a dossier without a date, whatever the engine refuses."""
    old = local_time(parse_time(due)) if due else local_time(at)
    return datetime.combine(day, time(old.hour, old.minute, old.second, old.microsecond), tzinfo=old.tzinfo)


def _require(by: Actor, case: UUID, found: store.Row) -> None:
    """Raises NotFound for who does not see the case, else Forbidden with the rule."""
    facts = CaseFacts(
        subject=subject_of(case), owners=owners_of(found), parties=found.people(), agency=found.agency
    )
    decision = may(by, EXTEND, facts)
    if decision.allowed:
        return
    if not dossiers.sees(by, case):
        raise NotFound
    raise Forbidden(decision.reason)
