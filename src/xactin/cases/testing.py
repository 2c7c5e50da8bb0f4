"""Dossiers for tests, made by the room's own commands: a published procedure, an application, its way."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import commands, queries
from xactin.cases.dossiers.services import run_service
from xactin.cases.models import Case, OpenTask
from xactin.cases.office.commands import begin_work
from xactin.cases.procedures import commands as procedures
from xactin.cases.procedures.queries import forget_standing
from xactin.cases.results import seals
from xactin.identity.queries import Actor, actor_for
from xactin.identity.testing import Province, small_province, standing_province, surroundings
from xactin.kernel.procedure.package import load_package
from xactin.ledger.testing import forgets, recalled, sequence_all


def _pdf() -> bytes:
    """A sound PDF of one empty page."""
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 4 0 R>>",
        b"<</Length 0>>stream\n\nendstream",
    )
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(places)
    return out + table + b"trailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF\n" % len(out)


PERMIT: Final = "building-permit"
BIRTH: Final = "birth-registration"
PDF: Final = _pdf()
# Who does what in the building permit, by task.
DOERS: Final = {
    "receive": "motcua1",
    "review": "chuyenvien1",
    "consult_land": "chuyenvien2",
    "consult_infrastructure": "soxd1",
    "consult_environment": "sonnmt1",
    "appraise": "chuyenvien1",
    "approve": "chutich1",
    "issue": "vanthu1",
}


forgets.extend([forget_standing, seals.forget])


def package_folder(name: str) -> Path:
    """The folder of a procedure that comes with the platform."""
    return Path(settings.XACTIN_PROCEDURES) / name


def province_with(*names: str) -> Province:
    """A small province that has published these procedures."""
    folders = [package_folder(name) for name in names]

    def publish() -> None:
        small_province()
        for folder in folders:
            procedures.publish_folder(by=actor_for("quantri1"), folder=folder)

    recalled((*folders, *surroundings()), publish)
    return standing_province()


def example(name: str) -> dict[str, Any]:
    """The first worked example of a package."""
    examples = load_package(package_folder(name)).examples
    return dict(examples[min(examples)])


def an_upload(by: Actor, content: bytes = PDF, name: str = "ban-ve.pdf") -> UUID:
    """A file that a person has just sent."""
    return applications.upload(by=by, stream=io.BytesIO(content), name=name).id


def apply(name: str = PERMIT, *, username: str = "congdan1", more: Sequence[str] = ()) -> Case:
    """An application with the data of the package's first example; of kinds in `more` one file more."""
    by, told = actor_for(username), example(name)
    kinds = [*told.get("documents", ()), *more]
    documents = [applications.Given(kind=kind, file=an_upload(by)) for kind in kinds]
    code = load_package(package_folder(name)).code
    done = applications.submit(by=by, code=code, data=told["data"], documents=documents)
    return Case.objects.get(pk=done.case)


def open_task(case: Case, node: str) -> OpenTask:
    """The open task of a node."""
    return OpenTask.objects.get(case=case, node=node)


def do(
    case: Case, node: str, act: str, data: dict[str, Any] | None = None, *, username: str = ""
) -> commands.ActDone:
    """One act by whoever does this task in the small province."""
    by = actor_for(username or DOERS[node])
    return commands.act(by=by, case=case.pk, task=open_task(case, node).token, act=act, data=data)


def serve(case: Case, node: str) -> None:
    """A service of the flow, as its job does it, once the log has come so far."""
    sequence_all()
    run_service(case=case.pk, token=open_task(case, node).token)


def to_approval(case: Case) -> None:
    """From the counter to the chair's desk, everybody agreeing."""
    do(case, "receive", "accept")
    do(case, "review", "consult")
    for node in ("consult_land", "consult_infrastructure", "consult_environment"):
        do(case, node, "agree", {"opinion": "Đồng ý"})
    do(case, "appraise", "submit")
    serve(case, "draft_result")


def to_result(case: Case) -> None:
    """All the way to the issued result."""
    to_approval(case)
    do(case, "approve", "approve")
    do(case, "issue", "issue")
    serve(case, "seal_result")


def content(case: Case, username: str) -> dict[str, Any]:
    """What somebody may read of a case."""
    case.refresh_from_db()
    return queries.content_of(actor_for(username), case, purpose="test")


def finished_work(*names: str) -> Case:
    """A province with an internal task that is finished: no law names a time for which it is kept."""
    province_with("internal-task", *names)
    sent = {"title": "Rà soát", "request": "Nêu nguyên nhân", "units": ["H44.100.01"]}
    case = Case.objects.get(pk=begin_work(by=actor_for("chutich1"), code="NB.01", data=sent).case)
    do(case, "report", "report", {"report": "Đã xong"}, username="chuyenvien1")
    do(case, "accept", "accept", username="chutich1")
    case.refresh_from_db()
    return case
