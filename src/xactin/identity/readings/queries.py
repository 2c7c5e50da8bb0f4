"""Who opened whose data, when and why: for whoever inspects, and for each person about themselves.

The vault's log of openings is the source; nothing is opened to answer, so that no answer is a reading of its own.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from xactin.identity.attestations.attesting import require
from xactin.identity.models import Holding, Person
from xactin.identity.readings.registry import names_of, purposes, readers, subjects_about
from xactin.identity.rights import Actor, Facts
from xactin.identity.rules import clean_name, folded
from xactin.vault import queries as vault
from xactin.vault.models import Opening

PAGE: Final = 50
MANY: Final = 500
"""People of one name, at most, whose readings are looked for together."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One line: `who` read, in which posts, `what` of whom, `why`."""

    id: int
    at: datetime
    who: str
    posts: str
    what: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is asked for; empty members do not filter. `words`: of the reader's name."""

    words: str = ""
    purpose: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def readings(by: Actor, wanted: Wanted, *, limit: int = PAGE) -> list[Reading]:
    """Openings in the part of the authority that this actor inspects, the latest first; one more than `limit`.

    Who inspects a part sees what the people of its posts opened. Raises Forbidden.
    """
    require(by, "ledger.read", Facts(subject="ledger:", path=by.place_path))
    found = vault.openings(
        who=_readers(by, wanted.words),
        purpose=wanted.purpose,
        since=wanted.since,
        until=wanted.until,
        before=wanted.before,
        limit=limit + 1,
    )
    return _told(found)


def readings_about(by: Actor, *, before: int | None = None, limit: int = PAGE) -> list[Reading]:
    """What was opened about the actor themselves, their own looks aside; one more than `limit`."""
    about = subjects_about(by.person_id)
    subjects = [*about, *vault.files_bound_to(about)]
    own, found, place = str(by.person_id), list[Opening](), before
    while len(found) <= limit:
        page = vault.openings(subjects=subjects, before=place, limit=limit + 1)
        found += [row for row in page if row.who != own]
        if len(page) <= limit:
            break
        place = page[-1].pk
    return _told(found[: limit + 1])


def people_about(ids: Collection[str]) -> dict[str, str]:
    """The names of people by id, as the log names them (`person:<id>`)."""
    found = Person.objects.filter(pk__in=ids).values_list("pk", "full_name")
    return {str(person): name for person, name in found}


def _readers(by: Actor, words: str) -> Sequence[str] | None:
    """The ids of who may have read: None for everybody, programs of the platform among them."""
    people = Person.objects.all()
    whole = by.has("readings.inspect")
    if whole and not words.strip():
        return None
    for word in folded(clean_name(words)).split()[:10]:
        people = people.filter(folded_name__contains=word)
    if not whole:
        people = people.filter(holdings__post__agency__path__startswith=by.place_path).distinct()
    return [str(one) for one in people.values_list("pk", flat=True)[:MANY]]


def _told(found: Sequence[Opening]) -> list[Reading]:
    names = people_about({row.who for row in found if _is_person(row.who)})
    posts = _posts_at(names, found)
    subjects = {_subject(row) for row in found}
    called, why, systems = names_of(subjects), purposes(), readers()
    return [
        Reading(
            id=row.pk,
            at=row.at,
            who=names.get(row.who) or systems.get(row.who) or _("The system (%(part)s)") % {"part": row.who},
            posts=", ".join(posts.get(row.pk, ())),
            what=called[_subject(row)],
            why=why.get(row.purpose, row.purpose),
        )
        for row in found
    ]


def _subject(row: Opening) -> str:
    """What was opened; of a file, what it belongs to."""
    bound = row.parts[0] if row.subject.startswith("file:") and row.parts else row.subject
    return str(bound) if ":" in str(bound) else row.subject


def _is_person(who: str) -> bool:
    try:
        UUID(who)
    except ValueError:
        return False
    return True


def _posts_at(people: Iterable[str], found: Sequence[Opening]) -> dict[int, list[str]]:
    """The posts that each reader held at that moment."""
    held: dict[str, list[Holding]] = {}
    rows = Holding.objects.filter(person_id__in=list(people)).select_related("post__agency").order_by("since")
    for one in rows:
        held.setdefault(str(one.person_id), []).append(one)
    return {
        row.pk: [
            f"{one.post.title_vi}, {one.post.agency.name_vi}"
            for one in held.get(row.who, ())
            if one.since <= row.at and (one.until is None or row.at < one.until)
        ]
        for row in found
    }
