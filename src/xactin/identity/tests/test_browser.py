"""A real browser with a virtual authenticator: passkeys that sign, passkeys that sign in, pages that fit."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from xactin.identity import commands, queries
from xactin.identity.models import SigningKey
from xactin.identity.testing import PASSWORD, Province, small_province
from xactin.kernel.attestation import make_statement
from xactin.kernel.signatures import challenge
from xactin.ledger.clock import now
from xactin.vault.ids import new_id

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).resolve().parents[4] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright runs an event loop in this thread; Django would refuse to work beside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def people(transactional_db: None, live_server: LiveServer, settings: Settings) -> Province:
    settings.XACTIN_URL = live_server.url
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    cache.clear()
    queries.forget_tree()
    return small_province()


def context_of(browser: Browser, live_server: LiveServer, **options: Any) -> BrowserContext:
    context = browser.new_context(base_url=live_server.url, locale="vi-VN", **options)
    context.set_default_timeout(15_000)
    return context


def with_authenticator(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_in(page: Page, username: str) -> None:
    page.goto("/accounts/login/?next=/me/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url("**/me/")


def confirm_password(page: Page) -> None:
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Xác nhận").click()


def test_a_passkey_is_enrolled_and_signs_a_statement(
    browser: Browser, live_server: LiveServer, people: Province
) -> None:
    context = context_of(browser, live_server)
    page = context.new_page()
    with_authenticator(page)
    sign_in(page, "chutich1")
    page.goto("/me/keys/add/")
    confirm_password(page)
    page.get_by_label("Tên").fill("điện thoại")
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    page.wait_for_url("**/me/keys/")
    expect(page.get_by_text("Khóa truy cập (passkey): điện thoại")).to_be_visible()
    key = SigningKey.objects.get(custody="passkey")

    signing = queries.signing_with(people.actor("chutich1"))
    assert signing is not None
    statement = make_statement(
        id=str(new_id()),
        authority="H44",
        subject=f"case:{uuid4()}",
        act="case.approve.approve",
        by=signing.by(),
        at=now(),
        key=key.id,
    )
    credential = page.evaluate(
        "async options => (await import('/static/identity/passkey.js')).signWithPasskey(options)",
        commands.passkey_options(signing, challenge(statement)),
    )
    commands.verify(signing, statement, commands.passkey_signature(credential))
    context.close()


def test_a_device_that_does_not_confirm_is_told_in_words(
    browser: Browser, live_server: LiveServer, people: Province
) -> None:
    context = context_of(browser, live_server)
    page = context.new_page()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True}
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"hasResidentKey": True, "isUserVerified": False}},
    )
    sign_in(page, "chutich1")
    page.goto("/me/keys/add/")
    confirm_password(page)
    page.get_by_role("button", name="Đăng ký", exact=True).click()
    expect(page.locator("[data-told]:visible")).to_have_text(re.compile("Chưa có khóa nào"), timeout=10_000)
    assert not SigningKey.objects.filter(custody="passkey").exists()
    context.close()


def test_one_signs_in_with_a_passkey_and_comes_back(
    browser: Browser, live_server: LiveServer, people: Province
) -> None:
    context = context_of(browser, live_server)
    page = context.new_page()
    with_authenticator(page)
    sign_in(page, "congdan1")
    page.goto("/accounts/2fa/webauthn/add/")
    confirm_password(page)
    page.get_by_label("Đăng nhập không cần mật khẩu").check()
    page.get_by_role("button", name="Thêm", exact=True).click()
    page.wait_for_url(lambda url: not url.endswith("/add/"))
    page.wait_for_load_state("networkidle")
    context.clear_cookies()
    page.goto("/accounts/login/?next=/me/keys/")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    page.wait_for_url("**/me/keys/")
    context.close()


PAGES = {
    "congdan1": ["/me/", "/me/keys/", "/me/tokens/", "/accounts/2fa/", "/accounts/sessions/"],
    "quantri1": [
        "/agencies/",
        "/agencies/H44.100/",
        "/agencies/H44/add/",
        "/agencies/H44.100.01/add/",
        "/agencies/H44.100/posts/add/",
        "/agencies/posts/H44.100:clerk/appoint/?q=minh",
    ],
    "": ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"],
}


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("username", PAGES)
def test_pages_fit_and_axe_finds_nothing(
    browser: Browser, live_server: LiveServer, people: Province, username: str, width: int
) -> None:
    # axe is put in by the test, which the content policy of a page would rightly refuse.
    context = context_of(browser, live_server, viewport={"width": width, "height": 800}, bypass_csp=True)
    page = context.new_page()
    if username:
        sign_in(page, username)
    told = {}
    for path in PAGES[username]:
        page.goto(path)
        if "reauthenticate" in page.url:
            confirm_password(page)
        page.wait_for_load_state("networkidle")
        if folder := os.environ.get("XACTIN_SCREENS"):
            name = path.strip("/").replace("/", "-").replace("?", "-").replace(":", "-")
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            told[path] = ["wider than the screen"]
        page.add_script_tag(path=AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        told[path] = told.get(path, []) + [
            (one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found["violations"]
        ]
    context.close()
    assert {path: faults for path, faults in told.items() if faults} == {}
