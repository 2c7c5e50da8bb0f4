"""The derived rows of many dossiers at once, for the audit: one query a table, however many there are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Model

from xactin.cases.models import Erasure, Handover, OpenTask, Party, ProcedureVersion, Receipt, Result, Timer
from xactin.cases.procedures import queries as procedures
from xactin.cases.runtime import SUBMIT
from xactin.identity.models import Agency, Person, Post
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import PackageError
from xactin.ledger.audit import Told
from xactin.ledger.queries import EntryRow

CLAIMS: Final = """
SELECT 'case:' || id FROM cases_case
UNION ALL SELECT 'case:' || case_id FROM cases_caseagency
UNION ALL SELECT 'case:' || case_id FROM cases_opentask
UNION ALL SELECT 'case:' || case_id FROM cases_timer
UNION ALL SELECT 'case:' || case_id FROM cases_result
UNION ALL SELECT 'case:' || case_id FROM cases_erasure
UNION ALL SELECT 'case:' || case_id FROM cases_party
UNION ALL SELECT 'case:' || case_id FROM cases_receipt
UNION ALL SELECT 'case:' || case_id FROM cases_handover
"""
"""Every dossier that any derived row speaks of."""

# By hand, because a version's files would come with every case, and `state` is read by the faster parser.
_CASES: Final = """
SELECT c.id, c.number, c.agency_id, c.applicant_id, c.origin, c.source, c.applicant_name, c.words::text,
       c.state::text, c.phase, c.national_state, c.fee, c.due_at, c.submitted_at, c.received_at,
       c.finished_at, c.late_at,
       c.owner_name, c.owner_key,
       ARRAY(SELECT agency_id FROM cases_caseagency WHERE case_id = c.id), v.digest, v.name_vi
  FROM cases_case c LEFT JOIN cases_procedureversion v ON v.id = c.version_id WHERE c.id = ANY(%s)
"""


class CaseRow(NamedTuple):
    """A row of `cases_case`, with the agencies that have a part in it and what is known of its version."""

    id: UUID
    number: str
    agency_id: UUID
    applicant_id: UUID | None
    origin: str
    source: str
    applicant_name: str
    words: str
    state: Any
    phase: str
    national_state: int
    fee: int
    due_at: datetime | None
    submitted_at: datetime
    received_at: datetime | None
    finished_at: datetime | None
    late_at: datetime | None
    owner_name: str
    owner_key: str
    agencies: Sequence[UUID]
    digest: str | None
    procedure: str | None


@dataclass(frozen=True, slots=True)
class Derived:
    """All rows that some dossiers are compared with, and what their entries name: offices, roles, people."""

    cases: Mapping[UUID, CaseRow]
    tasks: Mapping[UUID, Sequence[OpenTask]]
    timers: Mapping[UUID, datetime]
    results: Mapping[UUID, Result]
    erasures: Mapping[UUID, Sequence[Erasure]]
    parties: Mapping[UUID, Sequence[Party]]
    receipts: Mapping[UUID, Receipt]
    handovers: Mapping[UUID, Handover]
    agencies: Mapping[UUID, str]  # code
    roles: Mapping[str, str]  # by the code of a post
    kinds: Mapping[str, str]  # of applicants, by person
    packages: Mapping[str, Package]  # by digest


def derived(told: Sequence[Told]) -> Derived:
    """Everything of these dossiers."""
    ids = [case for one in told if (case := case_id(one)) is not None]
    cases = {case.id: case for case in _cases(ids)}
    tasks: dict[UUID, list[OpenTask]] = {}
    for task in OpenTask.objects.filter(case__in=ids):
        tasks.setdefault(task.case_id, []).append(task)
    erasures: dict[UUID, list[Erasure]] = {}
    for erasure in Erasure.objects.filter(case__in=ids):
        erasures.setdefault(erasure.case_id, []).append(erasure)
    parties: dict[UUID, list[Party]] = {}
    for party in Party.objects.filter(case__in=ids):
        parties.setdefault(party.case_id, []).append(party)
    said = [row.entry["statement"] for one in told for row in one.entries]
    applicants = (asked_by(one.entries[0]) for one in told)
    return Derived(
        cases=cases,
        tasks=tasks,
        timers=dict(Timer.objects.filter(pk__in=ids).values_list("pk", "at")),
        results={row.case_id: row for row in Result.objects.filter(case__in=ids)},
        erasures=erasures,
        parties=parties,
        receipts={row.case_id: row for row in Receipt.objects.filter(case__in=ids)},
        handovers={row.case_id: row for row in Handover.objects.filter(case__in=ids)},
        agencies=_agencies(cases.values(), (task for rows in tasks.values() for task in rows)),
        roles=_roles(post for one in said if (post := one["by"].get("post"))),
        kinds=_kinds(person for person in applicants if person),
        packages=_packages(one["rule"]["digest"] for one in said if one["rule"]),
    )


def asked_by(first: EntryRow) -> str:
    """Who asked for a case, by the entry that began it: who signed or, at a counter, whom its effect names."""
    if first.statement["act"] == SUBMIT:
        return str(first.statement["by"]["person"])
    return str(first.effect.get("applicant", ""))


def case_id(told: Told) -> UUID | None:
    """The dossier these entries are about; None if its name is none of a dossier."""
    return _uuid(told.id)


def _uuid(text: str) -> UUID | None:
    """The id in its one spelling."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def _cases(ids: list[UUID]) -> list[CaseRow]:
    with connection.cursor() as cursor:
        cursor.execute(_CASES, (ids,))
        rows = [CaseRow(*row) for row in cursor.fetchall()]
    return [row._replace(state=orjson.loads(row.state)) for row in rows]


def _agencies(cases: Iterable[CaseRow], tasks: Iterable[OpenTask]) -> dict[UUID, str]:
    wanted = {task.agency_id for task in tasks if task.agency_id}
    for case in cases:
        wanted |= {case.agency_id, *case.agencies}
    return dict(Agency.objects.filter(pk__in=wanted).values_list("pk", "code"))


def _roles(posts: Iterable[str]) -> dict[str, str]:
    return dict(Post.objects.filter(code__in=set(posts)).values_list("code", "role"))


def _kinds(people: Iterable[str]) -> dict[str, str]:
    known = {id for person in people if (id := _uuid(person))}
    found = Person.objects.filter(pk__in=known).values_list("pk", "kind")
    return {str(person): kind for person, kind in found}


def _packages(digests: Iterable[str]) -> dict[str, Package]:
    """The packages that were published under these digests, as far as they still are that."""
    found: dict[str, Package] = {}
    rows = ProcedureVersion.objects.filter(digest__in=set(digests)).values_list("pk", "digest")
    for version, digest in rows:
        try:
            package = procedures.version(version).package
        except PackageError:
            continue
        if package.digest == digest:
            found[digest] = package
    return found


def unlike(
    kind: str, rows: Iterable[Model], said: Mapping[UUID, object], columns: Sequence[str], *, begun: str
) -> Iterator[str]:
    """What rows of one dossier say other than its entries do; `begun` is what an entry did to have such a row."""
    left = dict(said)
    for row in rows:
        one = left.pop(row.pk, None)
        if one is None:
            yield f"{kind} {row.pk}: no entry {begun} it"
            continue
        wrong = [name for name in columns if getattr(row, name) != getattr(one, name)]
        if wrong:
            yield f"{kind} {row.pk}: {', '.join(wrong)} other than the entries say"
    for id in left:
        yield f"{kind} {id}: its row is gone"
