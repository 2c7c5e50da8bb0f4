"""A person who works by keyboard alone: keys counted, the mouse never touched."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from tests.journeys.people import inputs_of, spelled


class Keyboard:
    """A keyboard and a scanner, and nothing else; keys are counted, the scanner's are nobody's."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        """One key after another."""
        for key in keys:
            self.page.keyboard.press(key)
        self.pressed += len(keys)

    def type(self, text: str) -> None:
        """Letters into the field that has the focus."""
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def scan(self, text: str) -> None:
        """What a wedge scanner does: all signs at once, and Enter."""
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def reach(self, selector: str) -> None:
        """Tab until a field has the focus; one key of a group of choices is enough."""
        for _step in range(80):
            if self.page.locator(f"{selector}:focus").count():
                return
            self.press("Tab")
        raise AssertionError(f"{selector} is not reached by the keyboard")

    def fill(self, data: Mapping[str, Any], *, skip: set[str]) -> None:
        """The form as one goes through it, from the field that has the focus; dates as people write them."""
        left = {name: spelled(value) for name, value in inputs_of(data, "") if name not in skip}
        for _step in range(120):
            name, kind = self.page.evaluate("[document.activeElement.name, document.activeElement.type]")
            if name in left:
                self._answer(name, kind, left.pop(name))
            if not left:
                return
            self.press("Tab")
        raise AssertionError(f"not reached by the keyboard: {sorted(left)}")

    def _answer(self, name: str, kind: str, value: str) -> None:
        if kind == "checkbox":
            if value == "true":
                self.press("Space")
        elif kind == "radio":
            values = self.page.locator(f'[name="{name}"]').evaluate_all("all => all.map(one => one.value)")
            here = self.page.evaluate("document.activeElement.value")
            self.press("Space", *["ArrowDown"] * (values.index(value) - values.index(here)))
        else:
            self.page.keyboard.press("Control+a")
            self.type(value)
