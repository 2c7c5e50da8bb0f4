"""The paper that signing makes: number, date and code are given in the act that signs it.

The draft before it has none of them. Whoever signs saw the draft and signs the paper's bytes, which print the same
content: it is named by commitments, so what the draft did not print cannot come in.
"""

import io
import os
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from xactin.cases.dossiers import paper_facts
from xactin.cases.dossiers.records import subject_of
from xactin.cases.dossiers.state import content, store
from xactin.cases.dossiers.state.makers import Made, Making, Planned, planned_before
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import OutOfTurn, Stale
from xactin.cases.models import Case, Result
from xactin.cases.papers.qr import verify_code
from xactin.cases.papers.render import draft_result
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.kernel.local import local_day
from xactin.kernel.procedure import description
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.requirements.results import DRAFT
from xactin.vault import commands as vault
from xactin.vault import queries as vault_queries
from xactin.vault.ids import new_id

SYSTEM: Final = "result"
PDF: Final = ["application/pdf"]
_COUNTED: Final = "SELECT last FROM cases_serial WHERE prefix = %s"
_NUMBERED: Final = """
INSERT INTO cases_result (id, case_id, code, number, sha256, revoked_reason) VALUES (%s, %s, %s, %s, '', '')
ON CONFLICT (case_id) DO UPDATE SET code = excluded.code, number = excluded.number
"""


def drawn(number: str, code: str) -> dict[str, str]:
    """What an entry says of a result's number and code. The code opens /verify, so only its hash is said."""
    return {"number": number, "code": sha256(code.encode()).hexdigest()}


def described(package: Package) -> description.Result:
    """What the package issues. Its services are published only where it says so (kernel `requirements/runtime.py`)."""
    assert package.procedure.result is not None
    return package.procedure.result


def stored(case: Case, pdf: bytes) -> vault.StoredFile:
    """A paper of a case, not yet part of it."""
    return vault.put_file(
        stream=io.BytesIO(pdf), name=f"{case.number}.pdf", accepts=PDF, owner=SYSTEM, made_here=True
    )


def printed(case: Case, state: Mapping[str, Any], issue: paper_facts.Issue | None, at: datetime) -> bytes:
    """The result as it is signed, or, without `issue`, a draft of it; from what the drawing service reads now."""
    package = case_package(case)
    parts = state["parts"]
    read = package.rules[_drawing(package)].seen(parts)
    opened = vault_queries.open_named(
        by=SYSTEM,
        purpose="result",
        subject=subject_of(case.pk),
        named={part: parts[part] for part in read if not content.is_file(package, part)},
    )
    values = {part: value for part, (value, _salt) in opened.items()}
    require(package, values)
    context = paper_facts.result_context(case, values, issue)
    return draft_result(
        package.files,
        context,
        trial=settings.XACTIN_TRIAL,
        at=at,
        template=described(package).template,
        unsigned=issue is None,
    )


def case_package(case: Case) -> Package:
    """The package a case follows."""
    return procedures.version(case.version_id).package


def _drawing(package: Package) -> str:
    return next(one.id for one in package.procedure.services.values() if one.kind == DRAFT)


def require(package: Package, values: Mapping[str, Any]) -> None:
    """Refuses a paper that lacks what makes it one (`result.requires`), naming what is missing. Raises OutOfTurn."""
    missing = [needed for needed in described(package).requires if not _given(package, values, needed)]
    if missing:
        names = ", ".join(_named(package, needed) for needed in missing)
        text = _("%(paper)s cannot be drawn up without: %(names)s.")
        paper = text_in(described(package).name, language())
        raise OutOfTurn(text % {"paper": paper, "names": names}, missing=missing)


def _given(package: Package, values: Mapping[str, Any], needed: str) -> bool:
    part, *steps = needed.split("/")
    found = values.get(part)
    if content.writer_of(content.writers(package), part):
        found = (found or {}).get("data")
    for step in steps:
        found = found.get(step) if isinstance(found, Mapping) else None
    return bool(str(found).strip()) if found is not None else False


def _named(package: Package, needed: str) -> str:
    """What people call an answer: the label of its field."""
    part, *steps = needed.split("/")
    written = content.writers(package).get(part)
    schemas: list[Any] = [package.form_schema]
    if written:
        schemas = [act.data_schema for act in package.procedure.tasks[written].acts if part in act.writes]
    for schema in schemas:
        for step in steps:
            schema = (schema or {}).get("properties", {}).get(step)
        label = (schema or {}).get("x-ui", {}).get("label")
        if label:
            return text_in(label, language())
    return needed


class SignedPaper:
    """Makes the paper of the act that signs a result (`dossiers/state/makers.py`)."""

    def plan(self, making: Making) -> Made | None:
        """The paper with the number that is next. Nothing is taken until it is signed."""
        if not _signs(making):
            return None
        case = _case(making)
        known = standing(case)
        number = known.number if known else _spelled(making, _next(case, making))
        return _drawn_up(making, case, number, known.code if known else verify_code(os.urandom(16)))

    def make(self, making: Making, planned: Planned | None) -> Made | None:
        """Takes the number under the lock of its counter and draws the paper up, or takes the one planned."""
        if not _signs(making):
            return None
        case = _case(making)
        known = standing(case)
        number = known.number if known else _spelled(making, _taken(case, making))
        if planned is None:
            return _drawn_up(making, case, number, known.code if known else verify_code(os.urandom(16)))
        file = vault_queries.own_upload(UUID(planned["file"]), owner=SYSTEM)
        if file is None or planned["number"] != number or planned["day"] != str(local_day(making.at)):
            raise Stale(_("The number or the day of this paper is another by now. Please sign once more."))
        return _made(making, case, number, str(planned["code"]), file)


def _signs(making: Making) -> bool:
    """Whether an act writes the paper: an advance of the task that the package says signs it."""
    part = content.paper(making.package)
    offered = making.package.rules[str(making.found.task_node)].acts.get(making.act)
    return bool(part) and offered is not None and part in offered.writes


def _case(making: Making) -> Case:
    return Case.objects.select_related("version", "agency").get(pk=making.case)


def standing(case: Case) -> Result | None:
    """The result of a case that was signed before and came back: it keeps its number and code."""
    return Result.objects.filter(case=case).first()


def _prefix(case: Case, making: Making) -> str:
    return f"{case.agency.code}:{described(making.package).kind}:{local_day(making.at).year}"


def _next(case: Case, making: Making) -> int:
    """The number that is next, behind those planned for papers that the same signature covers."""
    prefix = _prefix(case, making)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, (prefix,))
        row = cursor.fetchone()
    return (row[0] if row else 0) + 1 + planned_before(prefix)


def _taken(case: Case, making: Making) -> int:
    """The next number, taken with the act: if that fails, it is free again."""
    with connection.cursor() as cursor:
        cursor.execute(store.NEXT_SERIAL, (_prefix(case, making),))
        return int(cursor.fetchone()[0])


def _spelled(making: Making, serial: int) -> str:
    return spelled(described(making.package), serial, making.at)


def spelled(said: description.Result, serial: int, at: datetime) -> str:
    """A result's number as the package writes it."""
    return said.number.format(serial=f"{serial:02d}", year=local_day(at).year)


def _drawn_up(making: Making, case: Case, number: str, code: str) -> Made:
    issue = paper_facts.Issue(number=number, code=code, at=making.at, signer=paper_facts.signatory(making.by))
    pdf = printed(case, making.found.state, issue, making.at)
    return _made(making, case, number, code, stored(case, pdf))


def _made(making: Making, case: Case, number: str, code: str, file: vault.StoredFile) -> Made:
    part = content.paper(making.package)
    day = str(local_day(making.at))
    return Made(
        files={part: file},
        writes=[
            vault.bind_sql(file, subject=subject_of(case.pk), part=part),
            (_NUMBERED, (new_id(), case.pk, code, number)),
        ],
        said={"drawn": drawn(number, code)},
        planned={"file": str(file.id), "number": number, "code": code, "day": day},
    )
