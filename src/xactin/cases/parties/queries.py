"""What may be asked about the parties of a case. An invited person learns what they are invited to, and no content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.records import subject_of
from xactin.cases.errors import NotFound
from xactin.cases.models import Case, Party
from xactin.cases.procedures import queries as procedures
from xactin.cases.rights import CaseFacts
from xactin.cases.runtime import INVITE, REVOKE_INVITATION
from xactin.identity.queries import Actor, may
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.description import Party as Described
from xactin.kernel.procedure.package import Package


def joinable(package: Package) -> dict[str, Described]:
    """The parties that somebody can be invited as: all but the one who asks."""
    return {id: party for id, party in package.procedure.parties.items() if not party.asks}


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody invited to a case: as what, and what they answered."""

    invitation: UUID
    kind: str
    as_what: Described
    person: UUID
    full_name: str
    verified: bool
    state: str
    invited_at: datetime
    answered_at: datetime | None


def members(actor: Actor, case: Case) -> Sequence[Member]:
    """Everybody who was invited to a case the actor sees, in the order of invitations; none for who is not told
    whose dossier it is."""
    if not dossiers.knows_applicant(actor, case):
        return []
    kinds = joinable(procedures.version(case.version_id).package)
    rows = Party.objects.filter(case=case).select_related("person").order_by("invited_at", "id")
    return [_member(row, kinds[row.kind]) for row in rows]


def kinds_of(case: UUID) -> dict[str, str]:
    """As what each person was invited to a case, by person: names nobody, so everybody may be told."""
    rows = Party.objects.filter(case=case).order_by("invited_at", "id")
    return {str(person): kind for person, kind in rows.values_list("person_id", "kind")}


def joined(person: UUID) -> list[UUID]:
    """The cases in which a person takes part by an invitation."""
    rows = Party.objects.filter(person_id=person, state=Party.State.ACCEPTED)
    return list(rows.order_by("id").values_list("case_id", flat=True))


def _member(row: Party, described: Described) -> Member:
    return Member(
        invitation=row.pk,
        kind=row.kind,
        as_what=described,
        person=row.person_id,
        full_name=row.person.full_name,
        verified=row.person.verified_at is not None,
        state=row.state,
        invited_at=row.invited_at,
        answered_at=row.answered_at,
    )


def may_invite(actor: Actor, case: Case) -> dict[str, Described]:
    """The parties as which the actor may invite somebody to this case now."""
    if case.phase in engine.ENDED or not may(actor, INVITE, _facts(case)).allowed:
        return {}
    return joinable(procedures.version(case.version_id).package)


def may_revoke(actor: Actor, case: Case) -> bool:
    """Whether the actor may take back what nobody answered yet; also in a case that has ended."""
    return may(actor, REVOKE_INVITATION, _facts(case)).allowed


def _facts(case: Case) -> CaseFacts:
    owners = (case.applicant_id,) if case.applicant_id else ()
    return CaseFacts(subject=subject_of(case.pk), owners=owners, agency=case.agency_id)


def invitations(actor: Actor) -> list[Party]:
    """What waits for the actor's own answer, the oldest first."""
    if actor.agency_id is not None:
        return []
    rows = Party.objects.filter(person_id=actor.person_id, state=Party.State.INVITED)
    return list(rows.select_related("case__version").order_by("invited_at", "id"))


def invitation_for(actor: Actor, invitation: UUID) -> Party:
    """An invitation to the actor, answered or not. Raises NotFound for anybody else's."""
    rows = Party.objects.filter(pk=invitation, person_id=actor.person_id).select_related("case__version")
    found = rows.first() if actor.agency_id is None else None
    if found is None:
        raise NotFound
    return found
