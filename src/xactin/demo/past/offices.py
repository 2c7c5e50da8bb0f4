"""The offices of the demo at work: whoever has waited long enough is served, by the commands that people use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from xactin.cases.applications.commands import withdraw
from xactin.cases.dossiers import commands
from xactin.cases.errors import ActError
from xactin.cases.models import Case, OpenTask
from xactin.cases.procedures import queries as procedures
from xactin.demo.past.conduct import Errand, chance, choice, minds_limits, said, waits, withdraws
from xactin.demo.past.looks import passed
from xactin.demo.residents import RESIDENT, of_person, supplies
from xactin.identity import queries as identity_queries
from xactin.identity.models import Account
from xactin.identity.queries import Actor, actor_for
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.description import Act


@dataclass(frozen=True)
class Look:
    """A look at all inboxes. `since`: when the demo's clock began; `until`: the next look."""

    since: datetime
    at: datetime
    until: datetime
    holder: Callable[[UUID, str], Actor] = field(default_factory=lambda: cache(_holder))  # asked once a look


def work(look: Look) -> int:
    """Whoever has waited long enough is served, or would be late at the next look; how many acts that were.

    What meanwhile went another way is left to the next look.
    """
    done = 0
    waiting = list(
        OpenTask.objects.filter(
            kind__in=("user", "supply"), case__applicant__account__username__startswith=RESIDENT
        )
        .select_related("case", "case__agency", "agency")
        .defer(
            "case__state", "case__words"
        )  # most wait on: what may be done is read when somebody turns to it
        .order_by("opened_at", "id")
    )
    for task in waiting:
        try:
            done += _turn_to(task, look)
        except ActError:
            continue
    return done


def _turn_to(task: OpenTask, look: Look) -> bool:
    """Whether something was done."""
    case = task.case
    if task.kind == "supply":
        # Not in the look in which it was asked for: the same draws would ask for it again at once.
        comes = task.opened_at < look.at and chance("answer", case.number, look.at) < 0.3
        if comes:
            supplies(case)
        return comes
    package = procedures.version(case.version_id).package
    errand = Errand(case.number, task.node, task.token, package.code, case.agency.code, task.opened_at)
    presses = task.due_at is not None and task.due_at <= look.until and minds_limits(errand)
    if not presses and passed(task.opened_at, look.at) < waits(errand, look.since):
        return False
    if case.phase == "submitted" and case.applicant_id is not None and withdraws(case.number):
        withdraw(by=of_person(case.applicant_id), case=case.pk, note="Tôi chưa có nhu cầu nữa.")
        return True
    # Not what was asked as often as it may be: the same draws would choose it again at every look.
    acts = engine.offered(package, case.state, offered(task)).acts
    _does(task, choice(errand, tuple(acts)), look.holder)
    return True


def offered(task: OpenTask) -> engine.OpenTask:
    """The task as it stands, with what may be done in it."""
    return engine.task_of(procedures.version(task.case.version_id).package, task.case.state, task.token)


def advance(task: OpenTask) -> None:
    """Who has the task takes the first way onwards. Raises what `commands.act` raises."""
    _does(task, next(act for act in offered(task).acts if act.kind == "advance"), _holder)


def _does(task: OpenTask, act: Act, holder: Callable[[UUID, str], Actor]) -> None:
    by = doer(task, holder)
    commands.act(by=by, case=task.case_id, task=task.token, act=act.id, data=said(act))


def _holder(agency: UUID, role: str) -> Actor:
    account = Account.objects.get(person_id=holders(agency, role)[0])
    return actor_for(account.username, role)


def doer(task: OpenTask, holder: Callable[[UUID, str], Actor] = _holder) -> Actor:
    """Who does a task: the party of the case it waits for, or who holds the post."""
    return of_person(task.case.applicant_id) if task.agency_id is None else holder(task.agency_id, task.role)


def holders(agency: UUID, role: str) -> list[UUID]:
    """Who holds a post in an agency now."""
    return identity_queries.holders_of(agency, role)


def agency_doing(case: Case, function: str) -> Any:
    """The agency that does the tasks of a function for a case."""
    return identity_queries.agency(identity_queries.agency_for(case.agency_id, function))
