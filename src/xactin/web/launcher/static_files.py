"""Static files as they are served: named by their content, and compressed.

Compressing takes ten seconds, so set-up in a clone does it once (`READY`); a data folder gets a copy of that. Where
it is missing or older than the sources, the folder gets its own.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

READY: Final = Path(__file__).resolve().parents[1] / "static-ready"
STAMP: Final = "stamp"


def stamp() -> str:
    """A digest of all files to collect."""
    from django.contrib.staticfiles.finders import get_finders

    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda one: one[0]):
            found.update(
                f"{name}\0".encode() + hashlib.sha256(Path(storage.path(name)).read_bytes()).digest()
            )
    return found.hexdigest()


def collect(target: Path, *, ready: Path = READY) -> bool:
    """Brings the files of a data folder up to date; tells whether something was to do."""
    wanted = stamp()
    if _stamp_of(target) == wanted:
        return False
    if _stamp_of(ready) == wanted:
        shutil.copytree(ready, target, copy_function=shutil.copyfile, dirs_exist_ok=True)
        return True
    build(target, wanted)
    return True


def build(target: Path, wanted: str) -> None:
    """Collects and compresses into a folder, whose stamp comes last."""
    from django.conf import settings
    from django.core.management import call_command

    settings.STATIC_ROOT = str(target)
    call_command("collectstatic", interactive=False, verbosity=0)
    # The settings' permissions are for what people upload; these may be read by whoever runs us.
    for file in target.rglob("*"):
        if file.is_file():
            file.chmod(0o644)
    (target / STAMP).write_text(wanted, "ascii")


def make_ready() -> None:
    """At set-up, in a process of its own that knows of no database and no authority."""
    with tempfile.TemporaryDirectory(prefix="xactin-static-") as data:
        surroundings = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "xactin.web.settings",
            "DATABASE_URL": "postgresql:///none",
            "XACTIN_MODE": "demo",
            "XACTIN_DATA": data,
        }
        subprocess.run([sys.executable, "-m", __name__], env=surroundings, check=True)  # noqa: S603 (ourselves)


def _stamp_of(folder: Path) -> str:
    found = folder / STAMP
    return found.read_text("ascii") if found.is_file() else ""


def main() -> None:
    """Makes `ready` anew where a file was changed."""
    import django

    django.setup()
    wanted = stamp()
    if _stamp_of(READY) != wanted:
        os.umask(0o022)
        shutil.rmtree(READY, ignore_errors=True)
        build(READY, wanted)


if __name__ == "__main__":
    main()
