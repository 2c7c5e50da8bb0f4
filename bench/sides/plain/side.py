"""The plain Django state machine as a side of the bench."""

from collections.abc import Callable

from bench.payload import CONSULTED, DATA, OPINION
from bench.sides import django_setup
from bench.watch import Watch

APPS = ["bench.sides.plain"]


def prepare(url: str) -> None:
    """Tables, and one person for each role."""
    django_setup.start(url, APPS)
    from django.contrib.auth.models import Group, User

    from bench.sides.plain.machine import ROLES
    from bench.sides.plain.models import Audit, Dossier, Task

    django_setup.make_tables(Dossier, Task, Audit)

    User.objects.create_user("applicant")
    for role in set(ROLES.values()):
        User.objects.create_user(role).groups.add(Group.objects.create(name=role))


def opened(url: str, number: int) -> Callable[[Watch], None]:
    """One whole case: seven transactions."""
    django_setup.start(url, APPS)
    from django.contrib.auth.models import User

    from bench.sides.plain import machine

    people = {user.username: user for user in User.objects.all()}

    def case(watch: Watch) -> None:
        with watch.act():
            dossier = machine.submit(people["applicant"], DATA)
        with watch.act():
            machine.do(dossier.pk, "receive", people["reception"], {})
        for consulted in CONSULTED:
            with watch.act():
                machine.do(dossier.pk, consulted, people[consulted], OPINION)
        with watch.act():
            machine.do(dossier.pk, "approve", people["chair"], {})
        with watch.act():
            machine.do(dossier.pk, "issue", people["clerk"], {})

    return case
