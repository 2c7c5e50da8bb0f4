"""SpiffWorkflow as a side: the frame of the plain machine, with the library deciding what is open."""

from collections.abc import Callable

from bench.payload import CONSULTED, DATA, OPINION
from bench.sides import django_setup
from bench.watch import Watch

APPS = ["bench.sides.spiff"]


def prepare(url: str) -> None:
    """Tables, and one person for each role."""
    django_setup.start(url, APPS)
    from django.contrib.auth.models import Group, User

    from bench.sides.spiff.machine import ROLES
    from bench.sides.spiff.models import Audit, Dossier

    django_setup.make_tables(Dossier, Audit)
    User.objects.create_user("applicant")
    for role in ROLES.values():
        User.objects.create_user(role).groups.add(Group.objects.create(name=role))


def opened(url: str, number: int) -> Callable[[Watch], None]:
    """One whole case: seven transactions."""
    django_setup.start(url, APPS)
    from django.contrib.auth.models import User

    from bench.sides.spiff import machine

    people = {user.username: user for user in User.objects.all()}

    def case(watch: Watch) -> None:
        with watch.act():
            dossier = machine.submit(people["applicant"], DATA)
        with watch.act():
            machine.do(dossier.pk, "receive", people["reception"], {})
        for consulted in CONSULTED:
            with watch.act():
                machine.do(dossier.pk, f"consult_{consulted}", people[consulted], OPINION)
        with watch.act():
            machine.do(dossier.pk, "approve", people["chair"], {})
        with watch.act():
            machine.do(dossier.pk, "issue", people["clerk"], {})

    return case
