"""Viewflow as a side: each human task is assigned, started and completed as its own views do, in one lock."""

from collections.abc import Callable
from typing import Any

from bench.payload import CONSULTED, DATA, OPINION
from bench.sides import django_setup
from bench.watch import Watch

APPS = ["viewflow", "viewflow.workflow", "bench.sides.permit_flow"]


class _Request:
    """The one thing Viewflow's activations ask of a request."""

    def __init__(self, user: Any) -> None:
        self.user = user


def prepare(url: str) -> None:
    """Tables and people. Superusers, so that Viewflow's permission checks cost no query."""
    django_setup.start(url, APPS)
    django_setup.make_tables()
    from django.contrib.auth.models import User

    for name in ("applicant", "receive", *CONSULTED, "approve", "issue"):
        User.objects.create_superuser(name)


def opened(url: str, number: int) -> Callable[[Watch], None]:
    """One whole case: seven transactions."""
    django_setup.start(url, APPS)
    from django.contrib.auth.models import User
    from viewflow.workflow.context import Context

    from bench.sides.permit_flow.flows import PermitFlow

    people = {user.username: user for user in User.objects.all()}

    def submit() -> int:
        activation = PermitFlow.submit.activation_class.create(PermitFlow.submit, None, None)
        activation.start(_Request(people["applicant"]))
        activation.process.data = DATA
        activation.execute()
        return int(activation.process.pk)

    def do(process: int, name: str, answer: dict[str, Any]) -> None:
        task = PermitFlow.task_class.objects.get(process_id=process, flow_task=getattr(PermitFlow, name))
        with task.activation() as activation:
            activation.task.data = answer
            activation.assign(people[name])
            activation.start(_Request(people[name]))
            activation.execute()

    def case(watch: Watch) -> None:
        with Context(propagate_exception=True):
            with watch.act():
                process = submit()
            with watch.act():
                do(process, "receive", {})
            for consulted in CONSULTED:
                with watch.act():
                    do(process, consulted, OPINION)
            for name in ("approve", "issue"):
                with watch.act():
                    do(process, name, {})

    return case
