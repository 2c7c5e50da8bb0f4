"""An authority with some history, what damages it, and what the audit finds then."""

from dataclasses import dataclass
from io import BytesIO

from django.db import connection

from xactin.ledger import commands
from xactin.ledger.audit import run_audit
from xactin.ledger.chains.chain import acting
from xactin.ledger.testing import Person, a_person, an_authority, sequence_all
from xactin.vault import commands as vault
from xactin.vault.queries import commitments_of

SUBJECT = "case:one"


@dataclass
class House:
    """An authority with some history."""

    officer: Person
    file: vault.StoredFile


def fill(subjects: int = 3) -> House:
    """Several subjects with values, a file, an ended mandate, one erasure and one entry that waits."""
    an_authority()
    officer, clerk = a_person("person-1"), a_person("person-2", post="H44-p2")
    file = vault.put_file(
        stream=BytesIO(b"%PDF-1.7 drawing"),
        name="a.pdf",
        accepts=["application/pdf"],
        owner="person-1",
        made_here=True,
    )
    for number in range(subjects):
        subject = SUBJECT if number == 0 else f"case:{number}"
        with acting(subject=subject, mandates=[officer.mandate]) as chain:
            house = vault.seal_value(subject=subject, part="form.house", value={"floors": number})
            owner = vault.seal_value(subject=subject, part="form.owner", value={"name": "Nguyễn Thị Ánh"})
            wrote = {one.part: one.commitment for one in (house, owner)}
            if number == 0:
                wrote["document.drawing"] = file.commitment
                chain.write(*vault.bind_sql(file, subject=subject, part="document.drawing"))
            statement = officer.state(subject, wrote=wrote)
            chain.append(statement, officer.sign(statement), {"state": "submitted"})
            chain.write(*vault.values_sql([house, owner]))
        for step in range(3):
            clerk.act(subject, {"step": step})
    commands.end_mandate(clerk.mandate, by=commands.system_signer("identity"))
    commands.erase(
        subject="case:1",
        commitments=standing("case:1", "form.owner"),
        by=commands.system_signer("keeper"),
        basis="91/2025",
    )
    sequence_all()
    officer.act(SUBJECT, {"late": True})
    return House(officer, file)


def standing(subject: str, part: str) -> list[str]:
    """The commitments to what stands of a part."""
    return commitments_of(subject, [part])[part]


def sql(text: str, *params: object, rows: int = 1) -> None:
    """Damage by SQL; fails unless it hit so many rows."""
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        assert cursor.rowcount == rows


def kinds(subject: str = SUBJECT) -> set[str]:
    """The kinds of what the audit finds about a subject."""
    findings = run_audit(1)
    assert findings, "the damage was not found"
    return {one.kind for one in findings if one.subject == subject}
