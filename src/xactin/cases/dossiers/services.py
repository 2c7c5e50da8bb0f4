"""The services that flows may ask for, by kind: whoever does one registers it, and what it needs of a package."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from xactin.cases.dossiers.records import ActDone
from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.cases.runtime import offer
from xactin.kernel.procedure.requirements.runtime import ServiceKind

Doing = Callable[[Case, str], ActDone | None]
"""Does an open service task (its token) of a case; None when somebody did it before. Runs as a job, maybe twice."""

_DONE_BY: Final[dict[str, Doing]] = {}


def register_service(kind: str, does: Doing, needs: ServiceKind | None = None) -> None:
    """A kind of service that flows may ask for from now on. `needs` may be left out for those of `runtime.OURS`."""
    _DONE_BY[kind] = does
    offer(kind, needs)


def run_service(*, case: UUID, token: str) -> ActDone | None:
    """Does one open service task; None when somebody did it before us."""
    found = Case.objects.select_related("version", "agency").get(pk=case)
    task = found.open_tasks.filter(token=token, kind="service").first()
    if task is None:
        return None
    kind = procedures.version(found.version_id).package.procedure.services[task.node].kind
    return _DONE_BY[kind](found, token)
