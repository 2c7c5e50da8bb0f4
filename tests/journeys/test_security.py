"""A person protects their account: a second factor, codes for the day it is lost, sessions ended."""

import random
import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tests.journeys.people import PASSWORD, Person
from tests.journeys.test_administration import sign_up

both = pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])


def again(person: Person) -> None:
    """Gives the password once more where a page asks for it."""
    person.page.wait_for_load_state("networkidle")
    if "reauthenticate" in person.page.url:
        person.page.fill("[name=password]", PASSWORD)
        person.press("Xác nhận")
        expect(person.page.locator("[name=password]")).to_have_count(0)


@both
def test_a_second_factor_its_recovery_codes_and_a_session_elsewhere(
    enter: Callable[..., Person], phone: bool
) -> None:
    person = enter(phone=phone)
    username = sign_up(person, "Đặng Thị " + "".join(random.choices("aeghiklmnotuy", k=7)).capitalize())
    person.open("/me/")
    person.press("Xác thực hai lớp")
    person.look("second-factor")
    person.open("/accounts/2fa/totp/activate/")
    again(person)
    secret = re.search(r'value="([A-Z2-7]{16,})"', person.page.content())
    assert secret
    person.look("second-factor-app")
    person.page.fill("[name=code]", _code(secret[1]))
    person.press("Bật")
    person.see("Mã chưa dùng")
    person.look("recovery-codes")
    codes = person.page.locator("#recovery_codes").input_value().split()
    assert len(codes) == 10

    elsewhere = enter(phone=phone)
    elsewhere.open("/accounts/login/?next=/me/")
    elsewhere.page.fill("[name=login]", username)
    elsewhere.page.fill("[name=password]", PASSWORD)
    elsewhere.page.locator("main form button").first.click()
    elsewhere.page.wait_for_url("**/2fa/authenticate/**")
    elsewhere.look("second-factor-asked")
    elsewhere.page.fill("[name=code]", codes[0])  # the phone with the app is lost
    elsewhere.page.locator("main form button").first.click()
    elsewhere.page.wait_for_url("**/me/")

    person.open("/accounts/sessions/")
    expect(person.page.locator("main li.xt-card")).to_have_count(2)
    person.look("sessions")
    person.press("Đăng xuất phiên này")
    person.see("Đã đăng xuất khỏi phiên đó")
    elsewhere.open("/me/")
    assert "/accounts/login/" in elsewhere.page.url


@both
def test_an_address_and_a_token(enter: Callable[..., Person], phone: bool) -> None:
    person = enter(phone=phone)
    sign_up(person, "Đặng Thị " + "".join(random.choices("aeghiklmnotuy", k=7)).capitalize())
    person.open("/me/")
    person.see("Chưa xác nhận")
    person.look("me-unconfirmed")
    person.press("Xác nhận hoặc thay đổi")
    person.look("email")
    person.open("/me/tokens/")
    person.look("tokens-none")
    person.page.fill("[name=label]", "máy tính")
    person.page.select_option("[name=days]", "30")
    person.press("Tạo mã mới")
    again(person)  # what was entered is not lost
    person.see("Mã hết hạn lúc")
    person.see("máy tính")
    person.look("tokens")


def _code(secret: str) -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
