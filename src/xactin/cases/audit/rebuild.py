"""Dossiers' rows written anew from their entries: the case, its agencies, open tasks and timer; a result's dates.

What no entry holds cannot come back: a result's code, which is a secret of 128 bits, and a package's files, of
which entries say the digest. Those rows are left as they stand, and the audit compares them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from django.db.models import Model

from xactin.cases.audit import erasures, handovers, parties, receipts
from xactin.cases.audit.derived import Derived, case_id, derived
from xactin.cases.audit.dossiers import Folded, columns_of, folded_of, known_of
from xactin.cases.models import (
    Case,
    CaseAgency,
    Erasure,
    Handover,
    OpenTask,
    Party,
    ProcedureVersion,
    Receipt,
    Result,
    Timer,
)
from xactin.identity.models import Agency, Person
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.ledger.audit import Told


def rebuild(told: Sequence[Told]) -> Mapping[str, int]:
    """Writes the rows of these dossiers; returns how many of which table."""
    rows, written = derived(told), Counter[str]()
    codes = {code: id for id, code in Agency.objects.values_list("pk", "code")}
    for one in told:
        case = case_id(one)
        package = rows.packages.get(one.entries[0].statement["rule"]["digest"])
        if case is not None and package is not None:
            said = folded_of(one, package, rows)
            _case(case, one, said, package, rows, codes)
            written.update(_beside(case, said, package, codes))
            orders, invitations = erasures.ordered(one.entries), parties.invited(one.entries)
            written.update({"cases_erasure": _anew(Erasure, case, orders, erasures.COLUMNS)})
            written.update({"cases_party": _anew(Party, case, invitations, parties.COLUMNS)})
            given = receipts.taken(case, one.entries)
            written.update({"cases_receipt": _anew(Receipt, case, given, receipts.COLUMNS)})
            handed = handovers.handed(case, one.entries)
            written.update({"cases_handover": _anew(Handover, case, handed, handovers.COLUMNS)})
    return written


def _case(
    case: UUID, told: Told, said: Folded, package: Package, rows: Derived, codes: Mapping[str, UUID]
) -> None:
    row = rows.cases.get(case)
    name = row.applicant_name if row else _name(said.applicant)
    known = known_of(told, said, package, name)
    version = ProcedureVersion.objects.only("id", "name_vi").get(digest=package.digest)
    Case.objects.update_or_create(
        pk=case,
        defaults={
            **columns_of(said),
            "version_id": version.pk,
            "agency_id": codes[said.agency],
            "applicant_name": name,
            **(asdict(known) if known else {}),
        },
    )


def _name(person: str) -> str:
    """Whose dossier it is; nobody's, where the authority began it itself."""
    return str(Person.objects.get(pk=person).full_name) if person else ""


def _beside(case: UUID, said: Folded, package: Package, codes: Mapping[str, UUID]) -> Mapping[str, int]:
    CaseAgency.objects.filter(case=case).delete()
    CaseAgency.objects.bulk_create(
        [CaseAgency(case_id=case, agency_id=codes[code]) for code in sorted(said.asked)]
    )
    OpenTask.objects.filter(case=case).exclude(token__in=said.tasks).delete()
    for token, task in said.tasks.items():
        agency = codes[task["agency"]] if task["agency"] else None
        columns = {name: value for name, value in task.items() if name != "agency"} | {"agency_id": agency}
        OpenTask.objects.update_or_create(case_id=case, token=token, defaults=columns)
    due = engine.next_due(package, said.state)
    Timer.objects.filter(pk=case).delete()
    if due is not None:
        Timer.objects.create(case_id=case, at=due)
    Result.objects.filter(case=case).update(
        issued_at=said.issued_at, revoked_at=said.revoked_at, revoked_reason=said.revoked_reason
    )
    return {
        "cases_case": 1,
        "cases_caseagency": len(said.asked),
        "cases_opentask": len(said.tasks),
        "cases_timer": int(due is not None),
    }


def _anew(model: type[Model], case: UUID, said: Mapping[UUID, object], columns: Sequence[str]) -> int:
    """Writes what entries began in one dossier (orders to erase, invitations) anew; returns how many there are."""
    kept = model._default_manager
    kept.filter(case=case).exclude(pk__in=said).delete()
    for id, one in said.items():
        told = {name: getattr(one, name) for name in columns}
        kept.update_or_create(pk=id, defaults=told | {"case_id": case})
    return len(said)
