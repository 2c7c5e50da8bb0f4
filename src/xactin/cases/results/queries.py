"""Results as a stranger may see them: found by their random code, never by a name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db.models import F

from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.surroundings import language
from xactin.cases.models import Result
from xactin.cases.papers.qr import CodeError, parse_code
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.runtime import SEAL
from xactin.ledger import queries as ledger
from xactin.vault import queries as vault

_CASE: Final = re.compile(r"case:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Issued:
    """What is public of an issued result."""

    case: UUID
    code: str
    number: str
    version: int
    kind: str
    agency: str
    issued_at: datetime
    sha256: str
    revoked_at: datetime | None
    revoked_reason: str


def by_code(code: str) -> Issued | None:
    """The issued result of a code in its one spelling."""
    row = (
        Result.objects.filter(code=code, issued_at__isnull=False)
        .select_related("case__agency")
        .defer("case__state")
        .first()
    )
    if row is None or row.issued_at is None:
        return None
    agency, package = row.case.agency, procedures.version(row.case.version_id).package
    return Issued(
        case=row.case_id,
        code=row.code,
        number=row.number,
        version=row.case.version_id,
        kind=text_in(package.procedure.result.name, language()) if package.procedure.result else "",
        agency=agency.name_en if language() == "en" else agency.name_vi,
        issued_at=row.issued_at,
        sha256=row.sha256,
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
    )


def issued_as(data: bytes) -> Issued | None:
    """The issued result whose file these bytes are, if it is one."""
    row = Result.objects.filter(sha256=sha256(data).hexdigest(), issued_at__isnull=False).first()
    return by_code(row.code) if row else None


def attached_to(issued: Issued) -> dict[str, str]:
    """The files that went back with a result, stamped and sealed: part by sha256 (hex). Their bytes stay closed."""
    made = content.written_by(procedures.version(issued.version).package, SEAL)
    files = vault.files(subject=f"case:{issued.case}")
    return {file.sha256: file.part for file in files if file.part.startswith(f"{made}.")}


def issued_with(data: bytes, said: Iterable[str]) -> Issued | None:
    """The result that these bytes went back with; `said` is what their signers signed them for: it names the code."""
    digest = sha256(data).hexdigest()
    for address in (word for one in said for word in one.split() if "/verify/" in word):
        try:
            found = by_code(parse_code(address.rpartition("/verify/")[2]))
        except CodeError:
            continue
        if found is not None and digest in attached_to(found):
            return found
    return None


def issued_for(subjects: Iterable[str]) -> Issued | None:
    """The issued result of the first of these subjects that has one: what a bundle speaks of. A revoked one first."""
    ids = [UUID(one.removeprefix("case:")) for one in subjects if _CASE.fullmatch(one)]
    rows = Result.objects.filter(case_id__in=ids, issued_at__isnull=False)
    row = rows.order_by(F("revoked_at").asc(nulls_last=True), "issued_at").first()
    return by_code(row.code) if row else None


def bundle(issued: Issued) -> bytes:
    """The proof of a result: the case's entries, and the commitment of the final file opened by its salt."""
    subject = f"case:{issued.case}"
    part = content.written_by(procedures.version(issued.version).package, SEAL)
    (file,) = vault.files(subject=subject, parts=[part])
    opened = {
        "part": part,
        "commitment": file.commitment,
        "salt": file.salt,
        "file": {"size": file.size, "sha256": file.sha256},
    }
    return ledger.bundle(subject=subject, opened=[opened])
