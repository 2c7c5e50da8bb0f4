"""`python -m xactin.web.launcher.reach HOST PORT [--database]`: can whoever runs this do our work here?

Prints one line for each thing that stands in the way. It is run as the OS user in question, for only the
kernel knows what a user may do: groups, access lists and mounts count as much as the mode of a folder.
"""

import importlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from xactin.web.launcher.data_folder import CHECKOUT, default_data_folder, in_checkout

# The packages that hold native code: they stand for the environment as a whole.
NEEDED = ("cryptography.fernet", "django", "granian", "orjson", "procrastinate", "typst")


def main(arguments: list[str]) -> int:
    """0 also where something was found; what is not our code's to find ends with a traceback and 1."""
    host, port, *more = arguments
    for name in NEEDED:
        importlib.import_module(name)
    url = os.environ["DATABASE_URL"] if "--database" in more else ""
    for found in (*_code(), *_data(), *_anchor(), *_port(host, int(port)), *_database(url)):
        print(found)
    return 0


def connects(url: str) -> bool:
    """Whether the database takes us in."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _code() -> Iterator[str]:
    """Every file of the package and of the procedures that come with it."""
    tops = [Path(__file__).parents[2], *([CHECKOUT / "procedures"] if in_checkout() else [])]
    for top in tops:
        for folder, folders, names in os.walk(top):
            closed = [name for name in folders if not os.access(Path(folder, name), os.R_OK | os.X_OK)]
            closed += [name for name in names if not os.access(Path(folder, name), os.R_OK)]
            if closed:
                yield f"it cannot read {Path(folder, closed[0])}"
                return


def _data() -> Iterator[str]:
    place = default_data_folder()
    if not os.access(place, os.X_OK):
        yield f"it cannot reach {place}"


def _anchor() -> Iterator[str]:
    """The anchor lies outside our folder: it is not ours to give away."""
    named = os.environ.get("XACTIN_ANCHOR", "")
    if not named:
        return
    place = Path(named)
    beside = [place.with_name(name) for name in (f"{place.name}.erasures", f".{place.name}.lock")]
    wanted = [
        (place.parent, os.W_OK | os.X_OK),
        (place, os.R_OK),
        *((one, os.R_OK | os.W_OK) for one in beside),
    ]
    for path, way in wanted:
        if (path == place.parent or path.exists()) and not os.access(path, way):
            yield f"it cannot write XACTIN_ANCHOR ({path})"
            return


def _port(host: str, port: int) -> Iterator[str]:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            yield f"it may not listen on port {port}"
        except OSError:
            return  # taken meanwhile: the web process says so, whoever runs it


def _database(url: str) -> Iterator[str]:
    if url and not connects(url):
        yield "the database of DATABASE_URL does not let it in"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
