"""A small process tree under the real supervisor: the private database and one idle child.

Run as `python -m tests.faults.tree FOLDER`; prints `ready` and the process numbers when it stands.
"""

import os
import sys
from pathlib import Path

from xactin.web.launcher.data_folder import DataFolder
from xactin.web.launcher.postgres import Cluster
from xactin.web.launcher.processes import Child, Supervisor


def main(folder: str) -> None:
    """Runs until a signal."""
    data = DataFolder(Path(folder))
    data.create()
    if not data.lock():
        sys.exit("locked")
    supervisor = Supervisor()
    try:
        cluster = Cluster(data)
        cluster.prepare()
        server = cluster.child()
        supervisor.start(server)
        cluster.wait(server)
        cluster.ensure_database()
        # A child with a child of its own, as a web server has.
        worker = (
            "from xactin.web.launcher.processes import end_with_supervisor\n"
            "end_with_supervisor()\n"
            "import time; time.sleep(600)"
        )
        outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {worker!r}])"
        own = {**os.environ, "XACTIN_SUPERVISED": "1"}
        supervisor.start(Child("idle", [sys.executable, "-c", outer], own, patience=5))
        print("ready", flush=True)
        supervisor.keep()
    finally:
        supervisor.end()
        data.unlock()


if __name__ == "__main__":
    main(sys.argv[1])
