"""From when a case counts as late: `rules.late_from` of what its package and state have in them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from xactin.cases.rules import late_from
from xactin.kernel.attestation import parse_time
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package

_OURS: Final = frozenset({"user", "service"})


def late_after(
    package: Package, state: Mapping[str, Any], *, was: datetime | None, at: datetime
) -> datetime | None:
    """From when the case is late once `state` stands, given from when it was (None for a new case)."""
    return late_from(was, at, _due(package, state))


def _due(package: Package, state: Mapping[str, Any]) -> Iterator[datetime]:
    """When the case and each open step of the authority's must be done. An applicant's silence is not its delay."""
    if state["phase"] in engine.ENDED:
        return
    if state.get("due"):
        yield parse_time(state["due"])
    for task in engine.open_tasks(package, state):
        if task.due is not None and task.kind in _OURS and not task.party:
            yield task.due
