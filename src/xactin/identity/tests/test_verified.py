"""Whoever signs up claims a number; an official who saw the card says whose it is."""

from typing import Any

import pytest
from django.test import Client

from xactin.identity import commands, news
from xactin.identity.errors import Forbidden, Invalid, Refused
from xactin.identity.models import Account, Person, Post
from xactin.identity.people.evidence import evidence_of
from xactin.identity.people.queries import changes_told
from xactin.identity.policies import VERIFYING
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
        commands.verify_person(person=claimed.pk, ground="card", by=province.actor("motcua1"))
    assert unverified([claimed.pk]) == {claimed.pk}


def test_nobody_says_of_themselves_that_they_are_who_they_claim(province: Province) -> None:
    claimed = _claims("gia1", "025199000777")
    commands.appoint(person=claimed, post=Post.objects.get(code="H44.100:reception"))
    with pytest.raises(Refused, match="của mình"):
        commands.verify_person(person=claimed.pk, ground="card", by=actor_for("gia1", "reception"))
    assert unverified([claimed.pk]) == {claimed.pk}


def test_a_claim_does_not_keep_the_owner_out(province: Province) -> None:
    number = "025199000777"
    first = _claims("gia1", number)
    second = _claims("that1", number)
    commands.verify_person(person=second.pk, ground="card", by=province.actor("motcua1"))
    assert unverified([first.pk, second.pk]) == {first.pk}
    assert [e.statement["act"] for e in entries_of(f"person:{second.pk}")].count("person.verify") == 1
    with pytest.raises(Refused):
        commands.verify_person(person=second.pk, ground="card", by=province.actor("motcua1"))
    with pytest.raises(Refused):
        commands.verify_person(person=first.pk, ground="card", by=province.actor("motcua1"))
    sequence_all()
    assert run_audit(1) == []
    Person.objects.filter(pk=first.pk).update(id_number="", verified_at=now())
    assert [finding.subject for finding in run_audit(1)] == [f"person:{first.pk}"]


def test_only_who_has_the_duty_verifies(province: Province) -> None:
    claimed = _claims("gia1", "025199000777")
    for username in ("congdan1", "chuyenvien1", "chutich1"):
        with pytest.raises(Forbidden):
            commands.verify_person(person=claimed.pk, ground="card", by=province.actor(username))
        assert signed_in(username).get(f"/people/{claimed.pk}/verify/").status_code == 403


def test_at_the_counter_the_number_is_seen_and_one_button_verifies(province: Province) -> None:
    claimed = _claims("gia1", "025199000777")
    counter, place = signed_in("motcua1"), f"/people/{claimed.pk}/verify/"
    page = counter.get(place).content.decode()
    assert "025199000777" in page
    assert "Lê Thị Thử" in page
    unsaid = counter.post(place, {"next": "/desk/"}, follow=True)
    assert "căn cứ xác minh" in unsaid.content.decode()
    assert unverified([claimed.pk])
    answer = counter.post(place, {"ground": "vneid", "next": "https://elsewhere.example/"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert not unverified([claimed.pk])
    assert "VNeID" in counter.get(place).content.decode()


def test_the_ground_stands_in_the_entry_and_the_person_and_the_inspector_are_told(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(news, "_listeners", [lambda body: told.append(dict(body))])
    claimed, officer = _claims("gia1", "025199000777"), province.actor("motcua1")
    with pytest.raises(Invalid, match="căn cứ"):
        commands.verify_person(person=claimed.pk, ground="hearsay", by=officer)
    commands.verify_person(person=claimed.pk, ground="card", by=officer)
    entry = [row for row in entries_of(f"person:{claimed.pk}") if row.statement["act"] == VERIFYING][-1]
    assert entry.statement["by"]["person"] == str(officer.person_id)
    assert entry.effect == {"verified": True, "ground": "card"}
    to_person, to_inspectors = changes_told(told[-1])
    assert to_person.people == [claimed.pk]
    assert province.accounts["thanhtra1"].person_id in to_inspectors.people
    assert officer.person_id not in to_inspectors.people
    name = province.accounts["motcua1"].person.full_name
    assert name in to_person.text["vi"]
    assert "The identity card itself" in to_inspectors.text["en"]
    found = evidence_of(claimed.pk)
    assert found is not None
    assert found.by == name
    mine = Client()
    mine.force_login(Account.objects.get(username="gia1"))
    assert name in mine.get("/me/").content.decode()


def test_whoever_made_an_account_does_not_verify_whose_it_is(province: Province) -> None:
    """Else one administrator could give themselves an account as anybody."""
    admin = province.actor("quantri1")
    made, _link = commands.invite_person(
        username="nguoimoi", full_name="Lê Thị Mới", email="m@example.vn", id_number="025199000777", by=admin
    )
    assert unverified([made.person_id]) == {made.person_id}
    commands.set_duties(
        post=Post.objects.get(code="H44.100:clerk"), duties=["people.verify"], by=province.actor("quantri1")
    )
    commands.appoint(person=province.person("quantri1"), post=Post.objects.get(code="H44.100:clerk"))
    with pytest.raises(Refused, match="người khác"):
        commands.verify_person(person=made.person_id, ground="card", by=actor_for("quantri1", "clerk"))
    commands.verify_person(person=made.person_id, ground="personnel", by=province.actor("motcua1"))
    assert not unverified([made.person_id])
    page = signed_in("quantri1").get(f"/people/{made.person_id}/").content.decode()
    assert "Hồ sơ cán bộ" in page
