"""Accounts, hats and tokens."""

from datetime import timedelta

import pytest
from django.test import Client

from xactin.identity import commands, queries
from xactin.identity.accounts.commands import who_has_token
from xactin.identity.errors import Forbidden, Invalid, NotFound, TokenEnded
from xactin.identity.models import Account, ApiToken, Person, Post
from xactin.identity.testing import PASSWORD, Province, citizen
from xactin.ledger.clock import now

pytestmark = pytest.mark.django_db


def test_a_name_is_kept_folded_and_sorted(province: Province) -> None:
    person = citizen("nguoimoi", "  Đặng   Thị Ước ").person
    assert (person.full_name, person.folded_name) == ("Đặng Thị Ước", "dang thi uoc")
    by = province.actor("quantri1")
    assert [found.full_name for found in queries.people_matching(by, "dang thi uoc")] == ["Đặng Thị Ước"]
    assert queries.people_matching(by, "dang uoc") == []  # who holds no post is found by the whole name alone
    assert [found.full_name for found in queries.people_matching(by, "Nguyễn")] == ["Nguyễn Đình Phúc"]


def test_a_number_and_a_user_name_are_given_once(province: Province) -> None:
    with pytest.raises(Invalid) as refused:
        citizen("khac", "Người Khác", id_number="025190000123")
    assert refused.value.facts["field"] == "id_number"
    with pytest.raises(Invalid) as refused:
        citizen("congdan1", "Người Khác")
    assert refused.value.facts["field"] == "username"
    assert Person.objects.filter(full_name="Người Khác").count() == 0


def test_only_an_administrator_makes_accounts_for_others(province: Province) -> None:
    with pytest.raises(Forbidden):
        commands.make_person_account(
            username="x1234", password=None, full_name="A B", by=province.actor("chutich1")
        )


def test_a_token_is_shown_once_and_kept_as_a_hash(province: Province) -> None:
    account = province.accounts["congdan1"]
    token = commands.create_token(account, "máy tính")
    assert token not in str(ApiToken.objects.values_list())
    assert who_has_token(token).of.account == account.pk
    assert who_has_token(token + "x") is None
    kept = ApiToken.objects.get()
    assert kept.used_at is not None
    with pytest.raises(NotFound):
        commands.revoke_token(by=province.actor("congdan2"), token=kept.pk)
    commands.revoke_token(by=province.actor("congdan1"), token=kept.pk)
    assert who_has_token(token) is None


def test_a_token_ends(province: Province) -> None:
    account = province.accounts["congdan1"]
    token = commands.create_token(account, days=7)
    left = commands.end_of_token(token) - now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    ApiToken.objects.update(expires_at=now() - timedelta(seconds=1))
    with pytest.raises(TokenEnded):
        who_has_token(token)
    assert [one.over for one in queries.tokens_of(province.actor("congdan1"))] == [True]


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_token_is_not_for_ever(province: Province, days: int) -> None:
    with pytest.raises(Invalid):
        commands.create_token(province.accounts["congdan1"], days=days)
    assert not ApiToken.objects.exists()


def test_an_account_that_is_shut_has_no_tokens(province: Province) -> None:
    account = province.accounts["congdan1"]
    token = commands.create_token(account)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert who_has_token(token) is None


def test_one_hat_is_worn_at_a_time_and_stays_with_the_session(province: Province) -> None:
    commands.appoint(person=province.person("chutich1"), post=Post.objects.get(code="H44.100:clerk"))
    account = province.accounts["chutich1"]
    assert [hat.token for hat in queries.hats_of(account)] == ["H44.100:chair", "H44.100:clerk", "self"]
    client = Client()
    assert client.login(username="chutich1", password=PASSWORD)
    answer = client.post("/me/hat/", {"hat": "H44.100:clerk", "next": "/me/"})
    assert answer["Location"] == "/me/"
    assert client.get("/me/").wsgi_request.actor.role == "clerk"  # type: ignore[attr-defined]
    assert client.post("/me/hat/", {"hat": "self", "next": "/me/"})["Location"] == "/"
    assert client.get("/me/").wsgi_request.actor.post_code is None  # type: ignore[attr-defined]
    assert client.post("/me/hat/", {"hat": "H44.100:reception"}).status_code == 404
    assert client.get("/me/").wsgi_request.actor.post_code is None  # type: ignore[attr-defined]


def test_a_hat_never_leads_off_the_site(province: Province) -> None:
    client = Client()
    assert client.login(username="chutich1", password=PASSWORD)
    answer = client.post("/me/hat/", {"hat": "H44.100:chair", "next": "https://evil.example/"})
    assert answer["Location"] == "/desk/"


def test_a_post_that_ends_during_a_session_is_taken_off(province: Province) -> None:
    client = Client()
    assert client.login(username="chutich1", password=PASSWORD)
    client.post("/me/hat/", {"hat": "H44.100:chair"})
    person = province.person("chutich1")
    commands.end_holding(holding=person.holdings.get(), by=province.actor("quantri1"))
    assert client.get("/me/").wsgi_request.actor.post_code is None  # type: ignore[attr-defined]


def test_rules_know_their_applicant(province: Province) -> None:
    known = commands.applicant_of(province.actor("doanhnghiep1"))
    assert (known["kind"], known["id_number"]) == ("firm", "0100109106")
