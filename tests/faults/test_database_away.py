"""The database gone for ten seconds, stopped or frozen, while a person has a form open and sends it."""

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.authority import Running, program, standing, surroundings
from tests.faults.processes import alive, command, descendants, wait_until
from tests.journeys.conftest import FLAGS
from tests.journeys.people import PASSWORD, Person, example
from xactin.web.launcher.data_folder import DataFolder
from xactin.web.launcher.postgres import Cluster

pytestmark = pytest.mark.timeout(600)
AWAY = 10.0  # seconds
FORM = "/procedures/1.001193/apply/"
NAME = "requester.full_name"


@pytest.fixture(scope="module")
def authority() -> Iterator[Running]:
    """A demo authority that answers."""
    with standing("away", XACTIN_DEMO_PASSWORD=PASSWORD) as running:
        yield running


@pytest.fixture
def person(authority: Running) -> Iterator[Person]:
    """A citizen with a form filled in and saved as a draft."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS.split())
        one = Person(browser, f"http://localhost:{authority.port}")
        one.sign_in("congdan3")
        one.open(FORM)
        one.fill(example("birth-registration")["data"])
        one.page.fill(f"[name='{NAME}']", "Đỗ Thị Đào")
        expect(one.page.locator("[data-draft-state]")).to_contain_text("Đã lưu nháp", timeout=20_000)
        yield one
        one.leave()
        browser.close()


@contextmanager
def stopped(running: Running) -> Iterator[None]:
    """No server for ten seconds: its supervisor sleeps, or it would be back at once."""
    servers = running.pids("postgres")
    os.kill(running.process.pid, signal.SIGSTOP)
    os.kill(min(running.pids("bin/postgres")), signal.SIGINT)
    wait_until(lambda: not alive(servers), what="the end of the server")
    until = time.monotonic() + AWAY
    try:
        yield
        time.sleep(max(0, until - time.monotonic()))
    finally:
        os.kill(running.process.pid, signal.SIGCONT)
    wait_until(lambda: running.health() is not None, 60, "health after the server came back")


def freeze(running: Running) -> threading.Timer:
    """A server that takes connections and says nothing, for ten seconds from now."""
    servers = [pid for pid in descendants(running.process.pid) if "postgres" in command(pid)]
    assert len(servers) > 4

    def thaw() -> None:
        for pid in servers:
            os.kill(pid, signal.SIGCONT)

    for pid in servers:
        os.kill(pid, signal.SIGSTOP)
    timer = threading.Timer(AWAY, thaw)
    timer.start()
    return timer


def ask(running: Running, query: LiteralString) -> int:
    """One number from the authority's database."""
    with psycopg.connect(Cluster(DataFolder(running.data)).url()) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def last_timer(running: Running) -> int:
    """When periodic work was last put into the queue: it is, every five seconds."""
    return ask(running, "SELECT coalesce(max(defer_timestamp), 0) FROM procrastinate_periodic_defers")


def sound(running: Running) -> None:
    """Everything goes on: timers, the log, and the proof."""
    before = last_timer(running)
    wait_until(lambda: last_timer(running) > before, 30, "the next periodic job")
    wait_until(lambda: ask(running, "SELECT count(*) FROM ledger_unsequenced") == 0, 30, "the log's turn")
    wait_until(lambda: running.health() is not None, 30, "health")
    told = subprocess.run(
        [program(), "audit", "--data", str(running.data)],
        env=surroundings(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.endswith("audit: clean\n"), told.stdout + told.stderr


def test_what_is_entered_while_the_server_is_stopped_is_kept_and_sent_afterwards(
    authority: Running, person: Person
) -> None:
    """The page says that the draft is not saved, does not let go of it, and saves it by itself later."""
    page, state = person.page, person.page.locator("[data-draft-state]")
    with stopped(authority):
        page.fill(f"[name='{NAME}']", "Đỗ Thị Mận")
        expect(state).to_contain_text("Chưa lưu được nháp", timeout=20_000)
        person.press("Tiếp tục")
        expect(page.locator(f"[name='{NAME}']")).to_have_value("Đỗ Thị Mận")
    expect(state).to_contain_text("Đã lưu nháp", timeout=30_000)
    person.press("Tiếp tục")
    person.see("Đỗ Thị Mận")
    person.press("Ký xác nhận và nộp")
    assert person.number()
    assert [one for one in person.troubles if "status of 503" not in one] == []
    sound(authority)


def test_a_form_sent_while_the_server_is_stopped_is_sent_again_or_taken_up_from_the_draft(
    authority: Running, person: Person
) -> None:
    """503 at once, in the person's language, with both ways on."""
    page, filled = person.page, example("birth-registration")["data"]
    with stopped(authority):
        with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            person.press("Tiếp tục")
        assert sent.value.status == 503
        assert sent.value.headers["retry-after"] == "5"
        person.see("Không có dữ liệu nào bị mất")
        person.see("trình duyệt sẽ gửi lại những gì Ông/Bà đã nhập")
        expect(page.get_by_role("link", name="Quay lại")).to_have_attribute("href", re.compile(FORM + "$"))
        person.look("database-away")
        page.go_back()
        person.see("Không có dữ liệu nào bị mất")  # not the empty form of before
        page.go_forward()
    page.reload()  # the browser sends it once more
    person.see("Ký xác nhận và nộp")
    person.open(FORM)
    expect(page.locator(f"[name='{NAME}']")).to_have_value("Đỗ Thị Đào")
    expect(page.locator("[name='child.full_name']")).to_have_value(filled["child"]["full_name"])
    assert [one for one in person.troubles if "status of 503" not in one] == []


def test_a_form_sent_while_the_server_is_frozen_is_done_once(authority: Running, person: Person) -> None:
    """Over a connection that stands the request waits; a new connection is given up after five seconds: 503."""
    page, before = person.page, ask(authority, "SELECT count(*) FROM cases_case")
    person.press("Tiếp tục")
    person.see("Ký xác nhận và nộp")
    timer, begun = freeze(authority), time.monotonic()
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        person.press("Ký xác nhận và nộp")
    status, took = sent.value.status, time.monotonic() - begun
    timer.join()
    assert (status == 302 and took > AWAY - 1) or (status == 503 and took > 4), (status, took)
    if status == 503:
        person.see("Không có dữ liệu nào bị mất")
        page.reload()  # the browser sends it once more
    assert person.number()
    assert ask(authority, "SELECT count(*) FROM cases_case") == before + 1
    sound(authority)
