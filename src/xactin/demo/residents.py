"""The residents of the demo in front of the platform: their accounts, what they bring, what they take back."""

import io
from typing import Any, Final

from xactin.cases.applications.commands import Given, supply, upload
from xactin.cases.models import Case
from xactin.demo import applications
from xactin.demo.applications import Application
from xactin.demo.people import Resident
from xactin.identity import commands as identity
from xactin.identity.models import Account
from xactin.identity.queries import Actor, actor_for

HOUSEHOLDS: Final = 120
RESIDENT: Final = "dan"  # how account names of residents begin; nobody signs in with them
_ADMINISTRATOR: Final = "quantri1"


def given(actor: Actor, application: Application) -> list[Given]:
    return [
        Given(kind=kind, file=upload(by=actor, stream=io.BytesIO(pdf), name=name).id)
        for kind, name, pdf in application.papers
    ]


def actor(resident: Resident) -> Actor:
    """A resident with an account; it is made when they first need one, and nobody can sign in with it."""
    username = f"{RESIDENT}{resident.id_number[-6:]}"
    if not Account.objects.filter(username=username).exists():
        identity.make_person_account(
            username=username,
            password=None,
            full_name=resident.full_name,
            id_number=resident.id_number,
            phone=resident.phone,
            address=resident.address,
            by=actor_for(_ADMINISTRATOR),
        )
    return actor_for(username)


def of_person(person: Any) -> Actor:
    return actor_for(Account.objects.get(person_id=person).username)


def supplies(case: Case) -> None:
    """The applicant brings one of their papers anew."""
    actor = of_person(case.applicant_id)
    kind = next(
        part.removeprefix("document.") for part in sorted(case.state["parts"]) if part.startswith("document.")
    )
    pdf = applications.again(kind, actor.name, case.number)
    file = upload(by=actor, stream=io.BytesIO(pdf), name=f"{kind}-bo-sung.pdf")
    supply(by=actor, case=case.pk, documents=[Given(kind=kind, file=file.id)])
