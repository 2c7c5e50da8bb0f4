"""What a document is told: the facts that templates print. Dates and times may be `date` and `datetime`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, NotRequired, TypedDict


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
    the names of documents that go back stamped with it, `place_of_registration` the agency with its province."""

    form: Mapping[str, Any]
    answers: NotRequired[Mapping[str, Any]]
    legal_basis: NotRequired[Sequence[str]]
    attached: NotRequired[Sequence[str]]
    place_of_registration: NotRequired[str]


class Applicant(TypedDict):
    """Who applied."""

    name: str
    address: NotRequired[str]
    phone: NotRequired[str]
    email: NotRequired[str]
    id_number: NotRequired[str]
    sender: NotRequired[str]


class ReceiptContext(Context):
    """Form 01. `papers` are the names of what was handed in; `limit` in words ("07 ngày làm việc"); `desk` the one-stop
    unit with the agency it belongs to; `at_counter`: who brought it signs the sheet too."""

    applicant: Applicant
    papers: Sequence[str]
    limit: str
    delivery: NotRequired[str]
    fee: NotRequired[int]
    desk: NotRequired[str]
    at_counter: NotRequired[bool]


class SupplementContext(Context):
    """Form 02: what is asked for, why, and until when."""

    applicant: Applicant
    items: Sequence[str]
    reason: NotRequired[str]
    until: NotRequired[datetime]
    after: NotRequired[str]


class RefusalContext(Context):
    """Form 03: why the dossier is not taken in, or its request refused (`stage`)."""

    applicant: Applicant
    reason: str
    at_counter: NotRequired[bool]
    stage: NotRequired[Literal["reception", "decision"]]


Capacity = Literal["", "TM.", "KT.", "TL.", "TUQ.", "Q."]


def signature_lines(
    *, title: str, capacity: Capacity = "", body: str = "", head: str = "", also_for_body: bool = True
) -> list[str]:
    """The lines above a signature, by Decree 30/2020 (Appendix I, II.7).

    `title` is the signer's own post. `TM.` signs for a collective `body` (TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH);
    `KT.` for the `head` as deputy, under the body where there is one; `TL.` and `TUQ.` by the head's order or
    authority; `Q.` is appointed for a time to a head's post.
    """
    if capacity in ("KT.", "TL.", "TUQ.") and not head:
        raise ValueError(f"{capacity} needs the head it stands for")
    if capacity == "TM." and not body:
        raise ValueError("TM. needs the body it stands for")
    lines = []
    if capacity == "TM." or (capacity in ("KT.", "Q.") and body and also_for_body):
        lines.append(f"TM. {body}")
    if capacity in ("KT.", "TL.", "TUQ."):
        lines.append(f"{capacity} {head}")
    return [line.upper() for line in (*lines, f"Q. {title}" if capacity == "Q." else title)]


DEPUTY: Final = "phó "
ACTING: Final = "quyền "


def signed_lines(post: str, *, head: str, body: str = "") -> list[str]:
    """The lines above the signature of whoever holds `post`, on a paper that is the `head`'s to sign (`CHỦ TỊCH`),
    for a collective `body` or, where there is none, in the head's own name (Decree 30/2020, Article 13).

    A deputy signs KT.; who is appointed for a time signs Q. Any other holder of the task's post signs as the head.
    """
    held = post.casefold()
    if held.startswith(DEPUTY):
        return signature_lines(title=f"{DEPUTY}{head}", capacity="KT.", body=body, head=head)
    if held.startswith(ACTING):
        return signature_lines(title=head, capacity="Q.", body=body)
    return signature_lines(title=head, capacity="TM." if body else "", body=body)
