"""The warnings of a case: what about its content whoever does a task has to answer before going on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.state.effects import RULES
from xactin.kernel.attestation import parse_time
from xactin.kernel.local import local_day
from xactin.kernel.procedure import checks
from xactin.kernel.procedure.description import Check
from xactin.kernel.procedure.engine import OpenTask
from xactin.kernel.procedure.package import Package
from xactin.vault import queries as vault


def with_warnings(package: Package, case: UUID, state: Mapping[str, Any], task: OpenTask) -> OpenTask:
    """The task as it stands open here: its acts ask for an answer to each warning. Content is opened only where the
    package warns at this task."""
    if not checks.warns(package, task.node):
        return task
    warned = _warned(package, case, state, task.node)
    return replace(task, acts=[checks.asking(act, warned) for act in task.acts])


def _warned(package: Package, case: UUID, state: Mapping[str, Any], node: str) -> list[Check]:
    wanted = [part for part in state["parts"] if part.startswith("form.")]
    rows = vault.open_values(by=RULES, purpose="rule", subject=f"case:{case}", parts=wanted)
    data = content.form_data({part: value for part, (value, _salt) in rows.items()})
    filed = local_day(parse_time(state["submitted_at"])).isoformat()
    return checks.warnings(package, node, data, filed)


def answered(package: Package, data: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """What an act answered, for who reads it later: (the warning, the words)."""
    said = data.get(checks.ANSWERED)
    if not isinstance(said, dict):
        return []
    return [
        (check.message[language], str(said[check.id]))
        for check in package.procedure.checks
        if check.kind == "warn" and check.id in said
    ]
