"""The raw statements of an act: one read under the lock, one pipelined write.

An act costs two round trips (docs/decisions.md, "the path of an act"), so its rows are read and
written by these statements and not by the ORM. Nothing else writes `cases_case`, `cases_caseagency`,
`cases_opentask` and `cases_timer`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.json import Jsonb

from xactin.cases.dossiers.state.people import Known
from xactin.cases.rules import NationalState

READ = """
SELECT c.state, c.number, c.version_id, c.agency_id, c.applicant_id, c.phase, c.received_at, c.finished_at,
       c.late_at, c.applicant_name, t.node, t.kind, t.agency_id, t.role, t.due_at,
       ARRAY(SELECT p.kind || ':' || p.person_id FROM cases_party p
              WHERE p.case_id = c.id AND p.state = 'accepted' ORDER BY 1)
  FROM cases_case c LEFT JOIN cases_opentask t ON t.case_id = c.id AND t.token = %s
 WHERE c.id = %s
"""


def read(connection: BaseDatabaseWrapper, task: str, case: UUID) -> list[tuple[Any, ...]]:
    """The read of an act without its lock, for what is only prepared."""
    with connection.cursor() as cursor:
        cursor.execute(READ, (task, case))
        rows = cursor.fetchall()
    return [(orjson.loads(row[0]) if isinstance(row[0], str | bytes) else row[0], *row[1:]) for row in rows]


class Row(NamedTuple):
    """A case as an act finds it, with the task it is about (all None if that is not open)."""

    state: dict[str, Any]
    number: str
    version: int
    agency: UUID
    applicant: UUID | None
    phase: str
    received_at: datetime | None
    finished_at: datetime | None
    late_at: datetime | None
    applicant_name: str
    task_node: str | None
    task_kind: str | None
    task_agency: UUID | None
    task_role: str | None
    task_due: datetime | None
    joined: list[str]
    """`<kind of party>:<person>` of all who joined by an invitation."""

    def people(self, kind: str = "") -> tuple[UUID, ...]:
        """Who joined, as this party or ("") as any."""
        pairs = (one.rsplit(":", 1) for one in self.joined)
        return tuple(UUID(person) for party, person in pairs if kind in ("", party))


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A row of `cases_opentask` to write; of one that stands already only `due_at` is."""

    token: str
    node: str
    kind: str
    agency: UUID | None
    role: str
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an act does to the derived rows of one case."""

    case: UUID
    state: dict[str, Any]
    phase: str
    national_state: NationalState
    fee: int
    due_at: datetime | None
    received_at: datetime | None
    finished_at: datetime | None
    late_at: datetime | None
    at: datetime
    closed: Sequence[str]
    opened: Sequence[Opened]
    timer: datetime | None
    timer_changed: bool
    events: Sequence[tuple[str, dict[str, Any]]]
    known: Known | None = None


_UPDATE_CASE = """
  UPDATE cases_case SET state = %(state)s, phase = %(phase)s, national_state = %(national)s, fee = %(fee)s,
         due_at = %(due)s, received_at = %(received)s, finished_at = %(finished)s,
         late_at = %(late)s{known}
   WHERE id = %(case)s"""

_KNOWN = ", owner_name = %(owner_name)s, owner_key = %(owner_key)s, words = %(words)s::tsvector"

_CLOSE = """
  DELETE FROM cases_opentask
   WHERE case_id = %(case)s AND token IN (SELECT jsonb_array_elements_text(%(closed)s))"""

_OPEN = """
  INSERT INTO cases_opentask (case_id, token, node, kind, agency_id, role, opened_at, due_at)
  SELECT %(case)s, t.token, t.node, t.kind, t.agency, t.role, %(at)s, t.due_at
    FROM jsonb_to_recordset(%(opened)s)
         AS t(token text, node text, kind text, agency uuid, role text, due_at timestamptz)
  ON CONFLICT (case_id, token) DO UPDATE SET due_at = excluded.due_at"""

_INVOLVE = """
  INSERT INTO cases_caseagency (agency_id, case_id)
  SELECT DISTINCT t.agency, %(case)s::uuid FROM jsonb_to_recordset(%(opened)s) AS t(agency uuid)
   WHERE t.agency IS NOT NULL
  ON CONFLICT DO NOTHING"""

# Whoever begins a case in their post sees it from then on, though its first tasks are others'.
_INVOLVE_BEGINNER = """
  INSERT INTO cases_caseagency (agency_id, case_id)
  SELECT t.agency, %(case)s::uuid FROM jsonb_to_recordset(%(opened)s) AS t(agency uuid) WHERE t.agency IS NOT NULL
  UNION SELECT %(agency)s::uuid, %(case)s::uuid"""

# A counter takes in for whoever is competent (Decree 118/2025): it keeps a part in what it took.
INVOLVE_COUNTER = "INSERT INTO cases_caseagency (agency_id, case_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"

_TIMER = """
  INSERT INTO cases_timer (case_id, at) VALUES (%(case)s, %(timer)s)
  ON CONFLICT (case_id) DO UPDATE SET at = excluded.at"""

_NO_TIMER = "DELETE FROM cases_timer WHERE case_id = %(case)s"

_OUTBOX = """
  INSERT INTO notices_outbox (topic, body, created)
  SELECT e.value ->> 0, e.value -> 1, %(at)s FROM jsonb_array_elements(%(events)s) AS e"""

_INSERT_CASE = """
  INSERT INTO cases_case (id, number, version_id, agency_id, origin, source, applicant_id, applicant_name, words, state,
         phase, national_state, fee, due_at, submitted_at, received_at, finished_at, late_at, owner_name, owner_key)
  VALUES (%(case)s, %(number)s, %(version)s, %(agency)s, %(origin)s, %(source)s, %(applicant)s, %(applicant_name)s,
         %(words)s::tsvector, %(state)s, %(phase)s, %(national)s, %(fee)s, %(due)s, %(at)s, %(received)s,
         %(finished)s, %(late)s, %(owner_name)s, %(owner_key)s)"""

NEXT_SERIAL = """
INSERT INTO cases_serial (prefix, last) VALUES (%s, 1)
ON CONFLICT (prefix) DO UPDATE SET last = cases_serial.last + 1 RETURNING last
"""


def write(change: Change, new: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    """The one statement that writes an act's derived rows; `new` holds the columns only a new case has."""
    update = _UPDATE_CASE.format(known=_KNOWN if change.known else "")
    parts = [update if new is None else _INSERT_CASE]
    values: dict[str, Any] = {
        "case": change.case,
        "state": Jsonb(change.state),
        "phase": change.phase,
        "national": int(change.national_state),
        "fee": change.fee,
        "due": change.due_at,
        "received": change.received_at,
        "finished": change.finished_at,
        "late": change.late_at,
        "at": change.at,
        **(asdict(change.known) if change.known else {}),
        **(new or {}),
    }
    if change.closed:
        parts.append(_CLOSE)
        values["closed"] = Jsonb(change.closed)
    if change.opened:
        begun = new is not None and new["origin"] != "person"
        parts += [_OPEN, _INVOLVE_BEGINNER if begun else _INVOLVE]
        values["opened"] = Jsonb(change.opened)
    if change.events:
        parts.append(_OUTBOX)
        values["events"] = Jsonb(change.events)
    if change.timer_changed:
        parts.append(_NO_TIMER if change.timer is None else _TIMER)
        values["timer"] = change.timer
    # Data-modifying CTEs all run on one snapshot and touch different tables, so their order is free;
    # foreign keys to a case inserted beside them are checked when the statement ends.
    *first, last = parts
    named = ",\n".join(f"w{n} AS ({sql})" for n, sql in enumerate(first))
    return (f"WITH {named}{last}" if first else last), values
