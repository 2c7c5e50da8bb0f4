"""One HTML file that checks proofs without our server: its scripts, style and words are all inside.

It is put together at set-up from the modules that `/verify` uses, so there is one verifier and not two.
"""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "static" / "ui"
TARGET: Final = STATIC / "verify-standalone.html"
PAGE: Final = Path(__file__).parent / "standalone.html"

# In the order of need: a module after those that it imports.
MODULES: Final = (
    "verify-texts.js",
    "verify-forms.js",
    "verify-proofs.js",
    "verify-heads.js",
    "verify.js",
    "verify-der.js",
    "verify-cms.js",
    "verify-pdf-parts.js",
    "verify-changes.js",
    "verify-pdf-texts.js",
    "verify-pdf.js",
    "verify-words.js",
    "verify-page.js",
    "verify-download.js",
)

_IMPORT = re.compile(r'^import \{(?P<names>[^}]*)\} from "\./(?P<module>[a-z-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?P<what>(?:async )?function|class|const) (?P<name>[A-Za-z0-9_]+)", re.MULTILINE
)


def script() -> str:
    """All modules as one. Raises ValueError if one imports what does not come before it."""
    joined = "const modules = {};\n" + "\n".join(_wrapped(number) for number in range(len(MODULES)))
    if re.search(r"^(import|export) ", joined, re.MULTILINE) or "</script" in joined:
        raise ValueError("a module has an import or export of another shape")
    return joined


def _wrapped(number: int) -> str:
    """A module as a function that keeps its names to itself and gives what it exports."""
    name, text = MODULES[number], (STATIC / MODULES[number]).read_text(encoding="utf-8")
    for found in _IMPORT.finditer(text):
        if found["module"] not in MODULES[:number]:
            raise ValueError(f"{name} imports {found['module']}, which does not stand before it")
    given = ", ".join(found["name"] for found in _EXPORT.finditer(text))
    body = _IMPORT.sub(r'const {\g<names>} = modules["\g<module>"];\n', text)
    body = _EXPORT.sub(r"\g<what> \g<name>", body)
    return f'modules["{name}"] = (() => {{\n{body}\nreturn {{ {given} }};\n}})();\n'


def build(target: Path = TARGET) -> Path:
    """Writes the page, unless it stands already, and returns where.

    The page allows itself its own script and style, by their hashes, and nothing else.
    """
    page = PAGE.read_text(encoding="utf-8")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    if style is None:
        raise ValueError("the page has no style")
    code = f"\n{script()}"
    policy = f"default-src 'none'; script-src {_hash(code)}; style-src {_hash(style[1])}; base-uri 'none'"
    page = page.replace("{policy}", policy).replace("{script}", code)
    if not target.exists() or target.read_text(encoding="utf-8") != page:
        target.write_text(page, encoding="utf-8")
    return target


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
