"""What a document is told: the facts that templates print. Dates and times may be `date` and `datetime`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, NotRequired, TypedDict


class Agency(TypedDict):
    """Who issues. `place` is the name that stands before the date."""

    name: str
    place: str
    parent: NotRequired[str | None]
    address: NotRequired[str]
    phone: NotRequired[str]


class Signer(TypedDict):
    """Who signs: the lines above the signature (see `signature_lines`) and the name below it."""

    lines: Sequence[str]
    name: str


class Verify(TypedDict):
    """Where the paper is checked; see `qr.verify_code` and `qr.verify_url`."""

    code: str
    url: str


class Dossier(TypedDict):
    """The case as its papers name it."""

    number: str
    procedure: NotRequired[str]
    submitted: NotRequired[datetime]
    received: NotRequired[datetime | None]
    due: NotRequired[datetime | None]


class Context(TypedDict):
    """What every paper prints: letterhead, date, signature block, QR and code."""

    agency: Agency
    date: date | None
    case: Dossier
    verify: NotRequired[Verify]
    number: NotRequired[str]
    signer: NotRequired[Signer]


class ResultContext(Context):
    """A result: `form` is the form's data, `answers` what tasks wrote (`answer.appraisal` -> `appraisal`), `attached`
    the names of documents that go back stamped with it."""

    form: Mapping[str, Any]
    answers: NotRequired[Mapping[str, Any]]
    legal_basis: NotRequired[Sequence[str]]
    attached: NotRequired[Sequence[str]]


class Applicant(TypedDict):
    """Who applied."""

    name: str
    address: NotRequired[str]
    phone: NotRequired[str]
    email: NotRequired[str]


class ReceiptContext(Context):
    """Form 01. `papers` are the names of what was handed in; `limit` in words ("07 ngày làm việc")."""

    applicant: Applicant
    papers: Sequence[str]
    limit: str
    delivery: NotRequired[str]
    fee: NotRequired[int]


class SupplementContext(Context):
    """Form 02: what is asked for, why, and until when."""

    applicant: Applicant
    items: Sequence[str]
    reason: NotRequired[str]
    until: NotRequired[datetime]


class RefusalContext(Context):
    """Form 03: why the dossier is not taken in, or its request refused (`stage`)."""

    applicant: Applicant
    reason: str
    stage: NotRequired[Literal["reception", "decision"]]


Capacity = Literal["", "TM.", "KT.", "TL.", "TUQ."]


def signature_lines(
    *, title: str, capacity: Capacity = "", body: str = "", head: str = "", also_for_body: bool = True
) -> list[str]:
    """The lines above a signature, by Decree 30/2020 (Appendix I, II.7).

    `title` is the signer's own post. `TM.` signs for a collective `body` (TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH);
    `KT.` for the `head` as deputy, under the body where there is one; `TL.` and `TUQ.` by the head's order or
    authority.
    """
    if capacity in ("KT.", "TL.", "TUQ.") and not head:
        raise ValueError(f"{capacity} needs the head it stands for")
    if capacity == "TM." and not body:
        raise ValueError("TM. needs the body it stands for")
    lines = []
    if capacity == "TM." or (capacity == "KT." and body and also_for_body):
        lines.append(f"TM. {body}")
    if capacity in ("KT.", "TL.", "TUQ."):
        lines.append(f"{capacity} {head}")
    return [line.upper() for line in (*lines, title)]
