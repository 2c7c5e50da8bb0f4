"""What the system does in a flow by itself: drawing up the result, sealing it.

Both run as jobs after the act that opened them, may run twice (a killed worker), and sign as the
system `result`: a machine proposes and carries out, the chair's attestation decides.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from xactin.cases.dossiers import paper_facts
from xactin.cases.dossiers.commands import ActDone, serve, subject_of
from xactin.cases.dossiers.state import content, store
from xactin.cases.dossiers.statements import kind_of
from xactin.cases.models import Case, Result
from xactin.cases.papers.drawings import permit_lines, seal_drawing
from xactin.cases.papers.qr import verify_code, verify_url
from xactin.cases.papers.signing.seal import seal_result
from xactin.cases.procedures import queries as procedures
from xactin.cases.results import paper, pictures, seals
from xactin.cases.results.paper import SYSTEM
from xactin.cases.runtime import SEAL
from xactin.kernel.local import local_day
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.requirements.results import DRAFT
from xactin.ledger import queries as ledger_queries
from xactin.ledger.clock import now
from xactin.ledger.queries import EntryRow
from xactin.vault import commands as vault
from xactin.vault import queries as vault_queries

_ISSUED = "UPDATE cases_result SET file = %s, sha256 = %s, issued_at = %s WHERE id = %s"


class NotYet(Exception):
    """Something the service needs is not there yet; the job is tried again."""


def draft(case: Case, token: str) -> ActDone | None:
    """Draws the result up for whoever looks at it next: without number, date and code, which signing gives.

    In packages of before (no `result.paper`) the draft is what will be signed, and has them already.
    """
    package = procedures.version(case.version_id).package
    saw = engine.saw_of(package, case.state, token)
    result = None if content.paper(package) else _numbered_before(case)
    at = now()
    issue = paper_facts.Issue(number=result.number, code=result.code, at=at) if result else None
    files = {
        content.written_by(package, DRAFT): paper.stored(case, paper.printed(case, case.state, issue, at))
    }
    return serve(
        case=case.pk,
        task=token,
        saw=saw,
        wrote=_commitments(files),
        system=SYSTEM,
        writes=lambda _at: _bound(case, files),
        said={"drawn": paper.drawn(result.number, result.code)} if result else None,
    )


def seal(case: Case, token: str) -> ActDone | None:
    """Waits for the log, attaches the proof, signs for the chair, seals for the agency, attests the final hash."""
    package = procedures.version(case.version_id).package
    subject = subject_of(case.pk)
    saw = engine.saw_of(package, case.state, token)
    part = content.signed(package)
    entries = ledger_queries.entries_of(subject)
    if not ledger_queries.wait_until_logged([row.id for row in entries], timeout=10):
        raise NotYet("the log has not reached the approval yet")
    (kept,) = vault_queries.files(subject=subject, parts=[part])
    signed, chunks = vault_queries.open_file(by=SYSTEM, purpose="seal", id=kept.id)
    pdf = b"".join(chunks)
    bundle = ledger_queries.bundle(
        subject=subject,
        opened=[
            {
                "part": part,
                "commitment": signed.commitment,
                "salt": signed.salt,
                "file": {"size": signed.size, "sha256": signed.sha256},
            }
        ],
    )
    signer = signed_by(package, entries)
    sealed = seal_result(
        pdf,
        bundle,
        chair=seals.signer_of(signer),
        agency=seals.seal_of(case.agency),
        trial=settings.XACTIN_TRIAL,
        at=now(),
        pictures=pictures.shown(signer, case.agency.code, by=SYSTEM),
        time_service=seals.time_service(),
    )
    file = paper.stored(case, sealed)
    result, made = Result.objects.get(case=case), content.written_by(package, SEAL)
    files = {made: file, **_stamped_drawings(case, result, made)}
    return serve(
        case=case.pk,
        task=token,
        saw=saw,
        wrote=_commitments(files),
        system=SYSTEM,
        writes=lambda at: [*_bound(case, files), (_ISSUED, (file.id, file.sha256, at, result.pk))],
    )


def signed_by(package: Package, entries: Sequence[EntryRow]) -> Mapping[str, Any]:
    """Who signed the result: whoever did the advance of the task that the package says signs it, last."""
    task = paper.described(package).signed_by
    for row in reversed(entries):
        act = row.statement["act"]
        if act.startswith(f"case.{task}.") and kind_of(package, act) == "advance":
            return dict(row.statement["by"])
    raise NotYet(f"nobody has signed at {task} yet")


def _commitments(files: Mapping[str, vault.StoredFile]) -> dict[str, str]:
    return {part: file.commitment for part, file in files.items()}


def _bound(case: Case, files: Mapping[str, vault.StoredFile]) -> list[tuple[str, Any]]:
    """Files become parts of the case by the act itself: of a job that was killed before, nothing stays."""
    return [vault.bind_sql(file, subject=subject_of(case.pk), part=part) for part, file in files.items()]


def _stamped_drawings(case: Case, result: Result, made: str) -> dict[str, vault.StoredFile]:
    """The documents that go back with the result (`result.attach`), every file of them, stamped and sealed.

    Each was tried when it was sent. One that cannot be stamped nevertheless holds the result back, for the permit
    says that they are; the failed job becomes somebody's task. Raises DrawingError.
    """
    package = procedures.version(case.version_id).package
    kinds = {part.removeprefix("document.") for part in paper.described(package).attach}
    documents = [part for part in case.state["parts"] if part.startswith("document.")]
    wanted = [part for part in documents if content.document_kind(part) in kinds]
    said, at = paper.described(package), now()
    heading = said.stamp["vi"] if said.stamp else f"Kèm theo {said.name['vi']}"
    found: dict[str, vault.StoredFile] = {}
    for kept in vault_queries.files(subject=subject_of(case.pk), parts=wanted):
        _row, chunks = vault_queries.open_file(by=SYSTEM, purpose="stamp", id=kept.id)
        pdf = seal_drawing(
            b"".join(chunks),
            lines=permit_lines(case.agency.name_vi, heading, result.number, at),
            url=verify_url(settings.XACTIN_URL, result.code),
            agency=seals.seal_of(case.agency),
            trial=settings.XACTIN_TRIAL,
            at=at,
            time_service=seals.time_service(),
        )
        found[f"{made}.{kept.part.removeprefix('document.')}"] = paper.stored(case, pdf)
    return found


def _numbered_before(case: Case) -> Result:
    """The result of a package whose draft has its number already (it names no `paper`), taken once."""
    found = paper.standing(case)
    if found is not None:
        return found
    said, at = paper.described(paper.case_package(case)), now()
    try:
        # In one transaction, so that the counter stands at the last number that was given.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(store.NEXT_SERIAL, (f"{case.agency.code}:{said.kind}:{local_day(at).year}",))
            number = paper.spelled(said, int(cursor.fetchone()[0]), at)
            return Result.objects.create(case=case, code=verify_code(os.urandom(16)), number=number)
    except IntegrityError:
        return Result.objects.get(case=case)  # a job beside this one was faster
