"""What may be asked of dossiers. The actor comes first: what one may not see is not found.

Who sees what stands in `visibility.py`, what acts told the applicant in `statements.py`, lists in `../lists/`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from xactin.cases.dossiers import statements
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.statements import asked_until, kind_of, received_by, said_last, was_asked
from xactin.cases.dossiers.visibility import (
    as_seen,
    asked_for,
    consulted_parts,
    handles,
    knows_applicant,
    own_tasks,
    party_parts,
    readable_ever,
    readable_parts,
    sees,
    took_in,
    visible,
)
from xactin.cases.dossiers.warnings import with_warnings
from xactin.cases.errors import NotFound
from xactin.cases.models import Case, OpenTask
from xactin.cases.procedures import queries as procedures
from xactin.cases.runtime import INVITE, SEAL
from xactin.identity.queries import Actor
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.flow.lasting import base
from xactin.kernel.procedure.package import Package
from xactin.ledger import queries as ledger
from xactin.ledger.queries import EntryRow
from xactin.vault import queries as vault

__all__ = [
    "asked_for",
    "asked_until",
    "consulted_parts",
    "handles",
    "kind_of",
    "knows_applicant",
    "party_parts",
    "readable_ever",
    "readable_parts",
    "received_by",
    "said_last",
    "sees",
    "took_in",
    "visible",
    "was_asked",
]


def case_for(actor: Actor, case: UUID) -> Case:
    """A case the actor may see. Raises NotFound."""
    found = visible(actor).filter(pk=case).select_related("agency").first()
    if found is None:
        raise NotFound
    return as_seen(actor, found)


@dataclass(frozen=True, kw_only=True)
class TaskOf:
    """An open task of a case with what its actor may do."""

    row: OpenTask
    task: engine.OpenTask
    mine: bool
    shown: str
    """What a screen of the task shows (`engine.shown_of`), for the door to send back with an act."""
    shown_by: Mapping[str, str]
    """The same by act: some rely on other parts than their task."""


def tasks_of(actor: Actor, case: Case) -> list[TaskOf]:
    """The open tasks of a case, those of the actor's post first and marked `mine`."""
    package = procedures.version(case.version_id).package
    described = {task.id: task for task in engine.open_tasks(package, case.state)}
    mine = set(OpenTask.objects.filter(own_tasks(actor), case=case).values_list("token", flat=True))
    rows = (
        OpenTask.objects.filter(case=case)
        .exclude(kind="service")
        .select_related("agency")
        .order_by("due_at", "id")
    )
    for token in mine & described.keys():
        described[token] = with_warnings(package, case.pk, case.state, described[token])
    found = [
        TaskOf(
            row=row,
            task=engine.offered(package, case.state, described[row.token]),
            mine=row.token in mine,
            shown=_shown(package, case, described[row.token]),
            shown_by={
                act.id: _shown(package, case, described[row.token], act.id)
                for act in described[row.token].acts
                if row.token in mine
            },
        )
        for row in rows
    ]
    return sorted(found, key=lambda item: not item.mine)


def _shown(package: Package, case: Case, task: engine.OpenTask, act: str = "") -> str:
    """ "" for a supplement, which relies on nothing that could change."""
    return "" if task.kind == engine.SUPPLY else engine.shown_of(package, case.state, task.id, act)


def content_of(actor: Actor, case: Case, *, purpose: str) -> dict[str, Any]:
    """The opened values this actor may read, by part. The opening is logged with its purpose."""
    wanted = _values(actor, case)
    opened = vault.open_named(
        by=str(actor.person_id),
        purpose=purpose,
        subject=f"case:{case.pk}",
        named=standing_of(case.state, wanted),
    )
    return {part: value for part, (value, _salt) in opened.items()}


def content_before(actor: Actor, case: Case, parts: Sequence[str], seq: int) -> dict[str, Any]:
    """What these parts held when the entry `seq` was the last: what somebody saw who came then."""
    wanted = readable_parts(actor, case) & set(parts)
    named: dict[str, str] = {}
    for row in ledger.entries_of(f"case:{case.pk}"):
        if row.seq <= seq:
            wrote = row.statement["wrote"] or {}
            named |= {part: wrote[part] for part in wanted if part in wrote}
    opened = vault.open_named(
        by=str(actor.person_id), purpose="changed", subject=f"case:{case.pk}", named=named
    )
    return {part: value for part, (value, _salt) in opened.items()}


def standing_of(state: Mapping[str, Any], parts: Iterable[str]) -> dict[str, str]:
    """The versions of these parts that stand, by their commitments: no other version is opened in their stead."""
    return {part: state["parts"][part] for part in parts if part in state["parts"]}


def _values(actor: Actor, case: Case) -> list[str]:
    """The parts the actor may read that are no files."""
    package = procedures.version(case.version_id).package
    return [part for part in readable_parts(actor, case) if not content.is_file(package, part)]


def files_of(actor: Actor, case: Case) -> list[vault.StoredFile]:
    """The files of a case the actor may open: documents, and the result once issued."""
    package = procedures.version(case.version_id).package
    parts = [part for part in sorted(readable_parts(actor, case)) if content.is_file(package, part)]
    return vault.files(subject=f"case:{case.pk}", parts=parts)


def file_for(actor: Actor, file: UUID) -> vault.StoredFile:
    """A file the actor may open: an upload of their own, or of a case they see. Raises NotFound."""
    own = vault.own_upload(file, owner=str(actor.person_id))
    if own is not None:
        return own
    row = vault.file(file)
    if row is None or not row.subject.startswith("case:"):
        raise NotFound
    case = case_for(actor, UUID(row.subject.removeprefix("case:")))
    if row.part not in readable_parts(actor, case):
        raise NotFound
    return row


@dataclass(frozen=True, kw_only=True)
class Attested:
    """One entry of a case as people read it. `voided`: a later one took it back. `shown`: False where it was sent by a
    program that did not say what it had read.
    """

    seq: int
    at: datetime
    act: str
    by: Mapping[str, Any]
    custody: str
    entry: str
    index: int | None
    voided: bool
    digest: str
    shown: bool
    instead_of: str = ""
    """Whom the signer stood in for: a person's id."""


APPLICANT: Final = {"party": "applicant"}
"""The signer of the applicant's own acts, for who is not told whose dossier it is."""
PARTY: Final = {"party": "party"}
"""The same of any other party's."""


def writes_to_applicant(actor: Actor, case: Case) -> bool:
    """Whether the letters to the applicant (forms 01 to 06) are for this actor: who asks, the agency that handles it,
    the counter that took it in."""
    if actor.agency_id is None:
        return asked_for(actor, case)
    return knows_applicant(actor, case) or took_in(actor, case)


def knows_way(actor: Actor, case: Case) -> bool:
    """Whether the slip that goes with the dossier is for this actor: the agency that handles it, and inspectors."""
    return actor.agency_id is not None and knows_applicant(actor, case)


def signer_shown(actor: Actor, case: Case, by: Mapping[str, Any]) -> Mapping[str, Any]:
    """The signer of an entry as this actor may know it: a person in no post is the applicant or who acts for them."""
    withheld = "person" in by and by["post"] is None and not knows_applicant(actor, case)
    if not withheld:
        return by
    return APPLICANT if by["person"] == str(case.applicant_id) else PARTY


def attestations(actor: Actor, case: Case) -> list[Attested]:
    """Every act of a case in order, each with its place in the log once it has one."""
    rows = ledger.entries_of(f"case:{case.pk}")
    voided = {void["seq"] for row in rows for void in row.effect.get("voided", ())}
    return [
        Attested(
            seq=row.seq,
            at=row.at,
            act=row.statement["act"],
            by=signer_shown(actor, case, row.statement["by"]),
            custody=row.custody,
            entry=row.statement["id"],
            index=row.index,
            voided=row.seq in voided,
            digest=row.digest.hex(),
            shown=row.effect.get("shown", True) is True,
            instead_of=(row.statement["for"] or {}).get("person", "")
            if row.statement["by"].get("post")
            else "",
        )
        for row in rows
    ]


def remarks(actor: Actor, case: Case) -> dict[str, statements.Remark]:
    """Reasons and notes of acts, by entry: for the handling agency and inspectors; nobody else's business."""
    if actor.agency_id is None or not knows_applicant(actor, case):
        return {}
    return statements.remarks(case, by=str(actor.person_id), purpose="remarks")


def source_of(actor: Actor, case: Case) -> list[Case]:
    """The case that this one came from, if it came from one that the actor sees."""
    kind, _colon, id = case.source.partition(":")
    return _brief(visible(actor).filter(pk=id)) if kind == "case" else []


def led_to(actor: Actor, case: Case) -> list[Case]:
    """The cases that came from this one, as far as the actor sees them, the oldest first."""
    return _brief(visible(actor).filter(source=f"case:{case.pk}").order_by("id"))[:MOST_LED]


MOST_LED: Final = 100
"""Cases that a page names as what another led to."""


def _brief(rows: QuerySet[Case]) -> list[Case]:
    return list(rows.defer("state", "words"))


def ended_by(case: UUID, task: str) -> EntryRow | None:
    """The entry that brought a task to its end, or took it back."""
    for row in reversed(ledger.entries_of(f"case:{case}")):
        if any(closed["id"] == task for closed in row.effect.get("closed", ())):
            return row
    return None


def bundle(actor: Actor, case: Case) -> bytes:
    """The proof of a case as this actor holds it: its entries, and opened what the actor may read.

    Who is not told whose dossier it is gets no entry that a party signed, and none that invited one: it names them
    by their id and key.
    """
    subject = f"case:{case.pk}"
    wanted = _values(actor, case)
    opened = vault.open_named(
        by=str(actor.person_id), purpose="bundle", subject=subject, named=standing_of(case.state, wanted)
    )
    shown = [
        row
        for row in ledger.entries_of(subject)
        if row.index is not None
        and row.statement["act"] != INVITE
        and "party" not in signer_shown(actor, case, row.statement["by"])
    ]
    # Opened is what an entry in the bundle names; by whom else it was seen is not shown.
    named = {
        pair for row in shown for part in ("saw", "wrote") for pair in (row.statement[part] or {}).items()
    }
    return ledger.bundle(
        subject=subject,
        entry_ids=None if knows_applicant(actor, case) else [row.id for row in shown],
        opened=[
            {"part": part, "value": value, "salt": salt, "commitment": case.state["parts"][part]}
            for part, (value, salt) in opened.items()
            if knows_applicant(actor, case) or (part, case.state["parts"][part]) in named
        ],
    )


def reads_result(actor: Actor, case: Case) -> bool:
    """Whether the issued result, once there is one, is for the actor to read."""
    part = content.written_by(procedures.version(case.version_id).package, SEAL)
    return part in readable_parts(actor, case)


def result_file(actor: Actor, case: Case) -> vault.StoredFile:
    """The issued result. Raises NotFound until it is issued."""
    part = content.written_by(procedures.version(case.version_id).package, SEAL)
    found = [file for file in files_of(actor, case) if file.part == part]
    if not found:
        raise NotFound
    return found[0]


def act_schema(actor: Actor, case: UUID, task: str, act: str) -> dict[str, Any] | None:
    """The form of an act, for reading what was sent. Raises NotFound for a case one may not see."""
    found = case_for(actor, case)
    package = procedures.version(found.version_id).package
    for one in engine.open_tasks(package, found.state):
        if one.id == task:
            asking = with_warnings(package, case, found.state, one)
            return next(
                (
                    dict(offered.data_schema)
                    for offered in asking.acts
                    if offered.id == act and offered.data_schema
                ),
                None,
            )
    # Somebody else was faster: what was written is still read, so that it can be shown once more.
    node = next((step["n"] for step in found.state["steps"].values() if task in step["in"]), "")
    offered = package.rules[node].acts.get(base(act)) if node in package.rules else None
    return dict(offered.data_schema) if offered and offered.data_schema else None


def may_withdraw(actor: Actor, case: Case) -> bool:
    """Whether the applicant may still take the application back."""
    hard = any(step.get("hard") for step in case.state["steps"].values())
    return actor.person_id == case.applicant_id and case.phase not in engine.ENDED and not hard


def unfinished_at(agency: UUID) -> tuple[str, str] | None:
    """Why an agency cannot be closed: open tasks, or dossiers it handles that are not finished."""
    handled = Case.objects.filter(agency_id=agency, finished_at__isnull=True)
    if not (OpenTask.objects.filter(agency_id=agency).exists() or handled.exists()):
        return None
    return ("Cơ quan còn hồ sơ chưa giải quyết xong.", "The agency has unfinished dossiers.")
