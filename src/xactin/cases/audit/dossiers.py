"""The audit of dossiers: every derived row is the fold of the case's entries, every effect what the engine decides.

Reads without locks, for many dossiers at once (`derived.py`). What stands here looks at one dossier at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from xactin.cases.audit import erasures, handovers, parties, receipts
from xactin.cases.audit.derived import CaseRow, Derived, asked_by, case_id, derived
from xactin.cases.audit.recomputation import Recomputing, as_stored
from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.state.lateness import late_after
from xactin.cases.dossiers.state.people import Known, known
from xactin.cases.results.paper import drawn
from xactin.cases.rules import fold, national_state
from xactin.cases.runtime import BEGIN, REVOKE, SEAL, SUBMIT
from xactin.kernel.attestation import is_subject, parse_time
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.package import Package
from xactin.ledger.audit import Finding, Told, count, counts
from xactin.ledger.queries import EntryRow

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
    origin: str = ""
    source: str = ""  # what the case came from: a subject, where its beginning names one
    finished_at: datetime | None = None
    late_at: datetime | None = None
    drawn: Mapping[str, str] | None = None
    issued_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_reason: str = ""


Difference = tuple[str, str]
"""Kind of a finding and its text."""


def check(told: Sequence[Told]) -> Iterable[Finding]:
    """What differs between dossiers' rows and entries (kind `table`), or an effect from the engine's (`place`)."""
    rows = derived(told)
    for one in told:
        for kind, text in _found(one, rows):
            yield Finding(kind, one.subject, text)


def _found(told: Told, rows: Derived) -> list[Difference]:
    """What is wrong with one dossier, whatever is wrong with it."""
    number = case_id(told)
    if number is None:
        return [("table", "its entries are about no dossier")]
    case = rows.cases.get(number)
    if case is None:
        return [("table", "the dossier's row is gone")]
    try:
        return list(_differences(case, told, rows))
    except (KeyError, TypeError, ValueError, AttributeError, LookupError) as error:
        return [("place", f"its effects do not fold to a state ({type(error).__name__}: {error})")]


def _differences(case: CaseRow, told: Told, rows: Derived) -> Iterator[Difference]:
    digest = told.entries[0].statement["rule"]["digest"]
    if case.digest != digest:
        yield "table", "version: the row follows another version of the procedure than the entries"
    package = rows.packages.get(digest)
    if package is None:
        yield (
            "table",
            "version: the procedure as published is gone or changed, so nothing else can be checked",
        )
        return
    one, strange = _folded(Recomputing(package, told, rows), package, told.entries)
    yield from strange
    yield from _columns(case, one, rows)
    yield from _found_by(case, one, told, package)
    yield from _tasks(case, one, rows)
    if rows.timers.get(case.id) != engine.next_due(package, one.state):
        yield "table", "timer: the row says other than the entries"
    for text in erasures.differences(rows.erasures.get(case.id, ()), told.entries):
        yield "table", text
    for text in parties.differences(rows.parties.get(case.id, ()), told.entries):
        yield "table", text
    for text in receipts.differences(rows.receipts.get(case.id), case.id, told.entries):
        yield "table", text
    for text in handovers.differences(rows.handovers.get(case.id), case.id, told.entries):
        yield "table", text
    for text in handovers.twice(told.entries):
        yield "place", text
    for text in parties.strangers(package, told.entries):
        yield "place", text
    yield from _result(case, one, told, rows, content.written_by(package, SEAL))


def _folded(
    engine_again: Recomputing, package: Package, entries: Sequence[EntryRow]
) -> tuple[Folded, list[Difference]]:
    """The fold of all effects, and the entries whose effect is not what the engine makes of them."""
    told, strange = Folded(), list[Difference]()
    for row in entries:
        effect, said = row.effect, row.statement
        if effect.get("shown") is False:
            count(counts.UNSHOWN)
        if "source" in effect and (row.seq or not is_subject(effect["source"])):
            strange.append(("place", f"entry {row.seq}: what the case came from is told wrongly"))
        if said["act"] == REVOKE:
            told.revoked_at, told.revoked_reason = row.at, str(effect["reason"])
        if "state" not in effect:
            count(counts.FOLDED)
            continue
        before = told.state
        try:
            told.state = as_stored(fold(before, effect["state"]), before)
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
    if said["act"] in (SUBMIT, BEGIN):
        told.number, told.agency = effect["number"], effect["agency"]
        told.origin, told.source = effect.get("origin", "person"), effect.get("source", "")
        if told.origin != "person":
            told.asked.add(told.agency)
        if "counter" in effect:
            told.asked.add(effect["counter"]["agency"])
        told.applicant = asked_by(row)
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
    told.late_at = late_after(package, told.state, was=told.late_at, at=row.at)
    told.drawn = effect.get("drawn", told.drawn)
    if content.written_by(package, SEAL) in (said["wrote"] or {}):
        told.issued_at = row.at


def _moment(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


def folded_of(told: Told, package: Package, rows: Derived) -> Folded:
    """A dossier as its entries tell it, for whoever writes its rows anew. Raises LookupError where they do not fold."""
    one, strange = _folded(Recomputing(package, told, rows), package, told.entries)
    if strange:
        raise LookupError(strange[0][1])
    return one


def columns_of(told: Folded) -> dict[str, Any]:
    """The columns of the case's row that its entries alone determine."""
    state = told.state
    received = _moment(state.get("received_at"))
    return {
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
        "late_at": told.late_at,
        "number": told.number,
        "applicant_id": UUID(told.applicant) if told.applicant else None,
        "origin": told.origin,
        "source": told.source,
    }


def _columns(case: CaseRow, told: Folded, rows: Derived) -> Iterator[Difference]:
    """The row of the case, column by column."""
    for name, value in columns_of(told).items():
        if getattr(case, name) != value:
            yield "table", f"{name.removesuffix('_id')}: the row says other than the entries"
    if rows.agencies.get(case.agency_id) != told.agency:
        yield "table", "agency: the row says other than the entries"
    if {rows.agencies.get(agency) for agency in case.agencies} != told.asked:
        yield "table", "agencies: the row says other than the entries"


def known_of(told: Told, folded: Folded, package: Package, applicant: str) -> Known | None:
    """By what the dossier is found; None where of the form anything was erased, or cannot be read."""
    current = folded.state["parts"]
    named = {part: one for part, one in current.items() if part.startswith("form.")}
    found = {part: told.contents.get(commitment) for part, commitment in named.items()}
    sound = {part: one.value for part, one in found.items() if one is not None and one.state == "sound"}
    if len(sound) < len(named):
        return None
    data = content.form_data(sound)
    return known(package, number=folded.number, applicant=applicant, data=data)


def _found_by(case: CaseRow, folded: Folded, told: Told, package: Package) -> Iterator[Difference]:
    """What the dossier is found by and put in order by, against its content."""
    wanted = known_of(told, folded, package, case.applicant_name)
    if wanted is None:
        count(f"{counts.UNDECIDABLE} (content that names people is gone)")
        return
    for name, value in asdict(wanted).items():
        if getattr(case, name) != value:
            yield "table", f"{name}: the row says other than the entries"


def _tasks(case: CaseRow, told: Folded, rows: Derived) -> Iterator[Difference]:
    """Open tasks, one by one."""
    standing = {row.token: row for row in rows.tasks.get(case.id, ())}
    for token, task in told.tasks.items():
        row = standing.pop(token, None)
        if row is None:
            yield "table", f"open task {token} ({task['node']}): its row is gone"
            continue
        found = {name: getattr(row, name) for name in task if name != "agency"} | {
            # An office that is gone has no code, and is none of those that were asked.
            "agency": rows.agencies.get(row.agency_id, "") if row.agency_id else None
        }
        wrong = sorted(name for name, value in task.items() if found[name] != value)
        if wrong:
            yield (
                "table",
                f"open task {token} ({task['node']}): {', '.join(wrong)} other than the entries say",
            )
    for token, row in standing.items():
        yield "table", f"open task {token} ({row.node}): no entry opened it, or it was done"


def _result(case: CaseRow, folded: Folded, told: Told, rows: Derived, part: str) -> Iterator[Difference]:
    """The result's row, against what the entries that drew it up and sealed it said, and the file they commit to."""
    row = rows.results.get(case.id)
    if row is None:
        if folded.drawn or folded.issued_at:
            yield "table", "result: its row is gone"
        return
    # A row before any entry is a draft in the making: its number and code are taken, nothing else.
    if folded.drawn is not None and drawn(row.number, row.code) != folded.drawn:
        yield "table", "result: number or code is not what its entry said"
    for name in ("issued_at", "revoked_at", "revoked_reason"):
        if getattr(row, name) != getattr(folded, name):
            yield "table", f"result: {name} other than the entries say"
    if folded.issued_at is None:
        if (row.file, row.sha256) != (None, ""):
            yield "table", "result: a file that no entry issued"
        return
    content = told.contents.get(folded.state["parts"].get(part, ""))
    # Without its file (erased, or unreadable: told by the ledger) there is nothing to compare with.
    if content and content.file and (row.file, row.sha256) != (content.file.id, content.file.sha256):
        yield "table", "result: file or sha256 is not that of the issued one"
