"""Somebody is invited to a case, joins, reads and signs what is theirs; each step attested, nothing shown before."""

from typing import Any
from uuid import UUID

import pytest

from xactin.cases import testing
from xactin.cases.applications import commands as applications
from xactin.cases.dossiers import commands, queries
from xactin.cases.errors import Forbidden, Invalid, NotFound, OutOfTurn
from xactin.cases.models import Case, Party
from xactin.cases.parties import commands as parties
from xactin.cases.parties import queries as asked
from xactin.cases.parties.tests import package
from xactin.cases.procedures import commands as procedures
from xactin.cases.runtime import installed
from xactin.identity import queries as identity
from xactin.identity.models import Person
from xactin.identity.queries import actor_for, posts_filled
from xactin.identity.testing import Province, small_province
from xactin.kernel.procedure.check import check
from xactin.kernel.procedure.package import load_package
from xactin.ledger import queries as ledger
from xactin.ledger.audit import run_audit
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
ASKER, OWNER, OTHER = "congdan1", "congdan2", "doanhnghiep1"


@pytest.fixture(autouse=True)
def province() -> Province:
    """A province in which two sign."""
    made = small_province()
    procedures.publish(by=actor_for("quantri1"), package=load_package(package.package()))
    return made


def begun() -> Case:
    """A case that waits for its co-owner."""
    done = applications.submit(by=actor_for(ASKER), code=package.CODE, data=package.FORM)
    return Case.objects.get(pk=done.case)


def invited(case: Case, kind: str = "co_owner", username: str = OWNER) -> UUID:
    """An invitation by who asks, to the person of an account."""
    person = Person.objects.get(account__username=username)
    return parties.invite(
        by=actor_for(ASKER), case=case.pk, kind=kind, number=person.id_number, name=person.full_name
    )


def agree(case: Case, username: str) -> None:
    task = testing.open_task(case, "report")
    commands.act(by=actor_for(username), case=case.pk, task=task.token, act="agree")


def audited() -> list[Any]:
    sequence_all()
    return run_audit()


def test_invited_joined_signed_and_decided() -> None:
    case, owner = begun(), actor_for(OWNER)
    invitation = invited(case)
    assert [row.pk for row in asked.invitations(owner)] == [invitation]
    assert not queries.sees(owner, case.pk)  # what it is about is told, nothing of it shown
    with pytest.raises(NotFound):
        agree(case, OWNER)
    parties.accept(by=owner, case=case.pk, invitation=invitation)
    assert asked.invitations(owner) == []
    assert [one.mine for one in queries.tasks_of(owner, case)] == [True]
    assert queries.readable_parts(owner, case) == {"form.title"}
    assert [one.mine for one in queries.tasks_of(actor_for(ASKER), case)] == [False]
    agree(case, OWNER)
    with pytest.raises(Forbidden):  # who asks for it invites, not the office
        parties.invite(by=actor_for("chutich1"), case=case.pk, kind="heir", number="1", name="x")
    with pytest.raises(Forbidden):  # who joined reads, and brings nothing in place of who asks
        applications.supply(by=owner, case=case.pk, data=package.FORM)
    testing.do(case, "accept", "accept", username="chutich1")
    acts = [row.statement["act"] for row in ledger.entries_of(f"case:{case.pk}")]
    assert acts == ["case.submit", "case.invite", "case.join", "case.report.agree", "case.accept.accept"]
    assert audited() == []


def test_a_task_of_one_party_is_no_other_partys() -> None:
    case = begun()
    parties.accept(by=actor_for(OTHER), case=case.pk, invitation=invited(case, "heir", OTHER))
    for username in (ASKER, OTHER):
        with pytest.raises(Forbidden):
            agree(case, username)
    other = actor_for(OTHER)
    assert queries.readable_parts(other, case) == {"form.price"}
    with pytest.raises(Forbidden):
        applications.withdraw(by=other, case=case.pk)
    with pytest.raises(Forbidden):
        parties.invite(by=other, case=case.pk, kind="heir", number="1", name="x")


def test_who_declined_sees_nothing_and_may_be_asked_again() -> None:
    case, owner = begun(), actor_for(OWNER)
    first = invited(case)
    parties.decline(by=owner, case=case.pk, invitation=first)
    assert not queries.sees(owner, case.pk)
    with pytest.raises(OutOfTurn):
        parties.accept(by=owner, case=case.pk, invitation=first)
    parties.accept(by=owner, case=case.pk, invitation=invited(case))
    assert sorted(Party.objects.values_list("state", flat=True)) == ["accepted", "declined"]
    assert audited() == []


def test_who_invited_takes_it_back_until_it_is_answered() -> None:
    case, owner, asker = begun(), actor_for(OWNER), actor_for(ASKER)
    first = invited(case)
    with pytest.raises(NotFound):
        parties.revoke(by=owner, case=case.pk, invitation=first)
    with pytest.raises(NotFound):
        parties.revoke(by=asker, case=case.pk, invitation=case.pk)
    parties.revoke(by=asker, case=case.pk, invitation=first)
    assert asked.invitations(owner) == []
    with pytest.raises(OutOfTurn, match="rút lại"):
        parties.accept(by=owner, case=case.pk, invitation=first)
    second = invited(case)
    parties.accept(by=owner, case=case.pk, invitation=second)
    for answered in (first, second):
        with pytest.raises(OutOfTurn):
            parties.revoke(by=asker, case=case.pk, invitation=answered)
    assert sorted(Party.objects.values_list("state", flat=True)) == ["accepted", "revoked"]
    assert audited() == []
    Party.objects.filter(pk=first).update(state="declined")
    assert ["state other than" in one.text for one in audited()] == [True]


def test_the_audit_names_what_another_took_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with the program lets an official take back what the applicant sent."""
    case = begun()
    invitation = invited(case)
    monkeypatch.setattr(parties, "_require", lambda *_facts: None)
    parties.revoke(by=actor_for("chutich1"), case=case.pk, invitation=invitation)
    assert ["takes back" in one.text for one in audited()] == [True]


def test_only_a_person_named_rightly_is_invited_and_once() -> None:
    case = begun()
    person = Person.objects.get(account__username=OWNER)
    named = {"number": person.id_number, "name": person.full_name}
    for wrong, field in (
        ({"kind": "asker"}, "kind"),
        ({"kind": "nobody"}, "kind"),
        ({"name": "Người Khác"}, "number"),
        ({"number": "000"}, "number"),
        ({"number": ""}, "number"),
    ):
        given: dict[str, Any] = {"kind": "co_owner", **named, **wrong}
        with pytest.raises(Invalid) as refused:
            parties.invite(by=actor_for(ASKER), case=case.pk, **given)
        assert list(refused.value.errors) == [field]
    invitation = invited(case)
    with pytest.raises(Invalid):
        invited(case)
    with pytest.raises(Invalid):
        invited(case, username=ASKER)
    with pytest.raises(NotFound):
        parties.accept(by=actor_for(OTHER), case=case.pk, invitation=invitation)
    assert Party.objects.count() == 1


def test_a_party_does_not_decide_in_a_post() -> None:
    case = begun()
    chair = Person.objects.get(account__username="chutich1")
    Person.objects.filter(pk=chair.pk).update(id_number="025080000001")
    chair.refresh_from_db()
    invitation = invited(case, username="chutich1")
    oneself = identity.oneself(actor_for("chutich1"))
    parties.accept(by=oneself, case=case.pk, invitation=invitation)
    task = testing.open_task(case, "report")
    commands.act(by=oneself, case=case.pk, task=task.token, act="agree")
    with pytest.raises(Forbidden):
        testing.do(case, "accept", "accept", username="chutich1")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE cases_party SET person_id = (SELECT person_id FROM identity_account WHERE username = 'congdan1')",
        "UPDATE cases_party SET kind = 'heir'",
        "UPDATE cases_party SET state = 'declined'",
        "UPDATE cases_party SET invited_at = invited_at - interval '1 day'",
        "UPDATE cases_party SET id = gen_random_uuid()",
        "DELETE FROM cases_party",
        "UPDATE cases_procedureversion SET asks = 'heir'",
    ],
)
@pytest.mark.usefixtures("as_owner")
def test_a_changed_party_is_named_by_the_audit(damage: str) -> None:
    from django.db import connection

    case = begun()
    parties.accept(by=actor_for(OWNER), case=case.pk, invitation=invited(case))
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert [one.kind for one in audited()]


@pytest.mark.usefixtures("as_owner")
def test_an_act_by_who_had_not_joined_is_named_by_the_audit() -> None:
    """Somebody with the database writes the row, and the platform believes it: the entries do not."""
    case = begun()
    invitation = invited(case)
    Party.objects.filter(pk=invitation).update(state="accepted", answered_at=case.submitted_at)
    agree(case, OWNER)
    Party.objects.filter(pk=invitation).update(state="invited", answered_at=None)
    assert ["not the party" in one.text for one in audited()] == [True]


def test_parties_that_nobody_could_serve_are_refused() -> None:
    tasks = package.said()["tasks"]
    tasks["report"] |= {"agencies": ["H44.100.01"]}
    found = [one.code for one in _problems(tasks=tasks)]
    assert "party_agencies" in found
    parties_said = package.said()["parties"]
    parties_said["heir"]["reads"] = ["form.nothing"]
    assert [one.code for one in _problems(parties=parties_said)] == ["reads_unknown"]
    assert _problems() == []


def _problems(**changed: Any) -> list[Any]:
    made = load_package(package.package(**changed))
    return list(check(made, posts=posts_filled(), runtime=installed()))
