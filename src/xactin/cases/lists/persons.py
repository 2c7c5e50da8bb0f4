"""Looking for dossiers by a person: the number or name of whoever applied, owns it, or is spoken of in it.

It takes a purpose, and is written into the log of openings before anything is answered: once for the search, and once
for each dossier that a page of it shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from xactin.cases.dossiers.state.people import digits_of, marked
from xactin.cases.dossiers.visibility import told_of
from xactin.cases.models import Case
from xactin.cases.rules import person_query
from xactin.identity.models import Person
from xactin.identity.queries import Actor
from xactin.vault import queries as vault

PURPOSES: Final = {
    "find.asked": ("Tìm hồ sơ: người dân hỏi", "Looking for a dossier: a person asks about it"),
    "find.work": (
        "Tìm hồ sơ: đối chiếu khi giải quyết hồ sơ khác",
        "Looking for a dossier: to compare with one at work",
    ),
    "find.complaint": (
        "Tìm hồ sơ: giải quyết khiếu nại, phản ánh",
        "Looking for a dossier: a complaint or report",
    ),
    "find.order": (
        "Tìm hồ sơ: theo yêu cầu của cơ quan có thẩm quyền",
        "Looking for a dossier: an authority that may ask",
    ),
}
"""What people may be looked for, by the word that the log keeps."""
LIST: Final = "cases:person"
"""The subject of the log for the search itself."""
WHOLE_LIST: Final = "cases:list"
"""The subject of the log for a list that a program takes."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A person who is looked for by name or number (CCCD, tax code), and for what (`PURPOSES`)."""

    words: str
    purpose: str


def matching(actor: Actor, person: Sought, *, case: str = "") -> Q:
    """The dossiers of this person of which the actor is told whose they are; `case` leads from the row to the case."""
    found = Q(**{f"{case}words__found": person_query(marked([person.words]))})
    digits = digits_of(person.words)
    if digits:
        # A list of ids, so that the key of applicants is walked.
        numbered = list(Person.objects.filter(id_number=digits).values_list("pk", flat=True))
        # Where the form was erased, whose it was is no longer to be found; the account still leads there itself.
        found |= Q(**{f"{case}applicant_id__in": numbered, f"{case}applicant_name__gt": ""})
    return found & told_of(actor, case=case)


def note_search(actor: Actor, person: Sought) -> None:
    """Logs that a person is looked for. How they were named is not written down."""
    vault.note_readings(by=str(actor.person_id), purpose=person.purpose, subjects=[LIST])


def note_found(actor: Actor, person: Sought, found: Iterable[Case]) -> None:
    """Logs that these dossiers were found so and are shown."""
    note_shown(actor, person.purpose, (case.pk for case in found))


def note_taken(actor: Actor, found: Iterable[Case]) -> None:
    """Logs in one line that a program of an official takes a list, and of which dossiers it is told the names.

    A page of a list on a screen is no reading, a file of it is; a program takes all pages one after the other.
    """
    named = sorted(str(case.pk) for case in found if not case.applicant_withheld)
    if actor.post_code and named:
        vault.note_reading(by=str(actor.person_id), purpose="api.list", subject=WHOLE_LIST, parts=named)


def note_shown(actor: Actor, purpose: str, cases: Iterable[UUID]) -> None:
    """Logs for each of these dossiers that its names are given out."""
    subjects = sorted({f"case:{case}" for case in cases})
    vault.note_readings(by=str(actor.person_id), purpose=purpose, subjects=subjects)
