"""What acts told the applicant, and who did them: read from the ledger, never kept twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from xactin.cases.models import Case, OpenTask
from xactin.cases.procedures import queries as procedures
from xactin.kernel.procedure.description import Act
from xactin.kernel.procedure.flow.lasting import base
from xactin.kernel.procedure.package import Package
from xactin.ledger import queries as ledger
from xactin.vault import queries as vault


@dataclass(frozen=True, kw_only=True)
class Said:
    """What an act of a case told the applicant."""

    at: datetime
    by: Mapping[str, Any]
    reason: str
    items: Sequence[str]


def said_last(case: Case, kind: str, *, by: str) -> Said | None:
    """What the last act of a kind (supplement, refuse) told the applicant; its content is opened and logged."""
    package = procedures.version(case.version_id).package
    rows = [
        row for row in ledger.entries_of(f"case:{case.pk}") if kind_of(package, row.statement["act"]) == kind
    ]
    if not rows:
        return None
    row = rows[-1]
    part = f"note.{row.statement['id']}"
    opened = vault.open_named(
        by=by, purpose="form", subject=f"case:{case.pk}", named={part: row.statement["content"] or ""}
    )
    value = opened[part][0] if part in opened else {}
    data = value.get("data", {})
    return Said(
        at=row.at,
        by=row.statement["by"],
        # A note is for colleagues: what the applicant is told stands in the act's own form.
        reason=str(data.get("reason", "")),
        items=list(data.get("items", ())),
    )


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What an act said beside its name: answers of its form (reason, items), and a note for colleagues."""

    lines: Sequence[str]
    note: str


def remarks(case: Case, *, by: str, purpose: str) -> dict[str, Remark]:
    """What acts that wrote no answer said, by the entry's id; for those who handle or audit the dossier."""
    rows = [
        row
        for row in ledger.entries_of(f"case:{case.pk}")
        if (said := row.statement.get("content")) and said not in (row.statement.get("wrote") or {}).values()
    ]
    parts = {f"note.{row.statement['id']}": str(row.statement["id"]) for row in rows}
    if not parts:
        return {}
    named = {f"note.{row.statement['id']}": row.statement["content"] for row in rows}
    opened = vault.open_named(by=by, purpose=purpose, subject=f"case:{case.pk}", named=named)
    return {
        parts[part]: Remark(lines=list(_told(value.get("data") or {})), note=str(value.get("note", "")))
        for part, (value, _salt) in opened.items()
    }


def _told(data: Mapping[str, Any]) -> Iterator[str]:
    for value in data.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))


def received_by(case: Case) -> Mapping[str, Any] | None:
    """Who took the dossier in, as the statement names them; None before anybody did."""
    package = procedures.version(case.version_id).package
    for row in reversed(ledger.entries_of(f"case:{case.pk}")):
        offered = act_named(package, row.statement["act"])
        if offered is not None and offered.receives:
            return cast(Mapping[str, Any], row.statement["by"])
    return None


def act_named(package: Package, act: str) -> Act | None:
    """What a task offers under an act's name (`case.<task>.<act>`), None for acts of no task."""
    _case, _dot, rest = act.partition(".")
    node, _dot, offered = rest.partition(".")
    rule = package.rules.get(node)
    return rule.acts.get(base(offered)) if rule else None


def kind_of(package: Package, act: str) -> str:
    """The kind of an act by its name, "" for those of no task."""
    offered = act_named(package, act)
    return offered.kind if offered else ""


def was_asked(case: Case) -> bool:
    """Whether a supplement was ever asked for."""
    return bool((case.state.get("supplement") or {}).get("times"))


def asked_until(case: Case) -> datetime | None:
    """Until when the applicant may bring what is asked for; None when nothing is."""
    return OpenTask.objects.filter(case=case, kind="supply").values_list("due_at", flat=True).first()
