"""The audit of dossiers: every derived row is the fold of the case's entries, every effect what the engine decides.

Reads without locks and logs no opening: the ledger's audit notes once that it opens everything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from xactin.cases.dossiers.recomputing import Recomputing, as_stored
from xactin.cases.dossiers.services import drawn
from xactin.cases.models import Case, OpenTask, Result, Timer
from xactin.cases.procedures import queries as procedures
from xactin.cases.rules import fold, national_state, search_words
from xactin.identity import queries as identity
from xactin.identity.queries import folded
from xactin.kernel.attestation import parse_time
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import PackageError
from xactin.ledger.audit import Finding
from xactin.ledger.queries import EntryRow
from xactin.vault import queries as vault

SUBMIT = "case.submit"
REVOKE = "case.revoke"
Task = dict[str, Any]


@dataclass(slots=True)
class Folded:
    """A case as its entries tell it."""

    state: dict[str, Any] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)  # codes of agencies that have or had a part
    number: str = ""
    agency: str = ""
    applicant: str = ""
    finished_at: datetime | None = None
    drawn: Mapping[str, str] | None = None
    issued_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_reason: str = ""


def subjects() -> Iterable[str]:
    """Every case there is a row of."""
    return (f"case:{case}" for case in Case.objects.values_list("pk", flat=True).iterator())


def check(subject: str, entries: Sequence[EntryRow]) -> list[Finding]:
    """What differs between a case's rows and its entries (kind `table`), or an effect from the engine's (`place`)."""
    try:
        number = UUID(subject.partition(":")[2])
    except ValueError:
        return [Finding("table", subject, "its entries are about no dossier")]
    case = Case.objects.filter(pk=number).select_related("version", "agency").first()
    if case is None:
        return [Finding("table", subject, "the dossier's row is gone")]
    try:
        found = list(_differences(case, entries))
    except (KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
        found = [("place", f"its effects do not fold to a state ({type(error).__name__}: {error})")]
    return [Finding(kind, subject, text) for kind, text in found]


Difference = tuple[str, str]


def _differences(case: Case, entries: Sequence[EntryRow]) -> Iterator[Difference]:
    digest = entries[0].statement["rule"]["digest"]
    if case.version.digest != digest:
        yield "table", "version: the row follows another version of the procedure than the entries"
    package = _package(digest)
    if package is None:
        yield (
            "table",
            "version: the procedure as published is gone or changed, so nothing else can be checked",
        )
        return
    told, strange = _folded(package, entries)
    yield from strange
    yield from _columns(case, told)
    yield from _tasks(case, told)
    yield from _timer(package, case, told)
    yield from _result(case, told)


def _package(digest: str) -> Package | None:
    """The package that was published under this digest, if it still is that."""
    try:
        found = procedures.by_digest(digest)
    except PackageError:
        return None
    return found.package if found and found.package.digest == digest else None


def _folded(package: Package, entries: Sequence[EntryRow]) -> tuple[Folded, list[Difference]]:
    """The fold of all effects, and the entries whose effect is not what the engine makes of them."""
    told, strange = Folded(), list[Difference]()
    engine_again = Recomputing(package, entries)
    for row in entries:
        effect, said = row.effect, row.statement
        if said["act"] == REVOKE:
            told.revoked_at, told.revoked_reason = row.at, str(effect["reason"])
        if "state" not in effect:
            continue
        before = as_stored(told.state)
        try:
            fold(told.state, effect["state"])
        except (KeyError, TypeError, IndexError):
            strange.append(("place", f"entry {row.seq}: its effect does not fit the state before it"))
            return told, strange
        strange += [
            ("place", f"entry {row.seq}: {text}") for text in engine_again.differs(row, before, told.state)
        ]
        _take(package, told, row)
    return told, strange


def _take(package: Package, told: Folded, row: EntryRow) -> None:
    """What one entry says beside the state."""
    effect, said = row.effect, row.statement
    if said["act"] == SUBMIT:
        told.number, told.agency = effect["number"], effect["agency"]
        told.applicant = said["by"]["person"]
    told.asked.update(effect.get("asked", {}).values())
    open_now = {task.id: task for task in engine.open_tasks(package, told.state)}
    told.tasks = {token: task for token, task in told.tasks.items() if token in open_now}
    for token, task in open_now.items():
        fresh = {"opened_at": row.at, "agency": effect.get("asked", {}).get(token)}
        stands = told.tasks.get(token, fresh)
        told.tasks[token] = stands | {
            "node": task.node,
            "kind": task.kind,
            "role": task.post,
            "due_at": task.due,
        }
    if told.state["phase"] in engine.ENDED and told.finished_at is None:
        told.finished_at = row.at
    told.drawn = effect.get("drawn", told.drawn)
    if "result" in (said["wrote"] or {}):
        told.issued_at = row.at


def _moment(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


def _columns(case: Case, told: Folded) -> Iterator[Difference]:
    """The row of the case, column by column."""
    state = told.state
    received = _moment(state.get("received_at"))
    wanted = {
        "state": state,
        "phase": state.get("phase"),
        "national_state": int(
            national_state(state["phase"], received=received is not None, handled=bool(state.get("handled")))
        ),
        "fee": state.get("fee", 0),
        "due_at": _moment(state.get("due")),
        "submitted_at": _moment(state.get("submitted_at")),
        "received_at": received,
        "finished_at": told.finished_at,
        "number": told.number,
        "applicant_id": UUID(told.applicant),
        "words": search_words(told.number, folded(case.version.name_vi), folded(case.applicant_name)),
    }
    for name, value in wanted.items():
        if getattr(case, name) != value:
            yield "table", f"{name.removesuffix('_id')}: the row says other than the entries"
    if case.agency.code != told.agency:
        yield "table", "agency: the row says other than the entries"
    if {_code(part.agency_id) for part in case.involved.all()} != told.asked:
        yield "table", "agencies: the row says other than the entries"


def _code(agency: UUID | None) -> str | None:
    if agency is None:
        return None
    try:
        return identity.agency(agency).code
    except LookupError:
        return ""


def _tasks(case: Case, told: Folded) -> Iterator[Difference]:
    """Open tasks, one by one."""
    rows = {row.token: row for row in OpenTask.objects.filter(case=case)}
    for token, task in told.tasks.items():
        row = rows.pop(token, None)
        if row is None:
            yield "table", f"open task {token} ({task['node']}): its row is gone"
            continue
        found = {name: getattr(row, name) for name in task if name != "agency"} | {
            "agency": _code(row.agency_id)
        }
        wrong = sorted(name for name, value in task.items() if found[name] != value)
        if wrong:
            yield (
                "table",
                f"open task {token} ({task['node']}): {', '.join(wrong)} other than the entries say",
            )
    for token, row in rows.items():
        yield "table", f"open task {token} ({row.node}): no entry opened it, or it was done"


def _timer(package: Package, case: Case, told: Folded) -> Iterator[Difference]:
    row = Timer.objects.filter(case=case).values_list("at", flat=True).first()
    if row != engine.next_due(package, told.state):
        yield "table", "timer: the row says other than the entries"


def _result(case: Case, told: Folded) -> Iterator[Difference]:
    """The result's row, against what the draft's entry and the sealing one said, and the file they commit to."""
    row = Result.objects.filter(case=case).first()
    if row is None:
        if told.drawn or told.issued_at:
            yield "table", "result: its row is gone"
        return
    # A row before any entry is a draft in the making: its number and code are taken, nothing else.
    if told.drawn is not None and drawn(row) != told.drawn:
        yield "table", "result: number or code is not that of the draft"
    for name in ("issued_at", "revoked_at", "revoked_reason"):
        if getattr(row, name) != getattr(told, name):
            yield "table", f"result: {name} other than the entries say"
    sealed = vault.files(subject=f"case:{case.pk}", parts=["result"]) if told.issued_at else []
    attested = [file for file in sealed if file.commitment == told.state["parts"].get("result")]
    if told.issued_at is None and (row.file, row.sha256) != (None, ""):
        yield "table", "result: a file that no entry issued"
    if any((row.file, row.sha256) != (file.id, file.sha256) for file in attested):
        yield "table", "result: file or sha256 is not that of the issued one"
