"""Who runs web and worker where Xác Tín itself was started as root: the OS user of the bundled database.

A fault in what strangers can reach then gives them that user and not the machine. It cannot always be
done: the code, the anchor or the port may be root's alone. Folders are never opened for it; we ask the user
itself, by a process of its own, and say in one line why root stays.
"""

import logging
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from xactin.web.launcher import reach
from xactin.web.launcher.data_folder import DataFolder, DataFolderError
from xactin.web.launcher.os_user import OsUser, database_user

log = logging.getLogger("xactin.launcher")


def servant(data: DataFolder, own: dict[str, str], host: str, port: int) -> OsUser | None:
    """The OS user for web and worker; None where they run as whoever we are.

    `own` is the environment meant for them, with a `DATABASE_URL` that answers; it is made fit for that user.
    """
    if os.geteuid() != 0:
        return None
    try:
        user = database_user()
    except DataFolderError as error:
        _say([str(error)], "another user")
        return None
    fit = _environment_for(user, own)
    reasons = list(_reasons(user, fit, host, port))
    if reasons:
        _say(reasons, repr(user.name))
        data.take_back()
        return None
    own.clear()
    own.update(fit)
    if data.mode() == "demo" and not own.get("XACTIN_DEMO_PASSWORD"):
        data.demo_password()  # the user can make nothing beside keys and files
    data.give(user.uid, user.gid)
    return user


def _say(reasons: list[str], whom: str) -> None:
    log.warning("web and worker run as root, not as %s: %s (see docs/operating.md)", whom, "; ".join(reasons))


def _environment_for(user: OsUser, own: dict[str, str]) -> dict[str, str]:
    """The same, with that user's home, and with the key of a key file that only root may read."""
    fit = {**own, "HOME": pwd.getpwuid(user.uid).pw_dir, "USER": user.name, "LOGNAME": user.name}
    named = fit.get("XACTIN_KEY_FILE")
    if named and not fit.get("XACTIN_KEY"):
        fit["XACTIN_KEY"] = Path(named).read_text("ascii").strip()
        del fit["XACTIN_KEY_FILE"]
    return fit


def _reasons(user: OsUser, own: dict[str, str], host: str, port: int) -> Iterator[str]:
    """What stands between this user and the work; nothing where all is well."""
    # A database that is away is nobody's fault: only one that answers us and not the user counts.
    database = ["--database"] if reach.connects(own["DATABASE_URL"]) else []
    try:
        done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603 (ourselves)
            [sys.executable, "-m", "xactin.web.launcher.reach", host, str(port), *database],
            env=own,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            **as_user(user),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        yield f"{sys.executable} cannot be run by it ({getattr(error, 'strerror', None) or 'no answer'})"
        return
    if done.returncode:
        last = (done.stderr.strip() or "no answer").splitlines()[-1]
        yield f"the code cannot be run by it ({last})"
    yield from done.stdout.splitlines()


def as_user(user: OsUser | None) -> dict[str, object]:
    """The arguments of `subprocess` that make a child run as this user."""
    if user is None:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}
