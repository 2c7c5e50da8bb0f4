"""What happens after acts: services of the flow, timers, notices."""

from procrastinate.contrib.django import app

from xactin.cases.applications import act_drafts
from xactin.cases.dossiers import commands
from xactin.cases.models import PendingAct, Timer
from xactin.ledger.clock import now

BATCH = 200


@app.periodic(cron="* * * * * */5")
@app.task(name="cases.timers", queueing_lock="cases.timers")
def timers(timestamp: int) -> None:
    """Ticks every case whose time has come, oldest first."""
    due = Timer.objects.filter(at__lte=now()).order_by("at").values_list("case_id", flat=True)[:BATCH]
    for case in due:
        commands.tick(case=case)


@app.periodic(cron="*/10 * * * *")
@app.task(name="cases.sweep", queueing_lock="cases.sweep")
def sweep(timestamp: int) -> None:
    """Forgets statements nobody signed in time, and acts that nobody came back to."""
    PendingAct.objects.filter(created_at__lt=now() - commands.PENDING_TIME).delete()
    act_drafts.sweep()
