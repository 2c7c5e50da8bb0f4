"""What is done about the parties of a case: somebody is invited, and answers, or the
invitation is taken back. Each is an entry of the case."""

from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.records import found_in, owners_of, subject_of
from xactin.cases.dossiers.state import store
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn
from xactin.cases.models import Party
from xactin.cases.parties import queries
from xactin.cases.procedures import queries as procedures
from xactin.cases.rights import CaseFacts
from xactin.cases.runtime import DECLINE, INVITE, JOIN, REVOKE_INVITATION
from xactin.identity import commands as identity
from xactin.identity.people.queries import number_typed, person_named
from xactin.identity.queries import Actor, may
from xactin.kernel.procedure import engine
from xactin.ledger import commands as ledger
from xactin.notices.commands import outbox_sql
from xactin.vault.ids import new_id

TOPIC: Final = "case.party"
_STANDING: Final = (
    "SELECT kind, person_id FROM cases_party WHERE case_id = %s AND state IN ('invited', 'accepted')"
)
_INVITATION: Final = "SELECT person_id, state FROM cases_party WHERE id = %s AND case_id = %s"
_INSERT: Final = """
INSERT INTO cases_party (id, case_id, kind, person_id, state, invited_at) VALUES (%s, %s, %s, %s, 'invited', %s)
"""
_ANSWER: Final = "UPDATE cases_party SET state = %s, answered_at = %s WHERE id = %s"
_ACTS: Final = {
    Party.State.ACCEPTED: JOIN,
    Party.State.DECLINED: DECLINE,
    Party.State.REVOKED: REVOKE_INVITATION,
}


def invite(*, by: Actor, case: UUID, kind: str, number: str, name: str, entry: UUID | None = None) -> UUID:
    """Invites a person to a case as a party that its package names; returns the invitation, which is the entry's id.

    The person is named by number (CCCD, tax code) and full name together. `by` is who asks for the case or, where
    nobody does, an official of the agency that handles it. Raises NotFound, Forbidden, OutOfTurn, Invalid (`kind`,
    `number`).
    """
    id = entry or new_id()
    with ledger.acting(
        subject=subject_of(case),
        mandates=[by.mandate_id],
        reads=[(store.READ, ("", case)), (_STANDING, (case,))],
    ) as chain:
        found = found_in(chain.rows[0])
        _require(by, INVITE, case, found)
        if found.phase in engine.ENDED:
            raise OutOfTurn(_("This dossier has ended: nobody can join it any more."))
        version = procedures.version(found.version)
        if kind not in queries.joinable(version.package):
            raise Invalid({"kind": _("Nobody is invited to this procedure as such a party.")})
        person = _invited(number, name)
        if (
            person in owners_of(found)
            or person == by.person_id
            or (kind, person) in map(tuple, chain.rows[1])
        ):
            raise Invalid({"number": _("This person takes part already, or is invited.")})
        effect = {"party": kind, "person": str(person)}
        chain.attest(identity.signer_of(by), act=INVITE, rule=version.rule(), effect=effect, id=id)
        chain.write(_INSERT, (id, case, kind, person, chain.at))
        chain.write(*outbox_sql(TOPIC, {"case": str(case), "invitation": str(id), "by": str(by.person_id)}))
    return id


def accept(*, by: Actor, case: UUID, invitation: UUID, entry: UUID | None = None) -> None:
    """The invited person takes part from now on. Raises NotFound for anybody else, Forbidden, OutOfTurn."""
    _answer(by, case, invitation, Party.State.ACCEPTED, entry)


def decline(*, by: Actor, case: UUID, invitation: UUID, entry: UUID | None = None) -> None:
    """The invited person does not take part; they may be invited again. Raises as `accept`."""
    _answer(by, case, invitation, Party.State.DECLINED, entry)


def revoke(*, by: Actor, case: UUID, invitation: UUID, entry: UUID | None = None) -> None:
    """Takes an invitation back that nobody answered yet; the person may be invited again. `by` is who could invite.

    Raises NotFound, Forbidden, OutOfTurn.
    """
    with ledger.acting(
        subject=subject_of(case),
        mandates=[by.mandate_id],
        reads=[(store.READ, ("", case)), (_INVITATION, (invitation, case))],
    ) as chain:
        found = found_in(chain.rows[0])
        _require(by, REVOKE_INVITATION, case, found)
        if not chain.rows[1]:
            raise NotFound
        _require_waiting(chain.rows[1][0][1])
        _end(chain, by, case, found, invitation, Party.State.REVOKED, entry)


def _require_waiting(state: str) -> None:
    if state == Party.State.REVOKED:
        raise OutOfTurn(_("This invitation was taken back."))
    if state != Party.State.INVITED:
        raise OutOfTurn(_("This invitation was answered already."))


def _answer(by: Actor, case: UUID, invitation: UUID, state: Party.State, entry: UUID | None) -> None:
    with ledger.acting(
        subject=subject_of(case),
        mandates=[by.mandate_id],
        reads=[(store.READ, ("", case)), (_INVITATION, (invitation, case))],
    ) as chain:
        found = found_in(chain.rows[0])
        if not chain.rows[1] or chain.rows[1][0][0] != by.person_id:
            raise NotFound
        facts = CaseFacts(subject=subject_of(case), task_people=(by.person_id,))
        if not (decision := may(by, _ACTS[state], facts)).allowed:
            raise Forbidden(decision.reason)
        _require_waiting(chain.rows[1][0][1])
        if state == Party.State.ACCEPTED and found.phase in engine.ENDED:
            raise OutOfTurn(_("This dossier has ended: nobody can join it any more."))
        _end(chain, by, case, found, invitation, state, entry)


def _end(
    chain: ledger.Chain,
    by: Actor,
    case: UUID,
    found: store.Row,
    invitation: UUID,
    state: Party.State,
    entry: UUID | None,
) -> None:
    """Attests and writes what became of an invitation that waited."""
    rule, effect = procedures.version(found.version).rule(), {"invitation": str(invitation)}
    chain.attest(identity.signer_of(by), act=_ACTS[state], rule=rule, effect=effect, id=entry or new_id())
    chain.write(_ANSWER, (str(state), chain.at, invitation))
    chain.write(*outbox_sql(TOPIC, {"case": str(case), "invitation": str(invitation)}))


def _require(by: Actor, act: str, case: UUID, found: store.Row) -> None:
    """Raises NotFound for who does not see the case, else Forbidden with the rule."""
    facts = CaseFacts(
        subject=subject_of(case), owners=owners_of(found), parties=found.people(), agency=found.agency
    )
    if not (decision := may(by, act, facts)).allowed:
        if not dossiers.sees(by, case):
            raise NotFound
        raise Forbidden(decision.reason)


def _invited(number: str, name: str) -> UUID:
    found = person_named(number_typed(number), name)
    if found is None:
        raise Invalid({"number": _("No one person with an account here has this number and this full name.")})
    return found.pk
