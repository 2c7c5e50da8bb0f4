"""From what the engine decided to the rows and the signed effect of one act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xactin.cases.dossiers.state import content, store
from xactin.cases.dossiers.state.lateness import late_after
from xactin.cases.dossiers.state.people import Known
from xactin.cases.rules import NationalState, changed, national_state
from xactin.identity import queries as identity
from xactin.identity.models import Person
from xactin.identity.queries import agency_for
from xactin.kernel.attestation import parse_time
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.vault import queries as vault

OFFICES = ("user", "offer")
"""Kinds of tasks that an office does, where no party does them: what is open, and what may be begun."""

RULES = "rules"
"""Who opens content so that a rule of the flow can be evaluated."""


def asks_content(package: Package) -> bool:
    """Whether any rule on the way speaks of content, which then has to be opened."""
    return package.asks_content


def values_of(
    package: Package,
    case: UUID,
    state: Mapping[str, Any],
    applicant: UUID | None,
    answer: tuple[str, Any] | None = None,
) -> dict[str, Any]:
    """What conditions may ask: content is opened only where the flow speaks of it.

    `answer` is (task, data) of the act being done, which no part holds yet.
    """
    values: dict[str, Any] = {"form": {}, "applicant": {}, "answers": {}}
    if asks_content(package):
        values["applicant"] = applicant_kind(applicant)
        wanted = {part: state["parts"][part] for part in content.asked_of(package, state["parts"])}
        rows = vault.open_named(by=RULES, purpose="rule", subject=f"case:{case}", named=wanted)
        opened = {part: value for part, (value, _salt) in rows.items()}
        values["form"] = content.form_data(opened)
        values["answers"] = content.answers(opened, package)
    if answer is not None:
        values["answers"] = content.with_answer(package, values["answers"], *answer)
    return values


def applicant_kind(person: UUID | None) -> dict[str, str]:
    """What rules may ask about an applicant, as `asking.applicant_facts` of who asks."""
    if person is None:
        return {"kind": ""}
    return {"kind": str(Person.objects.values_list("kind", flat=True).get(pk=person))}


def _office(handling: UUID, wanted: str) -> UUID:
    """The agency of a task: one that was chosen, by its code, or the nearest with the function."""
    chosen = next((one.id for _depth, one in identity.agency_tree() if one.code == wanted), None)
    return chosen or agency_for(handling, wanted)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """The rows to write and the effect that goes into the entry's place."""

    change: store.Change
    effect: dict[str, Any]


def _moment(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


def _national(state: Mapping[str, Any]) -> NationalState:
    received = state.get("received_at") is not None
    return national_state(state["phase"], received=received, handled=bool(state.get("handled")))


def applied(
    package: Package,
    *,
    case: UUID,
    agency: UUID,
    before: Mapping[str, Any],
    after: dict[str, Any],
    effect: Mapping[str, Any],
    at: datetime,
    events: list[tuple[str, dict[str, Any]]],
    late_at: datetime | None = None,
    known: Known | None = None,
) -> Applied:
    """Compares the states before and after an act and says what to write.

    `before` is `{}` for a new case; `late_at` is from when it was late. `known`: by what it is found from now on,
    where that changed. The signed effect is the engine's own words plus `state`, the
    change that folds (`rules.fold`); agencies of opened tasks are resolved near the handling one.
    """
    was = {task.id: task.due for task in engine.open_tasks(package, before)} if before else {}
    tasks = engine.open_tasks(package, after)
    rows = [
        store.Opened(
            token=task.id,
            node=task.node,
            kind=task.kind,
            agency=_office(agency, task.agency) if task.kind in OFFICES and not task.party else None,
            role=task.post,
            due_at=task.due,
        )
        for task in tasks
        if task.id not in was or was[task.id] != task.due  # a clock that stood and goes again
    ]
    opened = [row for row in rows if row.token not in was]
    gone = was.keys() - {task.id for task in tasks}
    phase = after["phase"]
    received = _moment(after.get("received_at"))
    timer = engine.next_due(package, after)
    timer_before = engine.next_due(package, before) if before else None
    services = [
        ("case.service", {"case": str(case), "token": task.token})
        for task in opened
        if task.kind == "service"
    ]
    moved = {"was": int(_national(before)) if before else None, "state": int(_national(after))}
    change = store.Change(
        case=case,
        state=after,
        phase=phase,
        national_state=_national(after),
        fee=after.get("fee", 0),
        due_at=_moment(after.get("due")),
        received_at=received,
        finished_at=at if phase in engine.ENDED else None,
        late_at=late_after(package, after, was=late_at, at=at),
        known=known,
        at=at,
        closed=sorted(gone),
        opened=rows,
        timer=timer,
        timer_changed=timer != timer_before,
        events=[*((topic, body | moved) for topic, body in events), *services],
    )
    # Which office a task went to depends on the tree of agencies of that day, so it is said.
    asked = {row.token: identity.agency(row.agency).code for row in opened if row.agency}
    said = {"asked": asked} if asked else {}
    return Applied(
        change=change, effect={**effect, **said, "engine": engine.ENGINE, "state": changed(before, after)}
    )
