"""The pages and the API: who gets in, and in which words."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from procrastinate.contrib.django import app as queue
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from xactin.identity import commands, jobs
from xactin.identity.models import ApiToken, Post, SigningKey
from xactin.identity.testing import PASSWORD, Province
from xactin.identity.tests.passkeys import registration
from xactin.identity.tests.visits import signed_in
from xactin.identity.web.sign_in.devices import device_text
from xactin.kernel.testing import SoftPasskey
from xactin.ledger.clock import now
from xactin.ledger.errors import MandateEnded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_vietnamese")]


def test_account_mail_is_sent_by_the_queue(province: Province, mailoutbox: list[Any]) -> None:
    Client().post("/accounts/password/reset/", {"email": "congdan1@example.vn"})
    job = ProcrastinateJob.objects.get(task_name="identity.send_account_mail")
    jobs.send_account_mail(**job.args)
    [mail] = mailoutbox
    assert mail.to == ["congdan1@example.vn"]
    assert "/accounts/password/reset/key/" in mail.body
    assert queue.tasks["identity.send_account_mail"].retry_strategy is not None


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
