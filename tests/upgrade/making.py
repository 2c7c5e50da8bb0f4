"""`python -m tests.upgrade.making PROGRAM FILE`: makes the backup of an earlier version that the tests upgrade.

PROGRAM is the `xactin` of that version, in a clone of its own (README.md here says how).
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django

from tests.authority import start, surroundings
from tests.faults.processes import wait_until
from tests.upgrade.client import PASSWORD, Client
from tests.upgrade.earlier import PASSPHRASE
from tests.upgrade.story import tell


def main(program: str, out: Path) -> None:
    """A demo authority of that version with the story's dossiers, sealed into one file."""
    django.setup()
    from xactin.cases.testing import PDF

    with tempfile.TemporaryDirectory(prefix="xactin-story-") as name:
        folder = Path(name)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        running = start(folder, [program], XACTIN_DEMO_PASSWORD=PASSWORD)
        try:
            wait_until(
                lambda: running.health() is not None or running.process.poll() is not None, 300, "health"
            )
            cases = tell(Client(running.port, folder, program), PDF)
        finally:
            running.process.terminate()
            running.process.wait(60)
        seal = [program, "backup", str(out), "--data", str(folder)]
        subprocess.run(seal, env=surroundings(XACTIN_PASSPHRASE=PASSPHRASE), check=True)
        print(f"{len(cases)} dossiers")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).absolute())
