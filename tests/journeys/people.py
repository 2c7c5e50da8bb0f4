"""What a person does in a browser: enter, look around, fill in, send."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, expect

from tests.journeys.pictures import smaller

ROOT: Final = Path(__file__).resolve().parents[2]
SCREENS: Final = ROOT / "test-output" / "screens"
# The few that README and newcomers look at; made anew where XACTIN_SCREENS is set.
SHOWN: Final = ROOT / "docs" / "screens"
AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PASSWORD: Final = os.environ.get("XACTIN_DEMO_PASSWORD", "mat-khau-hanh-trinh")
PATIENCE: Final = 60_000
DESKTOP: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
TALLEST: Final = 2600  # a picture of a page ends here
DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def paper(*lines: str) -> bytes:
    """A PDF of one A4 page with some lines and a drawn plot, as an old scanner would make it."""
    text = "".join(f"BT /F1 14 Tf 60 {780 - 24 * at} Td ({line}) Tj ET\n" for at, line in enumerate(lines))
    drawn = f"{text}2 w 120 250 340 380 re S 200 330 180 220 re S 120 440 m 460 440 l S".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    written, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + end


def example(package: str, name: str = "normal") -> dict[str, Any]:
    """A worked example of a procedure: its data and the kinds of its documents."""
    path = ROOT / "procedures" / package / "examples" / f"{name}.yaml"
    return dict(yaml.safe_load(path.read_text("utf-8")))


class Person:
    """Somebody with a browser, on a desk or with a phone in the hand."""

    def __init__(self, browser: Browser, base: str, *, phone: bool = False, script: bool = True) -> None:
        self.size = "phone" if phone else "desktop"
        self.base = base
        self.context = browser.new_context(
            base_url=base,
            viewport=PHONE if phone else DESKTOP,
            is_mobile=phone,
            has_touch=phone,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.troubles: list[str] = []
        self.devices = 0  # authenticators at hand
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        # A status of 4xx is an answer that a journey asks for; anything else in the console is a fault.
        if message.type == "error" and "status of 4" not in message.text:
            self.troubles.append(message.text)

    def sign_in(self, name: str) -> None:
        """Enters by password, on the page at hand if it asks for it."""
        if "/accounts/login/" not in self.page.url:
            self.open("/accounts/login/")
        self.page.fill("[name=login]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.locator("main form button").first.click()
        expect(self.page.locator(".xt-account")).to_be_visible()

    def open(self, path: str) -> None:
        """Goes to an address."""
        self.page.goto(path if path.startswith("http") else self.base + path)

    def leave(self) -> None:
        """Closes the browser window."""
        self.context.close()

    def see(self, text: str) -> Locator:
        """Waits until a text stands on the page."""
        found = self.page.get_by_text(text).first
        expect(found).to_be_visible(timeout=PATIENCE)
        return found

    def press(self, name: str) -> None:
        """Presses the button or follows the link of this name, in the body of the page."""
        wanted, body = re.compile(re.escape(name)), self.page.locator("main")
        found = body.get_by_role("button", name=wanted).or_(body.get_by_role("link", name=wanted))
        found.first.click()

    def look(self, name: str) -> None:
        """Looks at a page: no fault of accessibility, nothing wider than the window; its picture is kept.

        Faults are told when the person leaves, so that one run names them all.
        """
        try:
            self._settle()
        except Error as error:
            if "context was destroyed" not in error.message:
                raise
            self._settle()  # the page to which a button leads came meanwhile
        found = self.page.evaluate(
            "async (tags) => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']})).violations"
            ".map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)",
            RULES,
        )
        self.troubles += [f"{name} ({self.size}): {one}" for one in found]
        # axe tells of a name given twice only where something refers to it.
        twice = self.page.evaluate(
            "[...document.querySelectorAll('[id]')].map(one => one.id)"
            ".filter((id, place, all) => all.indexOf(id) < place)"
        )
        self.troubles += [f"{name} ({self.size}): the id {one} stands twice" for one in twice]
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wide > 0:
            self.troubles.append(f"{name} ({self.size}): {wide} px too wide")
        self._keep(f"{name}-{self.size}.png")

    def _settle(self) -> None:
        """Waits for the page, all of it drawn, and gives it axe."""
        # A link was followed a moment ago: until the new page is there, it has no body to scroll.
        self.page.wait_for_load_state("load")
        # Pictures of a flow are drawn when one comes near them.
        for end in ("document.documentElement.scrollHeight", "0"):
            self.page.evaluate(f"scrollTo(0, {end})")
            self.page.wait_for_load_state("networkidle")
        self.page.evaluate(AXE.read_text("utf-8"))

    def _keep(self, name: str) -> None:
        height = min(self.page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        picture = self.page.screenshot(
            full_page=True,
            clip={"x": 0, "y": 0, "width": self.page.viewport_size["width"], "height": height},
            animations="disabled",
        )
        SCREENS.mkdir(parents=True, exist_ok=True)
        (SCREENS / name).write_bytes(picture)
        if os.environ.get("XACTIN_SCREENS") and (SHOWN / name).exists():
            assert self.context.browser
            blank = self.context.browser.new_page()
            (SHOWN / name).write_bytes(smaller(blank, picture))
            blank.close()

    def fill(self, data: Mapping[str, Any]) -> None:
        """Fills a form drawn from a schema with data of that schema, as a person would."""
        for name, value in inputs_of(data, ""):
            self._enter(name, value)

    def _enter(self, name: str, value: Any) -> None:
        inputs = self.page.locator(f'[name="{name}"]:not([type=hidden])')
        kind = inputs.first.evaluate("one => one.tagName === 'INPUT' ? one.type : one.tagName.toLowerCase()")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if kind == "radio":
            self.page.locator(f'[name="{name}"][value="{text}"]').check()
        elif kind == "checkbox":
            inputs.first.set_checked(bool(value))
        elif kind == "select":
            inputs.first.select_option(text)
        else:
            inputs.first.fill(spelled(value))

    def attach(self, kind: str) -> None:
        """Chooses a file for a document and waits until it is there."""
        block = self.page.locator(".xt-upload").filter(has=self.page.locator(f'[name="document.{kind}"]'))
        file = {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": paper("Ban ve", kind)}
        block.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
        expect(block.locator("[data-upload-state]")).to_contain_text("Đã tải lên", timeout=PATIENCE)

    def apply(self, package: str, code: str, name: str = "normal") -> str:
        """Applies with a worked example; answers the number of the dossier, with its page open."""
        given = example(package, name)
        self.open(f"/procedures/{code}/apply/")
        self.fill(given["data"])
        for kind in given["documents"]:
            self.attach(kind)
        self.press("Tiếp tục")
        self.press("Ký xác nhận và nộp")
        return self.number()

    def number(self) -> str:
        """The number of the dossier on the page."""
        found = self.page.get_by_text(re.compile(r"H\d\d[.\d]*-\d{6}-\d+")).first
        expect(found).to_be_visible(timeout=PATIENCE)
        match = re.search(r"H\d\d[.\d]*-\d{6}-\d+", found.inner_text())
        assert match
        return match[0]

    def task(self, number: str, name: str = "") -> None:
        """Opens a dossier from the inbox; services of the system may still be at work on it."""
        row = self.page.locator("tr", has_text=number)
        for _try in range(60):
            self.open("/desk/")
            if row.count():
                row.first.get_by_role("link").first.click()
                self.page.wait_for_url("**/desk/cases/**")
                return
            self.page.wait_for_timeout(500)
        raise AssertionError(f"no task of {number} in the inbox")

    def act(self, label: str, **answers: str) -> None:
        """Does an act of this post: opens it, answers its form, confirms.

        Whoever enrolled a passkey and has it not at hand signs with the key kept by the system.
        """
        act = self.page.locator("details.xt-act").filter(
            has=self.page.locator("summary", has_text=re.compile(rf"^\s*{re.escape(label)}"))
        )
        act.locator("summary").first.click()
        for name, text in answers.items():
            act.locator(f'[name="{name}"]').fill(text)
        kept = act.locator("[data-server-key]")
        away = self.devices == 0 and kept.count()
        (kept if away else act.locator("button", has_text="Xác nhận")).click()
        expect(act).to_have_count(0, timeout=PATIENCE)

    def give_passkey(self) -> None:
        """Puts an authenticator into this device that confirms everything."""
        devices = self.context.new_cdp_session(self.page)
        self.devices += 1
        devices.send("WebAuthn.enable")
        devices.send(
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


def inputs_of(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from inputs_of(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        yield name, "\n".join(map(str, value))
    else:
        yield name, value


def spelled(value: Any) -> str:
    """A value as people type it: a day as 23/11/2026."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    day = DAY.fullmatch(text)
    return "/".join(reversed(day.groups())) if day else text
