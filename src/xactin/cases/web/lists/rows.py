"""Rows of lists as pages show them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from xactin.cases.dossiers.surroundings import language
from xactin.cases.models import Case, OpenTask
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.web import shown
from xactin.cases.web.timeline import party_name
from xactin.identity import queries as identity
from xactin.kernel.procedure import engine
from xactin.ledger.clock import now


def is_late(case: Case, at: datetime | None = None) -> bool:
    """Whether a dossier counts as late: `rules.late_from`."""
    return case.late_at is not None and case.late_at < (at or now())


def _marked(case: Case, due: datetime | None, at: datetime) -> bool:
    """Whether a line has to say that the dossier is late, because its own deadline does not."""
    told = case.finished_at is None and due is not None and due < at
    return is_late(case, at) and not told


def unverified(found: Iterable[Case]) -> set[UUID]:
    """Those of these dossiers whose account nobody compared with a card, where the reader is told whose they are."""
    owners = {
        case.pk: case.applicant_id for case in found if case.applicant_id and not case.applicant_withheld
    }
    claimed = identity.unverified(set(owners.values()))
    return {case for case, owner in owners.items() if owner in claimed}


def case_row(case: Case, came: str) -> dict[str, Any]:
    """A line of a list of dossiers. `came`: the address of the list, to which the dossier leads back."""
    return {
        **shown.case_head(case),
        "url": _address(case.pk, came),
        "agency_id": case.agency_id,
        "late": _marked(case, None if case.phase == "supplement" else case.due_at, now()),
    }


def task_row(row: OpenTask, came: str) -> dict[str, Any]:
    """A line of the inbox."""
    return {
        "url": _address(row.case_id, came) + f"#task-{row.token}",
        "task": row.pk,
        "name": task_name(row),
        "number": row.case.number,
        "procedure": text_in(procedures.version(row.case.version_id).package.procedure.name, language()),
        "owner": shown.owner_of(row.case),
        "sender": shown.sender_of(row.case),
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "agency_id": row.agency_id,
        "late": is_late(row.case) and not (row.due_at and row.due_at < now()),
    }


def _address(case: UUID, came: str) -> str:
    """The page of a dossier, which knows the list it was opened from with its filters."""
    return reverse("cases:desk-case", args=[case]) + "?" + urlencode({"list": came})


def task_name(row: OpenTask) -> str:
    """What has to be done."""
    package = procedures.version(row.case.version_id).package
    return text_in(engine.node_name(package, row.node), language())


def with_holders(rows: Sequence[Case], came: str) -> list[dict[str, Any]]:
    """Lines of dossiers with who has each of them now."""
    held: dict[UUID, list[str]] = {}
    for task in _tasks_of(rows):
        held.setdefault(task.case_id, []).append(f"{task_name(task)}: {_office(task)}")
    return [{**case_row(row, came), "holders": held.get(row.pk, [])} for row in rows]


def _tasks_of(rows: Iterable[Case]) -> list[OpenTask]:
    known = {row.pk: row for row in rows}
    found = list(
        OpenTask.objects.filter(case__in=known)
        .exclude(kind="service")
        .select_related("agency")
        .order_by("due_at", "id")
    )
    for task in found:
        task.case = known[task.case_id]
    return found


def _office(task: OpenTask) -> str:
    if task.agency is None:
        return party_name(procedures.version(task.case.version_id).package, task.role)
    return task.agency.name_en if language() == "en" else task.agency.name_vi
