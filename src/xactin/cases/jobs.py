"""What happens after acts: services of the flow, timers, notices."""

import logging
from uuid import UUID

from django.db import InterfaceError, OperationalError
from procrastinate.contrib.django import app

from xactin.cases.applications import act_drafts
from xactin.cases.dossiers import commands
from xactin.cases.lots import commands as lots
from xactin.cases.models import PendingAct, Timer
from xactin.ledger.clock import now
from xactin.notices.commands import handle_alone, waiting_alone
from xactin.notices.topics import Event

log = logging.getLogger("xactin.cases.jobs")
BATCH = 200
TICK_ALONE = "case.tick"
"""The topic of a dossier for which time could not pass: it is tried again by itself, and becomes somebody's task."""


@app.periodic(cron="* * * * * */5")
@app.task(name="cases.timers", queue="punctual", queueing_lock="cases.timers")
def timers(timestamp: int) -> None:
    """Ticks every case whose time has come, oldest first. One that fails is tried again alone, and holds up nobody."""
    due = Timer.objects.filter(at__lte=now()).exclude(case_id__in=waiting_alone(TICK_ALONE)).order_by("at")
    for case in due.values_list("case_id", flat=True)[:BATCH]:
        try:
            commands.tick(case=case)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the next round does all of it
        except Exception:
            log.exception("time does not pass for dossier %s; it is tried again alone", case)
            handle_alone(TICK_ALONE, str(case), {"case": str(case)})


def tick_alone(event: Event) -> None:
    """The same for one dossier, as a job of its own."""
    commands.tick(case=UUID(event.body["case"]))


@app.periodic(cron="*/10 * * * *")
@app.task(name="cases.sweep", queueing_lock="cases.sweep")
def sweep(timestamp: int) -> None:
    """Forgets statements nobody signed in time, acts that nobody came back to, and lots that are over."""
    PendingAct.objects.filter(created_at__lt=now() - commands.PENDING_TIME).delete()
    act_drafts.sweep()
    lots.sweep()
