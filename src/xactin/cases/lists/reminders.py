"""Reminding who has a dossier, once a day; and tasks that nobody is there to do."""

from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.visibility import doers_at, handles
from xactin.cases.errors import Forbidden
from xactin.cases.models import OpenTask
from xactin.cases.procedures import queries as procedures
from xactin.cases.rights import SIGN
from xactin.identity import queries as identity
from xactin.identity.queries import Actor
from xactin.kernel.local import local_day
from xactin.ledger.clock import now
from xactin.notices.commands import tell
from xactin.notices.models import Notice
from xactin.notices.topics import Event

TOPIC: Final = "case.nudge"
MOST: Final = 20


def remind(*, by: Actor, case: UUID) -> int:
    """Reminds everybody whose post has to do something in a dossier now; at most once a day for each dossier.

    Returns how many were reminded; 0 where that was done today. By who signs results of the agency that handles it.
    Raises NotFound, Forbidden.
    """
    found = dossiers.case_for(by, case)
    if SIGN not in by.duties or not handles(by, found):
        raise Forbidden(_("Reminders are sent by who leads the agency that handles the dossier."))
    people = [person for person in _holders(case) if person != by.person_id]
    if not people:
        raise Forbidden(_("Nobody is there to be reminded: no official has this dossier now."))
    name = procedures.version(found.version_id).package.procedure.name
    return tell(
        event=Event(id=_event(case), topic=TOPIC, body={}, created=now()),
        people=people,
        title={
            "vi": f"Nhắc việc: hồ sơ {found.number}",
            "en": f"Reminder: dossier {found.number}",
        },
        text={
            "vi": f"{by.name} ({by.post_title}) đề nghị giải quyết. {name['vi']}",
            "en": f"{by.name} ({by.post_title}) asks you to deal with it. {name['en']}",
        },
        url=reverse("cases:desk-case", args=[case]),
    )


def reminded_today(case: UUID) -> bool:
    """Whether somebody was reminded of a dossier today."""
    return Notice.objects.filter(event=_event(case), topic=TOPIC).exists()


def _event(case: UUID) -> int:
    """The one reminder of a dossier and day: no event of an act has such a number, and each comes after it."""
    digest = sha256(f"{case} {local_day(now())}".encode()).digest()
    return -int.from_bytes(digest[:7], "big")


def held_by_nobody(actor: Actor) -> list[OpenTask]:
    """Open tasks of the actor's agency, and of its units, whose post nobody holds now; those due first."""
    if actor.agency_id is None:
        return []
    here = [one.pk for _depth, one in identity.agency_tree() if one.path.startswith(actor.agency_path)]
    tasks = OpenTask.objects.filter(agency__in=here, kind="user")
    posts = tasks.order_by().values_list("agency_id", "role").distinct()
    empty = [Q(agency=agency, role=role) for agency, role in posts if not doers_at(agency, role)]
    if not empty:
        return []
    return list(tasks.filter(reduce(or_, empty)).select_related("case").order_by("due_at", "id")[:MOST])


def _holders(case: UUID) -> list[UUID]:
    tasks = OpenTask.objects.filter(case_id=case, kind="user", agency__isnull=False)
    held = [person for task in tasks if task.agency_id for person in doers_at(task.agency_id, task.role)]
    return list(dict.fromkeys(held))
