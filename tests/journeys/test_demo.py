"""A visitor's five minutes: the walk, a card, three desks at once, the bench for forging."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.people import PATIENCE, Person

pytestmark = pytest.mark.timeout(600)
Enter = Callable[..., Person]


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_visitor_walks_through(enter: Enter, phone: bool) -> None:
    """Whoever saw the number is asked again, whoever did not see it stands; a card makes a visitor somebody."""
    visitor = enter(phone=phone)
    visitor.open("/demo/")
    visitor.look("demo-walk")
    visitor.open("/demo/forge/")
    visitor.look("demo-forge")
    visitor.open("/demo/together/")
    visitor.look("demo-together-before")
    visitor.page.locator("main form button").first.click()
    desks = visitor.page.locator(".xt-demo-desk")
    expect(desks).to_have_count(3)
    for answered in range(3):
        visitor.page.locator(".xt-demo-desk form button").first.click()
        expect(visitor.page.locator(".xt-demo-desk form button")).to_have_count(
            2 - answered, timeout=PATIENCE
        )
    assert "form." not in desks.first.inner_text()
    visitor.page.locator("#change").click()
    expect(visitor.page.locator(".xt-demo-desk form button")).to_have_count(2, timeout=PATIENCE)
    visitor.look("demo-together")
    visitor.open("/accounts/login/")
    visitor.page.locator("form[action='/demo/enter/chutich1/'] button").click()
    expect(visitor.page.locator(".xt-account")).to_be_visible()
