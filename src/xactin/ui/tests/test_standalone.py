"""The page that is one file: whole, closed to anything else, and right in a real browser without a server."""

import base64
import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

import xactin
from xactin.ui import standalone

# The bundle that the kernel keeps for ever; this room does not know the kernel's code.
KEPT = Path(xactin.__file__).parent / "kernel" / "tests" / "golden" / "bundle.json"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    return standalone.build(tmp_path_factory.mktemp("standalone") / "verify.html")


@pytest.fixture
def proof(tmp_path):
    kept = json.loads(KEPT.read_text())
    (tmp_path / "proof.json").write_text(kept["bundle"])
    (tmp_path / "drawing.pdf").write_bytes(base64.b64decode(kept["files"]["document.drawing"]))
    return tmp_path, kept["trust"]


def test_nothing_is_asked_of_anybody(page_file):
    text = page_file.read_text()
    for needle in (
        "http://",
        "https://",
        "src=",
        "@import",
        "\nimport ",
        "\nexport ",
        "{policy}",
        "{script}",
    ):
        assert needle not in text
    assert "default-src 'none'" in text


def test_a_module_out_of_order_is_noticed(monkeypatch):
    monkeypatch.setattr(standalone, "MODULES", ("verify.js", "verify-texts.js"))
    with pytest.raises(ValueError, match="does not stand before it"):
        standalone.script()


def test_it_checks_a_proof_in_a_browser(page_file, proof):
    folder, trust = proof
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(page_file.as_uri())

        def answer():
            page.set_input_files("#files", [folder / "proof.json", folder / "drawing.pdf"])
            page.click("button[type=submit]")
            page.wait_for_selector(".verdict")
            return page.inner_text(".verdict-answer")

        page.fill("#trust", trust)
        assert answer() == "Hợp lệ"
        page.click("button[data-language=en]")
        assert page.inner_text(".verdict-answer") == "Valid"
        assert page.title() == "Check a proof"

        spoiled = (folder / "drawing.pdf").read_bytes()
        (folder / "drawing.pdf").write_bytes(b"x" + spoiled[1:])
        page.fill("#trust", "nonsense")
        page.set_input_files("#files", [folder / "proof.json"])
        page.click("button[type=submit]")
        page.wait_for_selector(".verdict-message")
        assert "keys of trust" in page.inner_text(".verdict-message")
        page.fill("#trust", trust)
        assert answer() == "Not valid"
        assert complaints == []
        browser.close()
