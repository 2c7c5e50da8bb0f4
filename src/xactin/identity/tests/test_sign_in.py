"""Sign-in and sign-up: where they lead, what wrong input is told, whom guessing slows down."""

import re
import time
from base64 import b32decode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from xactin.identity.models import Account, SigningKey
from xactin.identity.testing import PASSWORD, Province
from xactin.identity.tests.visits import signed_in
from xactin.identity.web.sign_in.adapters import AccountAdapter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_vietnamese")]


SIGNUP = {
    "full_name": "Lê  Thị Thử",
    "id_number": "025 199 000 777",
    "phone": "+84 912 000 777",
    "email": "thu@example.vn",
    "username": "lethithu",
    "password1": "một mật khẩu dài",
    "password2": "một mật khẩu dài",
}


def test_sign_in_leads_back_to_where_one_was(province: Province) -> None:
    client = Client()
    asked = client.get("/me/keys/")
    assert asked["Location"] == "/accounts/login/?next=/me/keys/"
    page = client.get(asked["Location"]).content.decode()
    assert 'name="next" value="/me/keys/"' in page
    entered = {"login": "congdan1", "password": PASSWORD, "next": "/me/keys/"}
    assert client.post("/accounts/login/", entered)["Location"] == "/me/keys/"
    assert client.get("/me/keys/").status_code == 200


def test_who_signs_in_without_having_been_somewhere_comes_to_their_place(province: Province) -> None:
    for username, place in (("motcua1", "/desk/"), ("congdan1", "/")):
        entered = {"login": username, "password": PASSWORD}
        assert Client().post("/accounts/login/", entered)["Location"] == place


def test_a_session_that_ends_on_a_form_comes_back_to_its_page(province: Province) -> None:
    client, form = Client(), "/me/hat/"
    sign_in = client.post(form, {"hat": "-"})["Location"]
    assert sign_in == f"/accounts/login/?next={form}"
    entered = {"login": "congdan1", "password": PASSWORD, "next": form}
    assert client.post("/accounts/login/", entered)["Location"] == form
    page = client.get(form, follow=True)
    assert (page.redirect_chain, page.status_code) == ([("/me/", 302)], 200)


def test_sign_in_does_not_lead_off_the_site(province: Province) -> None:
    entered = {"login": "congdan1", "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/accounts/login/", entered)["Location"] == "/"


def test_guessing_passwords_is_slowed_down(province: Province) -> None:
    client = Client()
    for _ in range(6):
        client.post("/accounts/login/", {"login": "congdan1", "password": "wrong"})
    answer = client.post("/accounts/login/", {"login": "congdan1", "password": PASSWORD})
    assert answer.status_code == 200  # refused although right: the form is shown again
    assert "_auth_user_id" not in client.session


def test_a_citizen_makes_an_account_with_a_person_and_a_key(province: Province) -> None:
    client = Client()
    answer = client.post("/accounts/signup/", SIGNUP)
    assert answer.status_code == 302, answer.content.decode()
    account = Account.objects.select_related("person").get(username="lethithu")
    assert (account.person.full_name, account.person.id_number) == ("Lê Thị Thử", "025199000777")
    assert account.person.phone == "0912000777"
    assert SigningKey.objects.filter(person=account.person, custody="server").count() == 1
    assert client.get("/me/").status_code == 200
    # The mail that confirms the address waits in the queue, sealed, and is sent from there.
    job = ProcrastinateJob.objects.get(task_name="identity.send_account_mail")
    assert "example.vn" not in str(job.args)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id_number", "12345"),
        ("phone", "1022"),
        ("full_name", "Thử"),
        ("password1", "12345678901"),
        ("username", "congdan1"),
        ("email", "not mail"),
    ],
)
def test_wrong_input_is_told_at_its_field_and_loses_nothing(
    province: Province, field: str, value: str
) -> None:
    answer = Client().post("/accounts/signup/", SIGNUP | {field: value})
    page = answer.content.decode()
    assert field in answer.context["form"].errors
    assert 'aria-invalid="true"' in page
    assert "Lê  Thị Thử" in page or field == "full_name"
    assert not Account.objects.filter(username="lethithu").exists()


def test_of_two_sign_ups_at_once_the_later_is_told_at_the_field(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if both forms had looked before either was written."""
    Client().post("/accounts/signup/", SIGNUP)
    monkeypatch.setattr(AccountAdapter, "clean_username", lambda adapter, username, **more: username)
    answer = Client().post("/accounts/signup/", SIGNUP | {"email": "khac@example.vn"})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["username"]
    assert Account.objects.filter(username__startswith="lethithu").count() == 1


def test_wrong_passwords_lock_out_only_where_they_are_typed(province: Province) -> None:
    owner, wrong = signed_in("congdan1"), {"login": "congdan1", "password": "sai sai sai sai"}
    owner.post("/accounts/logout/")
    for _ in range(6):
        refused = Client(REMOTE_ADDR="203.0.113.9").post("/accounts/login/", wrong)
    assert "quá nhiều" in refused.content.decode().lower()
    right = wrong | {"password": PASSWORD}
    assert Client(REMOTE_ADDR="203.0.113.9").post("/accounts/login/", right).status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.10").post("/accounts/login/", right).status_code == 302
    owner.defaults["REMOTE_ADDR"] = "203.0.113.9"  # a known browser, behind the same address
    assert owner.post("/accounts/login/", right).status_code == 302


def test_a_known_browser_counts_its_own_tries_and_a_forged_one_is_a_stranger(province: Province) -> None:
    known = signed_in("congdan1")
    known.post("/accounts/logout/")
    wrong = {"login": "congdan1", "password": "sai sai sai sai"}
    for _ in range(6):
        refused = known.post("/accounts/login/", wrong)
    assert "quá nhiều" in refused.content.decode().lower()
    forged = Client(REMOTE_ADDR="203.0.113.11")
    forged.cookies["xactin_device"] = f"abc:{province.accounts['congdan1'].pk}:not-signed"
    for _ in range(6):
        forged.post("/accounts/login/", wrong)
    right = wrong | {"password": PASSWORD}
    assert forged.post("/accounts/login/", right).status_code == 200


def test_totp_secrets_are_sealed_and_work(province: Province) -> None:
    client = signed_in("congdan1")
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'value="([A-Z2-7]{16,})"', page)
    assert found
    secret = found[1]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert b32decode(secret) not in stored.encode()
    other = Client()
    answer = other.post("/accounts/login/", {"login": "congdan1", "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in other.session


def test_passkeys_for_sign_in_belong_to_the_name_in_the_settings(province: Province) -> None:
    client = signed_in("congdan1")
    page = client.get("/accounts/2fa/webauthn/add/")
    assert page.wsgi_request.get_host() != settings.XACTIN_RP_ID
    assert page.context["js_data"]["creation_options"]["publicKey"]["rp"]["id"] == settings.XACTIN_RP_ID


def test_the_rate_of_sign_ins_counts_by_the_address_our_proxy_saw(
    province: Province, settings: Settings
) -> None:
    """Not by the proxy's own, which all people share, nor by what a stranger writes into the header."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
    cache.clear()

    def status(seen: str) -> int:
        sent = {"login": "motcua1", "password": "wrong"}
        return Client().post("/accounts/login/", sent, headers={"x-forwarded-for": seen}).status_code

    tried = [status(f"203.0.113.{number}, 198.51.100.7") for number in range(4)]
    assert tried[-1] == 429
    assert 429 not in tried[:3]
    assert status("198.51.100.8") != 429
    cache.clear()
