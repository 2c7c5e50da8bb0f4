"""The pages and the API: who gets in, where sign-in leads, what wrong input is told."""

import json
import re
import time
from base64 import b32decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from procrastinate.contrib.django import app as queue
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from xactin.identity import commands, jobs
from xactin.identity.models import Account, ApiToken, Post, SigningKey
from xactin.identity.testing import PASSWORD, Province
from xactin.identity.tests.passkeys import registration
from xactin.identity.web.sign_in.adapters import AccountAdapter
from xactin.identity.web.sign_in.devices import device_text
from xactin.kernel.testing import SoftPasskey
from xactin.ledger.clock import now
from xactin.ledger.errors import MandateEnded

pytestmark = pytest.mark.django_db
SIGNUP = {
    "full_name": "Lê  Thị Thử",
    "id_number": "025 199 000 777",
    "phone": "+84 912 000 777",
    "email": "thu@example.vn",
    "username": "lethithu",
    "password1": "một mật khẩu dài",
    "password2": "một mật khẩu dài",
}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    with translation.override("vi"):
        yield


def signed_in(username: str, *, recently: bool = True) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    if recently:
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


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


def test_account_mail_is_sent_by_the_queue(province: Province, mailoutbox: list[Any]) -> None:
    Client().post("/accounts/password/reset/", {"email": "congdan1@example.vn"})
    job = ProcrastinateJob.objects.get(task_name="identity.send_account_mail")
    jobs.send_account_mail(**job.args)
    [mail] = mailoutbox
    assert mail.to == ["congdan1@example.vn"]
    assert "/accounts/password/reset/key/" in mail.body
    assert queue.tasks["identity.send_account_mail"].retry_strategy is not None


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


def test_signing_passkeys_are_enrolled_after_the_password_is_asked_again(province: Province) -> None:
    client = signed_in("chutich1", recently=False)
    assert "/accounts/reauthenticate/" in client.get("/me/keys/add/")["Location"]
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/me/keys/add/")
    held = SoftPasskey("page", rp_id=settings.XACTIN_RP_ID, origin=settings.XACTIN_URL)
    answer = registration(held, page.context["options"]["challenge"])
    sent = {"started": page.context["started"], "credential": json.dumps(answer), "label": "A"}
    assert client.post("/me/keys/add/", sent)["Location"] == "/me/keys/"
    key = SigningKey.objects.get(custody="passkey")
    assert key.label == "A"
    assert client.post(f"/me/keys/{key.id}/revoke/").status_code == 302
    assert client.post("/me/keys/rotate/").status_code == 302
    assert client.get("/me/keys/").content.decode().count("Đã kết thúc") == 2


def test_a_wrong_passkey_answer_is_told_in_words(province: Province) -> None:
    client = signed_in("chutich1")
    page = client.get("/me/keys/add/")
    sent = {"started": page.context["started"], "credential": "{}"}
    shown = client.post("/me/keys/add/", sent, follow=True).content.decode()
    assert "khóa chưa được đăng ký" in shown
    assert client.post("/me/keys/add/", {"started": "x"}).status_code == 404


def test_a_token_made_on_the_page_is_shown_once(province: Province) -> None:
    client = signed_in("congdan1")
    assert client.post("/me/tokens/", {"label": "máy tính", "days": "9999"}).status_code == 422
    page = client.post("/me/tokens/", {"label": "máy tính", "days": "30"})
    assert (ApiToken.objects.get().expires_at - now()).days == 29
    assert page["Cache-Control"] == "no-store"
    assert page.context["made"] in page.content.decode()
    assert page.context["made"] not in client.get("/me/tokens/").content.decode()
    assert client.post(f"/me/tokens/{ApiToken.objects.get().pk}/revoke/").status_code == 302


def test_an_administrator_appoints_and_ends_on_pages(province: Province) -> None:
    client = signed_in("quantri1")
    assert "Sở Xây dựng" in client.get("/agencies/?q=so xay dung").content.decode()
    page = client.get("/agencies/posts/H44.100:clerk/appoint/?q=tran van minh").content.decode()
    person = province.person("congdan2")
    assert str(person.id) in page
    answer = client.post("/agencies/posts/H44.100:clerk/appoint/", {"person": str(person.id)})
    assert answer["Location"] == "/agencies/H44.100/"
    assert "Trần Văn Minh" in client.get("/agencies/H44.100/").content.decode()
    holding = person.holdings.get()
    assert client.post(f"/agencies/holdings/{holding.id}/end/").status_code == 302
    assert client.post(f"/agencies/holdings/{holding.id}/end/").status_code == 404
    assert client.post("/agencies/posts/H44.100:chair/policy/", {"passkey": "yes"}).status_code == 302
    assert Post.objects.get(code="H44.100:chair").requires_passkey


@pytest.mark.parametrize(
    ("username", "path", "status"),
    [
        ("congdan1", "/agencies/", 403),
        ("congdan1", "/agencies/posts/H44.100:clerk/appoint/", 403),
        ("chutich1", "/agencies/", 200),
        ("chutich1", "/agencies/posts/H44.100:clerk/appoint/", 403),
        ("thanhtra1", "/agencies/H44.100/", 200),
        ("quantri1", "/agencies/H44.999/", 404),
    ],
)
def test_who_sees_agencies(province: Province, username: str, path: str, status: int) -> None:
    assert signed_in(username).get(path).status_code == status


def test_programs_say_who_they_are_by_token_and_header(province: Province) -> None:
    token = commands.create_token(province.accounts["chutich1"])
    client = Client(headers={"authorization": f"Bearer {token}"})
    me = client.get("/api/v1/me").json()
    assert (me["post"], me["role"]) == ("H44.100:chair", "chair")
    assert [hat["post"] for hat in me["hats"]] == ["H44.100:chair", None]
    assert client.get("/api/v1/me", headers={"xactin-post": "self"}).json()["post"] is None
    wrong = client.get("/api/v1/me", headers={"xactin-post": "H44:administrator"})
    assert wrong.status_code == 403
    assert wrong["Content-Type"] == "application/problem+json"
    unknown = Client(headers={"authorization": "Bearer xt_nothing"}).get("/api/v1/me")
    assert unknown.status_code == 401
    assert unknown["Content-Type"] == "application/problem+json"
    ApiToken.objects.update(expires_at=now() - timedelta(seconds=1))
    ended = client.get("/api/v1/me", headers={"accept-language": "vi"})
    assert (ended.status_code, ended.json()["code"]) == (401, "token_ended")
    assert "hết hạn" in ended.json()["title"]
    assert ended["WWW-Authenticate"].startswith("Bearer")
    assert "H44.100" in [agency["code"] for agency in Client().get("/api/v1/agencies").json()]


PAGES = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
]
OWN_PAGES = [
    "/me/",
    "/me/keys/",
    "/me/keys/add/",
    "/me/tokens/",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/sessions/",
    "/accounts/reauthenticate/",
]
ENGLISH = re.compile(
    r"\b(Login|bạn|Bạn|the|your|you|Sign|Password|password|Email|Username|Change|Add|Remove|key|code|Are|Current|Started)\b"
)


def _words(page: str) -> str:
    """What a person reads of a page."""
    bare = re.sub(r"<(script|style|noscript)\b.*?</\1>", " ", page, flags=re.S)
    main = bare[bare.index("<main") : bare.index("</main>")]
    return re.sub(r"<[^>]+>", " ", main)


@pytest.mark.parametrize("path", PAGES + OWN_PAGES)
def test_pages_are_never_mixed(province: Province, path: str) -> None:
    client = signed_in("congdan1") if path in OWN_PAGES else Client()
    answer = client.get(path)
    assert answer.status_code == 200
    words = _words(answer.content.decode())
    assert not ENGLISH.findall(words), words


def test_mail_leads_to_our_own_address_whatever_the_host_header_says(
    province: Province, mailoutbox: list[Any]
) -> None:
    Client().post(
        "/accounts/password/reset/", {"email": "congdan1@example.vn"}, headers={"host": "localhost:9"}
    )
    job = ProcrastinateJob.objects.get(task_name="identity.send_account_mail")
    jobs.send_account_mail(**job.args)
    [mail] = mailoutbox
    assert f"{settings.XACTIN_URL}/accounts/password/reset/key/" in mail.body
    assert "localhost:9" not in mail.body


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


def test_an_administrator_ended_just_now_is_told_so(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their mandate ended between the page and the act: a refusal, and no fault."""

    def ended(**_: Any) -> None:
        raise MandateEnded

    client = signed_in("quantri1")
    monkeypatch.setattr(commands, "require_passkey", ended)
    answer = client.post("/agencies/posts/H44:auditor/policy/", {"passkey": "yes"}, follow=True)
    assert answer.status_code == 200
    assert "Khóa ký này không còn" in answer.content.decode()


def test_an_address_is_confirmed_by_the_link_sent_to_it(
    province: Province, mailoutbox: list[Any], settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    client = signed_in("congdan1")
    assert "Chưa xác nhận" in client.get("/me/").content.decode()
    assert "Chưa xác nhận" in client.get("/notices/").content.decode()
    page = client.get("/accounts/email/").content.decode()
    assert 'name="action_send"' in page
    sent = client.post("/accounts/email/", {"email": "congdan1@example.vn", "action_send": "1"}, follow=True)
    assert "congdan1@example.vn" in sent.content.decode()
    jobs.send_account_mail(**ProcrastinateJob.objects.get(task_name="identity.send_account_mail").args)
    link = re.search(r"/accounts/confirm-email/\S+", mailoutbox[0].body)
    assert link
    assert client.post(link[0]).status_code == 302
    assert "Chưa xác nhận" not in client.get("/me/").content.decode()
    assert "congdan1@example.vn" in client.get("/notices/").content.decode()


def test_an_administrators_word_confirms_an_address(province: Province) -> None:
    by = province.actor("quantri1")
    commands.make_person_account(
        username="moi1", password=None, full_name="Người Mới", email="moi1@example.vn", by=by
    )
    confirmed = dict(EmailAddress.objects.values_list("email", "verified"))
    assert confirmed["moi1@example.vn"] is True
    assert confirmed["congdan1@example.vn"] is False  # made without anybody's word


def test_a_session_elsewhere_is_ended_and_only_ones_own(province: Province) -> None:
    here, elsewhere, other = signed_in("congdan1"), Client(), signed_in("congdan2")
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
    entered = {"login": "congdan1", "password": PASSWORD}
    elsewhere.post("/accounts/login/", entered, headers={"user-agent": phone})
    page = here.get("/accounts/sessions/").content.decode()
    assert "Safari, iPhone" in page
    [place] = re.findall(r"/me/sessions/\d+/end/", page)  # the session at hand has none
    assert "đã kết thúc" in other.post(place, follow=True).content.decode()
    assert elsewhere.get("/me/").status_code == 200
    assert "Đã đăng xuất khỏi phiên đó" in here.post(place, follow=True).content.decode()
    assert elsewhere.get("/me/").status_code == 302
    assert here.get("/me/").status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
            "Microsoft Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit Version/18 Safari/605", "Safari, macOS"),
        ("curl/8", "Thiết bị không rõ"),
    ],
)
def test_a_device_is_named_as_a_person_would(user_agent: str, device: str) -> None:
    assert device_text(user_agent) == device


def test_an_unknown_address_gets_no_mail(province: Province) -> None:
    answer = Client().post("/accounts/password/reset/", {"email": "nobody@example.vn"})
    assert answer["Location"] == "/accounts/password/reset/done/"
    assert not ProcrastinateJob.objects.filter(task_name="identity.send_account_mail").exists()
