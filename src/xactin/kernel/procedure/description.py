"""What procedure.yaml says, read once into objects that never change.

Nothing but this file and `notation/` knows how the file is written: both formats become the same
objects. Texts stay maps `{vi, en}`, lengths of time stay maps of units (`kernel/working_time.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

Words = Mapping[str, str]
Duration = Mapping[str, Any]

APPLICANT: Final = "applicant"
"""The party who asks, in a package of format 1; other packages name their parties themselves."""

CHOSEN: Final = "chosen"
"""Stands for an agency: the one that whoever begins the task (ad-hoc) chooses."""

ANY_POST: Final = "any"
"""Stands for a post: everybody of the agency who works on dossiers."""

NO_WORDS: Final[Words] = {"vi": "", "en": ""}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done at a task. `kind`: advance, return, supplement, refuse, withdraw, stop; or an act
    after which the task stays open (`flow/lasting.py`): add, write, revise.

    `lacks`: {a part: the answer (of `data_schema`) that is asked for exactly where that part is not there}. `reads`:
    what this act relies on, where that is other than what its task reads. `revises`: the act that wrote what
    this one writes anew. `attaches`: the kind of document that may come with it.
    `objects`: what it writes speaks against going on. `despite`: the answer (of `data_schema`) that says why one
    goes on all the same; it is asked for exactly where something that the task reads objects.
    """

    id: str
    kind: str
    label: Words
    help: Words | None = None
    writes: tuple[str, ...] = ()
    receives: bool = False
    throws: str = ""
    reads: tuple[str, ...] = ()
    revises: str = ""
    attaches: str = ""
    lacks: Mapping[str, str] = field(default_factory=dict)
    objects: bool = False
    despite: str = ""
    data_schema: Mapping[str, Any] | None = None
    example: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A post in agencies of a function. `label`: what beginning a task is called there, if it has a name."""

    agency: str
    post: str
    label: Words | None = None


@dataclass(frozen=True, slots=True)
class LimitBy:
    """A limit that a decision table gives, in a unit of `kernel/working_time.py`."""

    table: str
    unit: str


@dataclass(frozen=True, slots=True)
class Task:
    """A user task: done in a post of an agency, or by a party of the case (`party`, and then no agency).

    `agency` is a function of an agency, `handling`, or `chosen`: the one that was chosen when it was begun in an ad-hoc
    subprocess. `post` `any` is everybody there who works on dossiers. `agencies`: one instance each, or CEL that gives
    them. `started_by`: who begins it in an ad-hoc subprocess, if others than who does it. `sees`: what its doers may
    look at without relying on it.
    """

    id: str
    name: Words
    acts: tuple[Act, ...]
    agency: str = ""
    post: str = ""
    party: str = ""
    agencies: tuple[str, ...] | str = ()
    limit: Duration | None = None
    limit_by: LimitBy | None = None
    silence: bool = False
    reads: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()
    reserved: bool = False
    irrevocable: bool = False
    help: Words | None = None
    started_by: Place | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """What a service of kind `notify` tells a party."""

    to: str
    text: Words


@dataclass(frozen=True, slots=True)
class Service:
    """Something a system does, or a message that is awaited. `kind` is one that the runtime registers."""

    id: str
    kind: str
    name: Words | None = None
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    limit: Duration | None = None
    irrevocable: bool = False
    tells: Telling | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A paper asked for. `required` is a fact or CEL over the form; one that is only shown is never sent."""

    kind: str
    name: Words
    required: bool | str
    media: tuple[str, ...] = ()
    show_only: bool = False
    reuse: Any = None
    note: Any = None
    catalogue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Eligibility:
    """A rule (CEL) that must hold for anybody to apply, and what is said where it does not."""

    when: str
    message: Words


@dataclass(frozen=True, slots=True)
class Check:
    """A fact that cannot be: where `when` (CEL over the form, with `today`) holds, `message` is said.

    `kind`: refuse keeps it from being sent; warn is answered, under its `id`, by whoever does `task`. `at` points to
    the field that is told (`/child/birth_date`); "" tells the application as a whole.
    """

    when: str
    message: Words
    kind: str
    at: str = ""
    id: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class Fee:
    """Whole đồng, or CEL that gives them."""

    kind: str
    name: Words
    amount: int | str
    set_by: Words | None = None


@dataclass(frozen=True, slots=True)
class Supplement:
    """How often, and for how long, the applicant may be asked for more. `lapse`: what no answer in time does: `stop`
    ends the dossier, `resume` gives it back to whoever asked; "" waits on."""

    within: Duration
    restart: str = "zero"
    times: int | None = None
    lapse: str = ""


@dataclass(frozen=True, slots=True)
class AuthorityLimit:
    """A limit that each authority sets for itself, and how far it may go."""

    maximum: Duration
    default: Duration | None = None


@dataclass(frozen=True, slots=True)
class Privacy:
    """What people are told about their data. `years` is a number or `permanent`."""

    purpose: Words
    legal_basis: tuple[str, ...]
    receivers: Mapping[str, Sequence[str]]
    years: int | str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """How a result names who signs it: `TM.` a body, a title."""

    form: str = ""
    body: Words = field(default_factory=lambda: NO_WORDS)
    title: Words = field(default_factory=lambda: NO_WORDS)


@dataclass(frozen=True, slots=True)
class Result:
    """What is issued. `signed_by` is the task whose advance signs it; `attach`: documents that go back with it;
    `compare`: pointers to the answers of the form by which a stranger may compare a paper (fits or not).

    `stamp`: the heading of the stamp on documents that go back.

    `paper`: the part that signing writes, the paper with its number, date and code; "" in packages of before, whose
    draft had them already. `requires`: what makes it one (`answer.verification/personal_number`): without these it
    is not signed."""

    kind: str
    name: Words
    template: str = ""
    number: str = ""
    signed_by: str = ""
    paper: str = ""
    requires: tuple[str, ...] = ()
    signature: Signature | None = None
    register: Words | None = None
    attach: tuple[str, ...] = ()
    stamp: Words | None = None
    compare: tuple[str, ...] = ()
    catalogue: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody a case is about or for. Who `asks` is there from the beginning and answers for it (supplies,
    withdraws); the others join by an invitation. They read what their tasks read, and `reads` beside it."""

    id: str
    name: Words
    asks: bool = False
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a case may begin. `origin`: person (who asks does it), counter (an official for somebody), post (an
    official in their own work), case, signal, schedule, authority. `posts`: the roles that may, where an official
    begins it."""

    origin: str
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """The whole of procedure.yaml. `kind` says what sort of work it is (`kinds.py`)."""

    format: int
    kind: str
    code: str
    version: str
    start: date
    end: date | None
    name: Words
    summary: Words
    field_code: str
    field_name: Words
    keywords: Words
    limit: Duration
    level: str
    handled_by: Words
    online: str
    channels: tuple[str, ...]
    applicants: tuple[str, ...]
    legal_basis: tuple[str, ...]
    privacy: Privacy | None
    begins: tuple[Beginning, ...]
    parties: Mapping[str, Party]
    owner: str
    """Pointer to the answer that names whose matter it is; "" where that is always who asks."""
    found_by: tuple[str, ...]
    """Pointers to the names and numbers of people by which officials may look for a case."""
    parts: Mapping[str, tuple[str, ...]]
    documents: tuple[Document, ...]
    eligibility: tuple[Eligibility, ...]
    checks: tuple[Check, ...]
    fee: tuple[Fee, ...]
    supplement: Supplement | None
    reception: str
    tasks: Mapping[str, Task]
    services: Mapping[str, Service]
    timers: Mapping[str, Duration]
    decisions: Mapping[str, str]
    ends: Mapping[str, str]
    authority_limits: Mapping[str, AuthorityLimit]
    result: Result | None

    @property
    def asks(self) -> str:
        """The party who asks; "" where nobody does (an internal task)."""
        return next((party.id for party in self.parties.values() if party.asks), "")

    def begun(self, origin: str) -> Beginning | None:
        """How a case of this procedure begins from there, if it may."""
        return next((one for one in self.begins if one.origin == origin), None)
