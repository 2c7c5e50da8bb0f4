"""The page about the API works in a browser: all of it comes from us, and the content policy lets it run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


@pytest.fixture
def page(live_server: LiveServer, settings: pytest.FixtureRequest) -> Iterator[Page]:
    # Playwright runs an event loop in this thread; Django would refuse to work beside it.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(base_url=live_server.url)
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.mark.django_db(transaction=True)
def test_the_page_of_the_api(page: Page, live_server: LiveServer) -> None:
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto("/api/v1/docs")
    expect(page.get_by_text("/api/v1/procedures/{code}").first).to_be_visible(timeout=20_000)
    page.get_by_text("/api/v1/procedures/{code}").first.click()
    expect(page.get_by_role("button", name="Try it out")).to_be_visible()
    assert told == []
    assert all(url.startswith((live_server.url, "data:")) for url in asked), asked
