"""Ten dossiers are received without a mouse, each with twelve keys at most."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import APIRequestContext, expect

from tests.journeys.people import PATIENCE, Person, example, paper
from tests.journeys.test_security import again

pytestmark = pytest.mark.timeout(600)
CODE: Final = "1.013225"
DOSSIERS: Final = 10
MOST_KEYS: Final = 12
Enter = Callable[..., Person]


class Keys:
    """Fingers that count."""

    def __init__(self, person: Person) -> None:
        self._board = person.page.keyboard
        self.pressed = 0

    def press(self, *keys: str) -> None:
        """Presses these keys, one after the other."""
        for key in keys:
            self._board.press(key)
            self.pressed += 1


def token_of(person: Person) -> str:
    """A new API token of somebody who is signed in."""
    person.open("/me/tokens/")
    person.page.fill("[name=label]", "máy tính")
    person.press("Tạo mã mới")
    again(person)
    person.see("Mã hết hạn lúc")
    return person.page.locator("main code").first.inner_text().strip()


def applied(asker: APIRequestContext, base: str, token: str, times: int) -> list[str]:
    """Applications with a worked example, as a program sends them; their numbers."""
    api, headers, given = f"{base}/api/v1", {"Authorization": f"Bearer {token}"}, example("building-permit")
    numbers = []
    for _time in range(times):
        documents: list[dict[str, Any]] = []
        for kind in given["documents"]:
            file = {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": paper("Ban ve", kind)}
            sent = asker.post(f"{api}/files", headers=headers, multipart={"file": file})  # type: ignore[dict-item]
            documents.append({"kind": kind, "file": sent.json()["id"]})
        body = {"procedure": CODE, "data": given["data"], "documents": documents}
        numbers.append(asker.post(f"{api}/cases", headers=headers, data=body).json()["number"])
    return numbers


def test_ten_dossiers_are_received_by_keyboard(enter: Enter) -> None:
    owner = enter("congdan2")
    numbers = applied(owner.context.request, owner.base, token_of(owner), DOSSIERS)
    counter = enter("motcua1")
    counter.open(f"/desk/?code={CODE}&q={numbers[0].rpartition('-')[0]}")
    counter.page.locator("tr", has_text=numbers[0]).get_by_role("link").first.focus()
    keys, done = Keys(counter), []
    keys.press("Enter")
    for _dossier in numbers:
        counter.page.wait_for_url("**/desk/cases/**")
        expect(counter.page.locator(".xt-task")).to_be_visible(timeout=PATIENCE)
        expect(counter.page.locator(".xt-task summary kbd").first).to_be_visible()
        before, number = keys.pressed, counter.number()
        keys.press("1")
        expect(counter.page.locator("details.xt-act[open] button").first).to_be_focused()
        keys.press("Enter")
        counter.see("Đã thực hiện và ký: Tiếp nhận hồ sơ")
        done.append(number)
        if len(done) == 2:
            counter.look("desk-done")
        if len(done) < len(numbers):
            # The sign of a key stands there once the page listens to it.
            expect(counter.page.locator("[rel=next] kbd")).to_be_visible()
            keys.press("j")
            expect(counter.page.locator(".xt-fact-line")).not_to_contain_text(number, timeout=PATIENCE)
        assert keys.pressed - before <= MOST_KEYS
    assert sorted(done) == sorted(numbers)
    print(f"{len(done)} dossiers received with {keys.pressed} keys")
