"""The seven acts as a Viewflow flow with human tasks, a split and a join."""

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process


class PermitFlow(flow.Flow):
    """Submit, receive, three parallel consultations, join, approve, issue."""

    process_class = Process
    lock_impl = lock.SelectForUpdateLock()

    submit = flow.Start(lambda request: None).Next(this.receive)
    receive = flow.View(lambda request: None).Next(this.ask)
    ask = flow.Split().Next(this.land).Next(this.infrastructure).Next(this.environment)
    land = flow.View(lambda request: None).Next(this.answered)
    infrastructure = flow.View(lambda request: None).Next(this.answered)
    environment = flow.View(lambda request: None).Next(this.answered)
    answered = flow.Join().Next(this.approve)
    approve = flow.View(lambda request: None).Next(this.issue)
    issue = flow.View(lambda request: None).Next(this.end)
    end = flow.End()
