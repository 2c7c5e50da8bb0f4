"""One demo authority and one browser for all journeys."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.authority import Running, standing
from tests.journeys.people import PASSWORD, Person

FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
    " --disable-sync --disable-dev-shm-usage --force-color-profile=srgb"
)


@dataclass
class Lent:
    """A demo authority that somebody runs already, for writing journeys: `XACTIN_JOURNEYS=8000:<data folder>`."""

    port: int
    data: Path


@pytest.fixture(scope="session")
def authority() -> Iterator[Running | Lent]:
    """A demo authority that answers; its data goes with it."""
    if lent := os.environ.get("XACTIN_JOURNEYS"):
        port, _, data = lent.partition(":")
        yield Lent(int(port), Path(data))
        return
    with standing("journeys", XACTIN_DEMO_PASSWORD=PASSWORD) as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium of this machine, or the one that playwright keeps.

    One for each journey: while playwright runs, its event loop would keep Django from the database.
    """
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        running = playwright.chromium.launch(executable_path=found, args=FLAGS.split())
        yield running
        running.close()


@pytest.fixture
def enter(authority: Running, browser: Browser) -> Iterator[Callable[..., Person]]:
    """`enter("congdan1", phone=True)`: somebody with a browser of their own, signed in if named."""
    people: list[Person] = []

    def entered(name: str = "", *, phone: bool = False, script: bool = True) -> Person:
        person = Person(browser, f"http://localhost:{authority.port}", phone=phone, script=script)
        people.append(person)
        if name:
            person.sign_in(name)
        return person

    yield entered
    for person in people:
        person.leave()
    assert [trouble for person in people for trouble in person.troubles] == []
