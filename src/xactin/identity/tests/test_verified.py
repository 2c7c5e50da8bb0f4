"""Whoever signs up claims a number; an official who saw the card says whose it is."""

import pytest
from django.test import Client

from xactin.identity import commands
from xactin.identity.errors import Forbidden, Refused
from xactin.identity.models import Account, Person, Post
from xactin.identity.queries import actor_for, unverified
from xactin.identity.testing import PASSWORD, Province, signed_in, small_province
from xactin.ledger.audit import run_audit
from xactin.ledger.clock import now
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db
HANH = "025190000123"  # of congdan1, whom an administrator made an account for


@pytest.fixture
def province() -> Province:
    """Citizens of an administrator's making are verified."""
    return small_province()


def _claims(username: str, number: str = HANH) -> Person:
    """Somebody signs up with a number, at the door that everybody uses."""
    entered = {
        "full_name": "Lê Thị Thử",
        "id_number": number,
        "phone": "0912 000 777",
        "email": f"{username}@example.vn",
        "username": username,
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    answer = Client().post("/accounts/signup/", entered)
    assert answer.status_code == 302, answer.content.decode()
    return Account.objects.get(username=username).person


def test_signing_up_tells_nobody_that_a_number_is_known_and_takes_it_from_nobody(province: Province) -> None:
    claimed, owner = _claims("gia1"), province.person("congdan1")
    assert unverified([claimed.pk, owner.pk]) == {claimed.pk}
    assert not unverified([one.person_id for one in province.accounts.values()])
    with pytest.raises(Refused, match="tài khoản khác"):
        commands.verify_person(person=claimed.pk, by=province.actor("motcua1"))
    assert unverified([claimed.pk]) == {claimed.pk}


def test_nobody_says_of_themselves_that_they_are_who_they_claim(province: Province) -> None:
    claimed = _claims("gia1", "025199000777")
    commands.appoint(person=claimed, post=Post.objects.get(code="H44.100:reception"))
    with pytest.raises(Refused, match="của mình"):
        commands.verify_person(person=claimed.pk, by=actor_for("gia1", "reception"))
    assert unverified([claimed.pk]) == {claimed.pk}


def test_a_claim_does_not_keep_the_owner_out(province: Province) -> None:
    number = "025199000777"
    first = _claims("gia1", number)
    second = _claims("that1", number)
    commands.verify_person(person=second.pk, by=province.actor("motcua1"))
    assert unverified([first.pk, second.pk]) == {first.pk}
    assert [e.statement["act"] for e in entries_of(f"person:{second.pk}")].count("person.verify") == 1
    with pytest.raises(Refused):
        commands.verify_person(person=second.pk, by=province.actor("motcua1"))
    with pytest.raises(Refused):
        commands.verify_person(person=first.pk, by=province.actor("motcua1"))
    sequence_all()
    assert run_audit(1) == []
    Person.objects.filter(pk=first.pk).update(id_number="", verified_at=now())
    assert [finding.subject for finding in run_audit(1)] == [f"person:{first.pk}"]


def test_only_who_has_the_duty_verifies(province: Province) -> None:
    claimed = _claims("gia1", "025199000777")
    for username in ("congdan1", "chuyenvien1", "chutich1"):
        with pytest.raises(Forbidden):
            commands.verify_person(person=claimed.pk, by=province.actor(username))
        assert signed_in(username).get(f"/people/{claimed.pk}/verify/").status_code == 403


def test_at_the_counter_the_number_is_seen_and_one_button_verifies(province: Province) -> None:
    claimed = _claims("gia1", "025199000777")
    counter, place = signed_in("motcua1"), f"/people/{claimed.pk}/verify/"
    page = counter.get(place).content.decode()
    assert "025199000777" in page
    assert "Lê Thị Thử" in page
    answer = counter.post(place, {"next": "https://elsewhere.example/"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert not unverified([claimed.pk])
