"""One dossier on three desks at once: how a visitor of the demo sees that nothing is carried.

The dossier is a real one, begun for the visitor and led by the first way onwards until several agencies are asked at
the same time. No id of the procedure stands here: who is asked, and what each may see, is read from the package.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from django.utils.translation import get_language

from xactin.cases.applications.commands import submit, supply
from xactin.cases.dossiers import commands, queries
from xactin.cases.dossiers.state import content
from xactin.cases.models import Case, OpenTask
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.demo import applications, residents
from xactin.demo.past import offices
from xactin.demo.people import data_file, households
from xactin.identity.queries import actor_for, full_names
from xactin.kernel.procedure.package import Package
from xactin.ledger import queries as ledger
from xactin.ledger.clock import now
from xactin.ledger.queries import snapshot

VISITOR: Final = "congdan1"
AT_ONCE: Final = 3
_STEPS: Final = 12
CARRYING: Final = (
    1  # working days that a paper dossier is on its way between two offices; an assumption, and told as one
)
DAY: Final = timedelta(seconds=2)  # how long a day of the paper dossier takes on the page


@dataclass(frozen=True)
class Desk:
    """What one of the asked agencies has in front of it. `state`: waiting, answered, void."""

    node: str
    token: str
    agency: str
    who: str
    sees: Mapping[str, str]  # part of the content: what it is called
    state: str
    at: datetime | None


@dataclass(frozen=True)
class Paper:
    """The same dossier on paper: in turn, and carried. Working days."""

    legs: Sequence[tuple[str, int]]
    whole: int
    day: int


@dataclass(frozen=True)
class Scene:
    """All that the page shows."""

    case: Case
    desks: Sequence[Desk]
    paper: Paper
    asked_at: datetime
    may_change: bool
    changed: bool


def begin() -> UUID:
    """A dossier of the visitor's, led until several agencies are asked at once. Raises LookupError if none ever are."""
    told = data_file("truth.yaml")["together"]
    serial = ledger.log_size()
    random = Random(serial)  # noqa: S311 (a made-up world, no secret)
    family = households(data_file("truth.yaml")["seed"], residents.HOUSEHOLDS)[0]
    application = applications.KINDS[told["procedure"]](random, family, now().date())
    by = actor_for(VISITOR)
    done = submit(
        by=by,
        code=application.code,
        data=application.data,
        documents=residents.given(by, application),
        agency=family.mother.commune,
    )
    for _step in range(_STEPS):
        asked = _asked(done.case)
        if len({task.agency_id for task in asked}) >= AT_ONCE:
            return done.case
        for task in asked[:1]:
            offices.advance(task)
    raise LookupError(f"procedure {application.code} never asks {AT_ONCE} agencies at once")


@snapshot()
def scene(case: UUID) -> Scene | None:
    """The dossier as it stands; None for one that was not begun here."""
    found = (
        Case.objects.filter(pk=case, applicant__account__username=VISITOR).select_related("agency").first()
    )
    if found is None:
        return None
    package = procedures.version(found.version_id).package
    rows = ledger.entries_of(commands.subject_of(case))
    consulted = _consulted(rows)
    open_now = {task.node: task for task in OpenTask.objects.filter(case=found).select_related("agency")}
    voided = {one["task"]: row.at for row in rows for one in row.entry["place"]["effect"].get("voided", ())}
    desks = [_desk(package, found, node, open_now, rows, voided) for node in consulted]
    after = [task for task in open_now.values() if task.kind == "user" and task.node not in consulted]
    asked_at = next((row.at for row in rows if _opens(row) & set(consulted)), now())
    return Scene(
        case=found,
        desks=desks,
        paper=_paper(package, consulted, desks, asked_at),
        asked_at=asked_at,
        may_change=bool(after) and not voided,
        changed=bool(voided),
    )


def answer(case: UUID, token: str) -> None:
    """One of the asked agencies agrees. Raises what `commands.act` raises."""
    task = OpenTask.objects.select_related("case").filter(case_id=case, token=token, kind="user").first()
    if task is not None:
        offices.advance(task)


def change(case: UUID) -> None:
    """An officer asks for a change, and the applicant changes one number of the form: what saw it is void."""
    told = data_file("truth.yaml")["together"]
    task = next(task for task in _asked(case))
    asking = next(act for act in offices.offered(task).acts if act.kind == "supplement")
    commands.act(
        by=offices.doer(task), case=case, task=task.token, act=asking.id, data={"items": [told["asked"]]}
    )
    by = actor_for(VISITOR)
    data = content.form_data(queries.content_of(by, Case.objects.get(pk=case), purpose="demo"))
    section, name = told["pointer"]
    data[section] = {**data[section], name: told["value"]}
    supply(by=by, case=case, data=data)


# -- within


def _asked(case: UUID) -> list[OpenTask]:
    return list(OpenTask.objects.filter(case_id=case, kind="user").select_related("case").order_by("id"))


def _opens(row: Any) -> set[str]:
    return {task["node"] for task in row.entry["place"]["effect"].get("opened", ())}


def _consulted(rows: Sequence[Any]) -> list[str]:
    """The tasks that were opened together first: those of the agencies asked at once."""
    return next((sorted(_opens(row)) for row in rows if len(_opens(row)) >= AT_ONCE), [])


def _desk(
    package: Package,
    case: Case,
    node: str,
    open_now: dict[str, OpenTask],
    rows: Sequence[Any],
    voided: dict[str, datetime],
) -> Desk:
    rule = package.rules[node]
    agency = offices.agency_doing(case, rule.agency)
    task = open_now.get(node)
    done = next(
        (row.at for row in reversed(rows) if row.entry["statement"]["act"].startswith(f"case.{node}.")), None
    )
    state = "answered" if task is None else ("void" if node in voided else "waiting")
    return Desk(
        node=node,
        token=task.token if task else "",
        agency=agency.name_vi,
        who=", ".join(full_names(offices.holders(agency.id, rule.post)).values()),
        sees=_titles(package, rule.seen(case.state["parts"])),
        state=state,
        at=done if state == "answered" else voided.get(node),
    )


def _titles(package: Package, parts: Iterable[str]) -> dict[str, str]:
    """Parts by the package's own words: sections of the form, papers, the task that writes an answer."""
    words = {f"form.{name}": one["x-ui"]["label"] for name, one in package.form_schema["properties"].items()}
    words |= {f"document.{one.kind}": one.name for one in package.procedure.documents}
    tasks = package.procedure.tasks.values()
    words |= {part: task.name for task in tasks for act in task.acts for part in act.writes}
    return {part: text_in(words.get(part, {}), get_language() or "") or part for part in sorted(parts)}


def _paper(package: Package, consulted: Sequence[str], desks: Sequence[Desk], asked_at: datetime) -> Paper:
    legs = [
        (desk.agency, CARRYING + _days(package.rules[node].limit))
        for node, desk in zip(consulted, desks, strict=True)
    ]
    whole = sum(days for _, days in legs) + CARRYING
    return Paper(legs, whole, min(whole, int((now() - asked_at) / DAY)))


def _days(limit: Any) -> int:
    return int((limit or {}).get("working_day", 1))
