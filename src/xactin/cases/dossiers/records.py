"""What every act of a dossier shares: the row it finds, the engine's refusal in words, the record it leaves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.state import content, store
from xactin.cases.dossiers.state.effects import applied
from xactin.cases.dossiers.state.people import Known
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn, RuleFailed, Stale
from xactin.cases.rights import CaseFacts
from xactin.identity.queries import Actor, may
from xactin.kernel.canonical import CanonicalError, canonical
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.ledger import commands as ledger


@dataclass(frozen=True, kw_only=True)
class ActDone:
    """What became of an act."""

    case: UUID
    entry: UUID
    seq: int
    phase: str
    number: str
    effect: Mapping[str, Any] = field(default_factory=dict)


def subject_of(case: UUID) -> str:
    """The ledger's name for a case."""
    return f"case:{case}"


def found_in(rows: Sequence[tuple[Any, ...]]) -> store.Row:
    """The case that a read found. Raises NotFound."""
    if not rows:
        raise NotFound
    return store.Row(*rows[0])


def owners_of(found: store.Row) -> tuple[UUID, ...]:
    """Whose own case it is: nobody's, where the authority began it itself."""
    return (found.applicant,) if found.applicant else ()


def doers_of(package: Package, found: store.Row) -> tuple[UUID, ...]:
    """Whose own task it is that was read, where a party does it and no post: who asks, or who joined as that party."""
    if found.task_node is None or found.task_agency is not None or found.task_kind == "service":
        return ()
    party = str(found.task_role)
    return owners_of(found) if party == package.procedure.asks else found.people(party)


def require_owner(by: Actor, act: str, case: UUID, found: store.Row) -> None:
    """Raises NotFound, or Forbidden for somebody who may see the case and is not its applicant."""
    facts = CaseFacts(subject=subject_of(case), owners=owners_of(found), parties=found.people())
    decision = may(by, act, facts)
    if decision.allowed:
        return
    if not queries.sees(by, case):
        raise NotFound
    raise Forbidden(decision.reason)


def decided(decide: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What the engine decides; its refusal in the person's language."""
    try:
        return decide(*given, **named)
    except engine.Refused as refused:
        raise _refusal(refused) from refused


def _refusal(refused: engine.Refused) -> Stale | OutOfTurn | RuleFailed:
    """The engine's refusal in the person's language."""
    text = refused.vi if language() == "vi" else refused.en
    kinds: dict[str, type[Stale | OutOfTurn | RuleFailed]] = {"stale": Stale, "condition_failed": RuleFailed}
    return kinds.get(refused.code, OutOfTurn)(text, reason=refused.code, **refused.facts)


def recorded(
    chain: ledger.Chain,
    case: UUID,
    found: store.Row,
    package: Package,
    state: dict[str, Any],
    effect: dict[str, Any],
    *,
    act: str,
    enter: Callable[..., ledger.EntryRef],
    known: Known | None = None,
) -> ActDone:
    """Writes the entry and the derived rows of an act that was decided.

    `enter` queues the entry, given its `effect`: `chain.attest` of a signer, or `chain.append` of a signature.
    `known`: by what the case is found from now on, where that changed.
    """
    outcome = applied(
        package,
        case=case,
        agency=found.agency,
        before=found.state,
        after=state,
        effect=effect,
        at=chain.at,
        events=[("case.acted", {"case": str(case), "act": act, "seq": chain.seq})],
        late_at=found.late_at,
        known=known,
    )
    ref = enter(effect=outcome.effect)
    chain.write(*store.write(outcome.change))
    return ActDone(
        case=case, entry=ref.id, seq=ref.seq, phase=state["phase"], number=found.number, effect=outcome.effect
    )


NOTE_LENGTH: Final = 4000


def normal_note(text: str) -> str:
    """A note as it is signed: line ends as a page counts them, nothing empty around it.

    Raises Invalid where it is longer than NOTE_LENGTH: what somebody wrote is never cut.
    """
    note = str(content.normal(text.replace("\r\n", "\n").strip()))
    if len(note) > NOTE_LENGTH:
        told = _("The note has %(length)s letters; at most %(most)s are taken. Please make it shorter.")
        raise Invalid({"": told % {"length": len(note), "most": NOTE_LENGTH}})
    return note


def normal_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data in the one spelling that is signed. Raises Invalid, by field, for what has none."""
    found = content.normal(dict(data))
    try:
        canonical(found)
    except CanonicalError as error:
        raise Invalid({error.path: _("This value cannot be kept as it is written.")}) from error
    return dict(found)


@dataclass(frozen=True)
class Asked:
    """What a person asked to do. `unseen`: the door neither showed what it stands on nor was told what was read.
    `files`: uploads of the person that come with it, by their ids.
    """

    task: str
    act: str
    data: dict[str, Any]
    note: str
    unseen: bool = False
    files: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """The content the statement commits to."""
        return {"act": self.act, "data": self.data, "note": self.note}


def asked_for(
    task: str, act: str, data: Mapping[str, Any] | None, note: str, unseen: bool, files: Sequence[UUID]
) -> Asked:
    """The same in the one spelling that is signed. Raises Invalid."""
    named = tuple(str(file) for file in files)
    return Asked(task, act, normal_data(data or {}), normal_note(note), unseen=unseen, files=named)
