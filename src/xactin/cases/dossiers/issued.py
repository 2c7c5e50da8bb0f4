"""Results as a stranger may see them: found by their random code, never by a name."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from xactin.cases.dossiers.asking import language
from xactin.cases.models import Result
from xactin.ledger import queries as ledger
from xactin.vault import queries as vault


@dataclass(frozen=True, kw_only=True)
class Issued:
    """What is public of an issued result."""

    case: UUID
    code: str
    number: str
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
        .select_related("case__agency", "case__version")
        .defer("case__state")
        .first()
    )
    if row is None or row.issued_at is None:
        return None
    english = language() == "en"
    agency, version = row.case.agency, row.case.version
    return Issued(
        case=row.case_id,
        code=row.code,
        number=row.number,
        kind=version.name_en if english else version.name_vi,
        agency=agency.name_en if english else agency.name_vi,
        issued_at=row.issued_at,
        sha256=row.sha256,
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
    )


def revoked(data: bytes) -> Issued | None:
    """The revoked result whose file these bytes are, if it is one."""
    row = Result.objects.filter(sha256=sha256(data).hexdigest(), revoked_at__isnull=False).first()
    return by_code(row.code) if row else None


def bundle(issued: Issued) -> bytes:
    """The proof of a result: the case's entries, and the commitment of the final file opened by its salt."""
    subject = f"case:{issued.case}"
    (file,) = vault.files(subject=subject, parts=["result"])
    opened = {
        "part": "result",
        "commitment": file.commitment,
        "salt": file.salt,
        "file": {"size": file.size, "sha256": file.sha256},
    }
    return ledger.bundle(subject=subject, opened=[opened])
