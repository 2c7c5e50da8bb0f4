"""The same bytes through Python, the code of our pages (Node), and the file that stands alone (Chromium)."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import xactin
from tests.verifiers.mutants import Mutant
from xactin.cases.papers import verify_result
from xactin.kernel.proof.bundle import verify_bundle
from xactin.kernel.proof.trust import Trust
from xactin.kernel.tests.test_browser_verifier import node_command, trust_text
from xactin.ui import standalone

STATIC = Path(xactin.__file__).parent / "ui" / "static" / "ui"
ANSWERS = ("valid", "revoked", "not_valid", "sealed", "not_original", "unchecked")
RUN = """
import { readFileSync } from "node:fs";
const { verifyChosen } = await import(process.argv[2] + "/verify-page.js");
const { parseTrust } = await import(process.argv[2] + "/verify.js");
const { trust, given } = JSON.parse(readFileSync(0, "utf8"));
const keys = await parseTrust(trust);
const answers = [];
for (const data of given) {
  const bytes = new Uint8Array(Buffer.from(data, "base64"));
  answers.push((await verifyChosen([{ name: "file", bytes }], keys)).answer);
}
process.stdout.write(JSON.stringify(answers));
"""


@dataclass(frozen=True)
class Compared:
    """What three verifiers answered to one mutant."""

    kind: str
    python: str
    page: str
    alone: str

    @property
    def agree(self) -> bool:
        """The same verdict: all call it valid, or none does."""
        return len({answer == "valid" for answer in (self.python, self.page, self.alone)}) == 1


def compare(mutants: Sequence[Mutant], trust: Trust) -> list[Compared]:
    """All three answers to each."""
    given = [mutant.data for mutant in mutants]
    told = zip(mutants, by_python(given, trust), by_page(given, trust), by_file(given, trust), strict=True)
    return [Compared(mutant.kind, *answers) for mutant, *answers in told]


def by_python(given: Sequence[bytes], trust: Trust) -> list[str]:
    """As `xactin verify` and the server see it."""
    return [
        verify_bundle(data, trust).answer if data[:1] == b"{" else verify_result(data, trust).answer
        for data in given
    ]


def by_page(given: Sequence[bytes], trust: Trust) -> list[str]:
    """As the modules of our pages see it."""
    with tempfile.TemporaryDirectory() as folder:
        for path in STATIC.glob("verify*.js"):
            shutil.copy(path, folder)
        (Path(folder) / "package.json").write_text('{"type": "module"}')
        (Path(folder) / "run.mjs").write_text(RUN)
        asked = {"trust": trust_text(trust), "given": [base64.b64encode(data).decode() for data in given]}
        done = subprocess.run(
            [*node_command(), str(Path(folder) / "run.mjs"), Path(folder).as_uri()],
            input=json.dumps(asked).encode(),
            capture_output=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr.decode()
    return list(json.loads(done.stdout))


def by_file(given: Sequence[bytes], trust: Trust) -> list[str]:
    """As the one file sees it in a real browser, by what it shows."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(standalone.build(Path(folder) / "verify.html").as_uri())
        page.fill("#trust", trust_text(trust))
        answers = [_shown(page, data) for data in given]
        browser.close()
    return answers


def _shown(page: Page, data: bytes) -> str:
    page.evaluate("document.querySelector('output').replaceChildren()")
    page.set_input_files("#files", {"name": "file", "mimeType": "application/octet-stream", "buffer": data})
    page.click("button[type=submit]")
    page.wait_for_selector(".verdict")
    return page.get_attribute(".verdict", "data-answer") or ""


def table(found: Sequence[Compared]) -> str:
    """For people: how many of each kind, how many each verifier called valid, how many answers were the same word."""
    lines = [f"{'kind':28} {'count':>6} {'python':>7} {'page':>6} {'file':>6} {'same word':>10}"]
    for kind in dict.fromkeys(one.kind for one in found):
        some = [one for one in found if one.kind == kind]
        valid = [sum(getattr(one, name) == "valid" for one in some) for name in ("python", "page", "alone")]
        words = sum(one.python == one.page == one.alone for one in some)
        lines.append(f"{kind:28} {len(some):6} {valid[0]:7} {valid[1]:6} {valid[2]:6} {words:10}")
    pairs = Counter((one.python, one.page) for one in found if one.python != one.page)
    lines += [f"python {python}, page {page}: {count}" for (python, page), count in sorted(pairs.items())]
    return "\n".join(lines)
