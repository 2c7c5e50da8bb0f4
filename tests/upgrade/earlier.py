"""An authority as an earlier version left it, from its backup: tables of that version's shape, files, keys."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.authority import Running, program, start, surroundings
from tests.faults.processes import wait_until
from tests.upgrade.client import PASSWORD, Client

BACKUPS = Path(__file__).with_name("backups")
PASSPHRASE = "an-earlier-version"


def lay(file: Path, folder: Path) -> None:
    """Fills a data folder, its private database included, as that version left it. In a process of its own."""
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    command = [sys.executable, "-m", "tests.upgrade.earlier", str(file)]
    subprocess.run(command, env=_environment(folder), check=True)


def run(folder: Path, *arguments: str) -> str:
    """A command of this version; returns what it printed. Raises CalledProcessError."""
    done = subprocess.run(
        [program(), *arguments], env=_environment(folder), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def standing(folder: Path) -> Iterator[Client]:
    """The authority while it runs."""
    running: Running = start(folder, XACTIN_DEMO_PASSWORD=PASSWORD)
    try:
        wait_until(lambda: running.health() is not None or running.process.poll() is not None, 300, "health")
        assert running.process.poll() is None
        yield Client(running.port, folder, program())
    finally:
        running.process.terminate()
        running.process.wait(60)


def _environment(folder: Path) -> dict[str, str]:
    own = surroundings(XACTIN_DATA=str(folder), XACTIN_PASSPHRASE=PASSPHRASE)
    return own | {"DJANGO_SETTINGS_MODULE": "xactin.web.settings"}


def main(file: Path) -> None:
    """As `xactin restore` does it, up to where that would migrate."""
    from xactin.web.keeping.commands import secret_from
    from xactin.web.keeping.inside import end_restore, read_manifest, refill, restore_keys
    from xactin.web.keeping.roles import owner
    from xactin.web.launcher.data_folder import DataFolder, default_data_folder
    from xactin.web.launcher.database import database

    secret = secret_from(None, confirm=False)
    manifest = read_manifest(file, secret)
    data = DataFolder(default_data_folder())
    data.create()
    with database(data):
        restore_keys(file, secret, data)
        data.set_mode("demo")
        import django

        django.setup()
        with owner():
            print(refill(file, secret, manifest))
            end_restore()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
