"""What pages hand to the components: small frozen shapes, no Django. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

StepState = Literal["done", "current", "waiting", "void", "stopped", "unneeded"]


@dataclass(frozen=True)
class TimelineStep:
    """One act of a dossier: who has it, since when, due when, and the proof once it is done."""

    title: str
    state: StepState
    agency: str = ""
    who: str = ""
    since: datetime | None = None
    due: datetime | None = None
    done_at: datetime | None = None
    note: str = ""
    proof_url: str = ""
    branches: Sequence["TimelineStep"] = ()  # what several agencies do at the same time


@dataclass(frozen=True)
class PathStep:
    """One step of the applicant's path above a form."""

    label: str
    state: Literal["done", "current", "ahead"]
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a list of names and values. `proof_url` shows the mark of proof behind it."""

    label: str
    value: object
    note: str = ""
    proof_url: str = ""


@dataclass(frozen=True)
class FileCard:
    """A file that can be looked at or taken along."""

    name: str
    url: str
    size: int | None = None
    media_type: str = ""
    title: str = ""
    note: str = ""
    preview_url: str = ""
    proof_url: str = ""


@dataclass(frozen=True)
class ListedFile:
    """A file under its paper. `id` is what the page sends back of an upload; "" for one that was sent already."""

    card: FileCard
    id: str = ""


@dataclass(frozen=True)
class Tab:
    """One tab; each is a page of its own, so that it has an address."""

    label: str
    url: str
    here: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str


@dataclass(frozen=True)
class Filter:
    """A filter above a table; its value lives in the address. Without choices it is an input."""

    name: str
    label: str
    value: str = ""
    choices: Sequence[Choice] = ()
    kind: Literal["select", "text", "date"] = "select"


@dataclass(frozen=True)
class FlowStep:
    """A node of a flow picture, in words for who does not see pictures."""

    id: str
    name: str
    state: StepState | Literal[""]  # "" where no dossier is on its way
    who: str = ""


@dataclass(frozen=True)
class ProcedureCard:
    """A procedure in a list: what it is, how long, how much, who does it."""

    code: str
    name: str
    url: str
    summary: str = ""
    duration: str = ""
    fee: str = ""
    handled_by: str = ""
    online: str = ""
