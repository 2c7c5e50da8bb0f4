"""What people are known by and sign in with is attested when it is written, and named when it is changed by SQL."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.test import Client

from xactin.identity import commands
from xactin.identity.attestations.attested_rows import ACT, attest_standing, fold_names_again
from xactin.identity.models import Account, ApiToken
from xactin.identity.queries import actor_for
from xactin.identity.testing import PASSWORD, small_province
from xactin.ledger.audit import run_audit
from xactin.ledger.queries import entries_of
from xactin.ledger.testing import sequence_all

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Account]:
    """A citizen with a confirmed address, a token and a second factor. Made once; what a test does is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        small_province()
        found = Account.objects.get(username="congdan1")
        commands.create_token(found, "máy tính")
        Authenticator.objects.create(user=found, type="totp", data={"secret": "x"})
        sequence_all()
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def account(made: Account) -> Account:
    """The citizen as a test finds them."""
    return Account.objects.get(pk=made.pk)


def attested(account: Account) -> int:
    return sum(row.statement["act"] == ACT for row in entries_of(f"person:{account.person_id}"))


def texts(account: Account) -> list[str]:
    subject = f"person:{account.person_id}"
    return [one.text for one in run_audit(1) if one.subject == subject]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("identity_person SET full_name = 'Người Khác' WHERE id = {person}", "person"),
        ("identity_person SET id_number = '001085000001' WHERE id = {person}", "person"),
        ("identity_account SET password = 'md5$x$00' WHERE id = {account}", "account"),
        ("identity_account SET email = 'b@vidu.vn' WHERE id = {account}", "account"),
        ("identity_apitoken SET digest = repeat('0', 64) WHERE account_id = {account}", "tokens"),
        (
            "identity_apitoken SET expires_at = expires_at + interval '1 year' WHERE account_id = {account}",
            "tokens",
        ),
        ("account_emailaddress SET email = 'b@vidu.vn' WHERE user_id = {account}", "addresses"),
        ('mfa_authenticator SET data = \'{{"secret": "y"}}\' WHERE user_id = {account}', "factors"),
    ],
)
def test_a_row_changed_by_sql_is_named(account: Account, change: str, kind: str) -> None:
    assert run_audit(1) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE " + change.format(person=f"'{account.person_id}'", account=account.pk))
        assert cursor.rowcount == 1
    assert texts(account) == [f"{kind}: the rows are not those that were last attested"]


def test_an_account_given_to_another_person_is_named(account: Account) -> None:
    other, nobody = Account.objects.get(username="congdan2"), commands.enrol_person(full_name="Không Ai")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_account SET person_id = %s WHERE id = %s", [nobody.pk, other.pk])
        cursor.execute(
            "UPDATE identity_account SET person_id = %s WHERE id = %s", [other.person_id, account.pk]
        )
    assert any(text.startswith("account:") for text in texts(account))
    assert any(text.startswith("account:") for text in texts(other))


def test_a_second_factor_taken_away_by_sql_is_named(account: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mfa_authenticator")
    assert texts(account) == ["factors: the rows are not those that were last attested"]


def test_what_people_do_leaves_the_audit_clean(account: Account) -> None:
    """Each way in which such a row is written: by commands, by allauth, and by a password hashed anew at sign-in."""
    by = actor_for("congdan1")
    commands.edit_profile(by=by, phone="0912345678", address="Thôn 2")
    token = commands.create_token(account)
    commands.revoke_token(by=by, token=ApiToken.objects.latest("pk").pk)
    Authenticator.objects.get(user=account).delete()
    assert token
    account.set_password("mot-mat-khau-moi")
    account.save()
    EmailAddress.objects.get(user=account).delete()
    assert run_audit(1) == []


def test_a_password_hashed_anew_at_sign_in_is_attested_and_a_sign_in_alone_is_not(
    account: Account, settings: Any
) -> None:
    before = attested(account)
    Client().post("/accounts/login/", {"login": "congdan1", "password": PASSWORD})
    assert attested(account) == before
    old = Account.objects.get(pk=account.pk).password
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert Account.objects.get(pk=account.pk).check_password(PASSWORD)
    assert Account.objects.get(pk=account.pk).password != old
    assert attested(account) == before + 1
    assert run_audit(1) == []


def test_rows_from_before_are_attested_once(account: Account) -> None:
    """An upgrade takes over what stands, and no later one does."""
    assert attest_standing() == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_person SET full_name = 'Người Khác' WHERE id = %s", [account.person_id]
        )
    assert attest_standing() == 0
    assert texts(account)


def test_a_new_person_is_one_entry(account: Account) -> None:
    made = commands.make_person_account(username="moi", password=PASSWORD, full_name="Mới", email="c@vidu.vn")
    assert attested(made) == 1
    assert run_audit(1) == []


def test_names_of_before_are_searched_anew_unless_somebody_wrote_them_by_sql(account: Account) -> None:
    person = account.person
    person.full_name, person.folded_name = "H’Nga Ƀlam", "h’nga ƀlam"  # as an earlier version folded it
    person.save()
    assert fold_names_again() == 1
    person.refresh_from_db()
    assert person.folded_name == "hnga blam"
    assert (fold_names_again(), texts(account)) == (0, [])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_person SET full_name = 'Y Ƀam' WHERE id = %s", [person.pk])
    assert fold_names_again() == 0
    assert texts(account)
