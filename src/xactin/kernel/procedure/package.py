"""A procedure package: one version of one procedure, in open formats, never edited once in force.

    procedure.yaml      who does what, papers, fee, limits, result (words below)
    process.bpmn        the flow, BPMN 2.0 (what is covered: `bpmn.py`)
    form.schema.json    the data, JSON Schema 2020-12
    result.typ          what is issued
    *.dmn               decision tables, DMN 1.3 (what is covered: `decisions/dmn.py`)
    examples/*.yaml     worked examples: acts in, expected tasks, deadlines and result out

Words of procedure.yaml (`notation/yaml_form.py` is the exact form; `description.py` what becomes of it):

    format          2. Without it, 1: there is one party, `applicant`, who begins; a task of theirs says
                    `agency: applicant`; the task that signs is found by what it reads
    kind            application, internal_task, inspection, report_handling, return, review, pilot, matter
                    (`kinds.py`: what each must say)
    begins          [{origin: person | counter | post | case | signal | schedule | authority, posts: [role]}]
    parties         {applicant: {name, asks: true}, co_owner: {name, reads: ["form.house"]}}: who asks answers for
                    the case, the others join by an invitation; they read what their tasks read, and `reads`
    checks          [{when: CEL over form and `today`, message {vi, en}, kind: refuse | warn, at: /child/birth_date}]:
                    facts that cannot be; `at` is the field that is told. A warning is answered under its `id`
                    by whoever does `task`, in words that are part of what is signed; `today` is then the day of filing
    code, version, effective {from, until}, name {vi, en}, summary, field {code, name}, level, handled_by,
    online, channels, applicants, legal_basis, privacy, documents, eligibility, fee
    parts           {form.owner: [/owner], ...}: which top-level form properties make which named part;
                    every other property is a part of its own, `form.<property>`
    owner           /owner/full_name: the answer that names whose matter it is, where that is not always who asks
    found_by        [/owner/full_name, /owner/id_number, ...]: the names and numbers of people by which officials
                    who say what for may look for a case
    limit           of the whole: {working_day: 7} | {working_hour: 8} | {calendar_day: 2} | {same_day: true}
    reception       the task whose advance receives the dossier (or an act with `receives: true`): from then
                    on the limit runs. Without either, it runs from the submission
    supplement      {within: {working_day: 3}, restart: zero | resume, times: 1, lapse: stop | resume}. `times`:
                    how often it may be asked (unlimited when left out); `lapse`: no answer in time ends it, or gives
                    it back to whoever asked, its clocks going again; without it the dossier waits on
    result          {kind, name, template, number, signed_by: <task whose advance signs>, signature, ...,
                    paper: <the part its acts write: the paper with its number, date and code, made as it is
                    signed; the draft before it has none of them>, requires: [answer.verification/personal_number]:
                    what makes the paper one, compare: [/child/full_name]: answers by which a stranger may
                    compare a paper (fits or not)}
    tasks           {<userTask id>: {name, agency + post or party, limit, silence: consent, reads: ["form.*", ...],
                    reserved, irrevocable, acts: [...], agencies: [...] (one instance each, where the node is
                    multi-instance; or CEL that gives such a list)}}. Silence is an act `silence`
                    A task in an ad-hoc subprocess is begun by whoever does it, or by `started_by`
                    {agency, post}, as often as wanted; each run writes parts of its own (`answer.opinion.0`). The
                    ad-hoc subprocess itself may be described like a task: its acts end it (advance) or the dossier
                    act: {id, label, kind: advance|return|supplement|refuse|withdraw|stop, writes: [part],
                    receives, throws: <error code>, data_schema, example, objects: true (what it writes speaks
                    against going on), despite: <text of data_schema> (asked for where something read objects)}
    services        {<serviceTask, sendTask, receiveTask or message event id>: {kind, name, reads, writes,
                    irrevocable, tells {to: <party>, text}}}: done by a system's act, whose id is `done`
    timers          {<timer event id>: {working_day: 3}}: working time where BPMN knows only ISO 8601
    decisions       {<businessRuleTask id>: <decision id>}: which table it decides by; else the one of its own id
    ends            {<endEvent id>: done | refused | stopped}: where the kind of the last act does not tell
    authority_limits {<task id>: {default: {...}, maximum: {...}}}: what each authority sets for itself

Rules are CEL (`kernel/expressions/`) over `form`, `applicant` (kind), `filed` (the day it was filed, `2026-07-20`),
`acts` (task -> id of its last act, "" before; a list of all for multi-instance and in an ad-hoc subprocess) and
`answers` (task -> data of that act, or such a list), `tables` (decision id -> what its table says of the form now)
and `decided` (business rule task -> what its table said when the flow came by; ask has() first). A task's limit may
be what a table says: `limit_by: {table: <decision id>, unit: working_day}`. An id with a hyphen is asked as
`acts["a-b"]`.

A matter without a drawn flow is one ad-hoc subprocess (`bpmn:adHocSubProcess`, ordering parallel or sequential).
`engine.open_tasks` then has, beside tasks, *offers* (kind `offer`, id `t3:opinion`, one act `start`): whoever may
begins the task by `engine.act(task="t3:opinion", act="start", saw={}, wrote={})`, and it is open as a task like any
other. It ends by its `completionCondition`, asked whenever something in it has ended, or by an act of its own
(`tasks.<its id>`); what still runs is withdrawn, or awaited (`cancelRemainingInstances="false"`).

An example is a dossier told in acts. Times are local (Asia/Ho_Chi_Minh), `2026-07-20 09:00`; the weekly
hours are Monday to Friday 07:30-11:30, 13:30-17:00 with cutoff 15:00 and the holidays of Viet Nam:

    name: Three offices agree             # free text
    submitted: 2026-07-20 08:00
    applicant: {kind: citizen}            # may be left out
    limits: {consult_land: {working_day: 2}}   # what the authority set; may be left out
    data: {...}                           # the form
    documents: [drawing, land_right]      # kinds attached
    expect_start: {tasks: [receive], phase: submitted, fee: 75000}     # right after the submission
    acts:
      - {at: 2026-07-20 09:00, task: receive, act: accept, post: reception,
         expect: {tasks: [review], due: 2026-07-29 09:00, phase: processing}}
      - {at: 2026-07-21 09:00, task: opinion, act: start, post: officer}   # ad-hoc: a task is begun
      - {at: 2026-07-21 10:00, task: consult, act: agree, post: consultant, instance: 1, data: {...}}
      - {at: 2026-07-21 11:00, task: draft_result, act: done}     # a service: a system does it, no post
      - {at: 2026-07-22 09:00, supply: {data: {house: {...}}, documents: [drawing]}}   # what changed
      - {at: 2026-07-22 09:00, amend: {data: {...}}}              # the same without having been asked
      - {at: 2026-07-23 17:00, tick: true}                        # time alone: silence, timers
      - {at: 2026-07-24 09:00, withdraw: true}
    expect: {phase: done, fee: 75000, tasks: [], acts: {approve: approve}}   # at the end

Without `submitted` an example begins an hour before its first act. `expect` may name any of `tasks` (node
ids of what is open, any order), `offers` (what may be begun), `due` (of the dossier, null while its clock
stands), `phase`, `fee`, `voided` (tasks whose acts became void by this step), `acts` (the last act of a task;
`silence` where nobody answered), `refused` (the code of the engine's refusal; the step then changes nothing).
`data` of an act is what the task answers. A document given again in `supply` or `amend` is a new file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson
import yaml

from xactin.kernel.canonical import canonical
from xactin.kernel.expressions import Names, Shape
from xactin.kernel.procedure.decisions.dmn import read_dmn
from xactin.kernel.procedure.decisions.tables import Decided, Table
from xactin.kernel.procedure.description import Procedure
from xactin.kernel.procedure.drawing.bpmn import read_bpmn
from xactin.kernel.procedure.model import Flow
from xactin.kernel.procedure.notation.both_formats import procedure_of
from xactin.kernel.procedure.notation.yaml_form import form_problems
from xactin.kernel.procedure.plan import Rule, asks_content, names_of, offers_of, rules_of
from xactin.kernel.procedure.problems import PackageError, Problem

NEEDED: Final = ("procedure.yaml", "process.bpmn", "form.schema.json")
MAX_FILE: Final = 5_000_000
MAX_FILES: Final = 200
MAX_WORDS: Final = 1_000_000
"""Bytes of a file that is read as YAML or JSON."""

MAX_VALUES: Final = 40_000
"""Values in one file, references followed: a check answers within seconds whatever it is given."""

MAX_DEPTH: Final = 100


@dataclass(frozen=True, eq=False)
class Package:
    """A procedure as read: `procedure` is procedure.yaml, `files` every file by its name in the folder.

    `digest` (hex sha256 over all files) is what statements carry as `rule`. The rest is prepared for the
    engine: `names` for rules, `rules` per node.
    """

    procedure: Procedure
    form_schema: Any
    flow: Flow
    files: Mapping[str, bytes]
    examples: Mapping[str, Mapping[str, Any]]
    digest: str

    @property
    def code(self) -> str:
        return self.procedure.code

    @property
    def version(self) -> str:
        return self.procedure.version

    @cached_property
    def names(self) -> Names:
        """What rules may speak of."""
        return names_of(self.procedure, self.form_schema, self.flow, self.tables)

    @cached_property
    def names_of_checks(self) -> Names:
        """What `checks` may speak of: the form, and `today` as a day in text (`2026-07-20`)."""
        return Names({"form": self.names.roots["form"], "today": Shape("string")})

    @cached_property
    def input_names(self) -> Names:
        """What inputs of decision tables may speak of: all but the tables."""
        return names_of(self.procedure, self.form_schema, self.flow, {})

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """The decision tables by id."""
        found = (
            table
            for name in sorted(self.files)
            if name.endswith(".dmn")
            for table in read_dmn(name, self.files[name])
        )
        return {table.id: table for table in found}

    def table_of(self, task: str) -> str:
        """The table a business rule task decides by: what `decisions` says, else the one of its own id."""
        return str(self.procedure.decisions.get(task, task))

    def with_tables(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Values as rules ask them, with `tables`, each evaluated when it is asked."""
        return {**values, "tables": Decided(self.tables, self.input_names, values)} if self.tables else values

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        return rules_of(self.procedure, self.flow, self.names)

    @cached_property
    def offers(self) -> Mapping[str, Rule]:
        return offers_of(self.procedure, self.flow, self.rules)

    @cached_property
    def asks_content(self) -> bool:
        """Whether the engine needs content to decide an act."""
        return asks_content(self.procedure, self.flow)

    @property
    def effective_from(self) -> date:
        return self.procedure.start

    @property
    def effective_until(self) -> date | None:
        return self.procedure.end


def load_package(source: Path | Mapping[str, bytes]) -> Package:
    """The package of a folder, or of files by name. Raises PackageError with all that is wrong on the way.

    Whether the procedure is sound is asked of `check`, not here.
    """
    files = _folder(source) if isinstance(source, Path) else dict(source)
    missing = [name for name in NEEDED if name not in files]
    if missing:
        raise PackageError([_missing(name) for name in missing])
    problems: list[Problem] = []
    meta = _read(files, "procedure.yaml", problems)
    schema = _read(files, "form.schema.json", problems)
    if meta is not None:
        problems += form_problems(meta)
    for name, value in (("procedure.yaml", meta), ("form.schema.json", schema)):
        problems += _references_elsewhere(name, value)
    flow = None
    try:
        flow = read_bpmn(files["process.bpmn"])
    except PackageError as error:
        problems += error.problems
    examples = {
        name: _read(files, name, problems)
        for name in sorted(files)
        if name.startswith("examples/") and name.endswith((".yaml", ".yml"))
    }
    tables: list[str] = []
    for name in sorted(files):
        if name.endswith(".dmn"):
            try:
                tables += [table.id for table in read_dmn(name, files[name])]
            except PackageError as error:
                problems += error.problems
    for twice in sorted({one for one in tables if tables.count(one) > 1}):
        problems.append(
            Problem("decision_table", twice, f"Bảng “{twice}” có hai lần", f"There are two tables “{twice}”")
        )
    procedure = None if problems else _described(meta, problems)
    if problems or flow is None or procedure is None:
        raise PackageError(problems)
    return Package(procedure, schema, flow, files, examples, digest_of(files))


def _described(meta: Any, problems: list[Problem]) -> Procedure | None:
    try:
        return procedure_of(meta)
    except ValueError as error:
        problems.append(
            Problem(
                "package_form",
                "procedure.yaml: effective",
                f"Ngày hiệu lực không phải một ngày: {error}",
                f"No day to begin or end on: {error}",
            )
        )
        return None


def digest_of(files: Mapping[str, bytes]) -> str:
    """Hex sha256 over the canonical map of file name to the sha256 of its bytes."""
    return sha256(canonical({name: sha256(data).hexdigest() for name, data in files.items()})).hexdigest()


def _folder(folder: Path) -> dict[str, bytes]:
    """The files of a folder, hidden ones left out; links are not followed out of it."""
    found: dict[str, bytes] = {}
    if not folder.is_dir():
        raise PackageError([_missing(str(folder.name))])
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or any(part.startswith(".") for part in name.split("/")):
            continue
        if path.stat().st_size > MAX_FILE or len(found) >= MAX_FILES:
            raise PackageError(
                [Problem("too_large", name, f"Tệp “{name}” quá lớn", f"The file “{name}” is too large")]
            )
        found[name] = path.read_bytes()
    return found


def _read(files: Mapping[str, bytes], name: str, problems: list[Problem]) -> Any:
    """YAML or JSON as data; None and a problem when it cannot be read."""
    try:
        if len(files[name]) > MAX_WORDS:
            raise ValueError(f"{len(files[name])} bytes")
        if name.endswith(".json"):
            value = orjson.loads(files[name])
        else:
            value = yaml.load(files[name], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problems.append(
            Problem(
                "unreadable", name, f"Không đọc được “{name}”: {error}", f"“{name}” cannot be read: {error}"
            )
        )
        return None
    if not _bounded(value):
        problems.append(
            Problem(
                "too_large",
                name,
                f"“{name}” quá lớn hoặc lồng quá sâu khi mở hết các tham chiếu",
                f"“{name}” is too large or too deep once its references are followed",
            )
        )
        return None
    if not isinstance(value, dict):
        problems.append(
            Problem(
                "unreadable", name, f"“{name}” phải là một bảng khóa - giá trị", f"“{name}” must be a map"
            )
        )
        return None
    return value


def _bounded(value: Any) -> bool:
    """Whether data is small and flat enough to be walked: YAML can name one list a billion times, or itself."""
    level, seen = [value], 0
    for _depth in range(MAX_DEPTH):
        below: list[Any] = []
        for inner in chain.from_iterable(map(_inner, level)):
            seen += 1
            if seen > MAX_VALUES:
                return False
            below.append(inner)
        if not below:
            return True
        level = below
    return False


def _references_elsewhere(name: str, value: Any) -> Iterable[Problem]:
    """Schemas that would be fetched from a network whenever data is checked, by whoever checks it."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        waiting += _inner(one)
        for word in ("$ref", "$dynamicRef") if isinstance(one, dict) else ():
            place = one.get(word)
            if isinstance(place, str) and not place.startswith("#"):
                yield Problem(
                    "form_schema",
                    name,
                    f"“{word}”: {place!r} nằm ngoài tệp; lược đồ phải đứng một mình",
                    f"“{word}”: {place!r} is outside of this file; a schema stands alone",
                )


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _missing(name: str) -> Problem:
    return Problem("file_missing", name, f"Thiếu “{name}” trong gói thủ tục", f"The package has no “{name}”")
