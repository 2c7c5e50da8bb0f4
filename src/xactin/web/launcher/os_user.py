"""The OS user that owns the private database where Xác Tín itself runs as root.

PostgreSQL refuses to run as root. Folders above ours are never opened for that user: if it
cannot reach a place, we say so.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from xactin.web.launcher.data_folder import DataFolderError


@dataclass(frozen=True)
class OsUser:
    """Who runs the database: numeric ids, and the name for `pg_ident.conf`."""

    name: str
    uid: int
    gid: int


def database_user() -> OsUser:
    """Whoever we are; as root, the user `xactin` (or `XACTIN_OS_USER`), made if it is missing."""
    if os.geteuid() != 0:
        me = pwd.getpwuid(os.geteuid())
        return OsUser(me.pw_name, me.pw_uid, me.pw_gid)
    name = os.environ.get("XACTIN_OS_USER", "xactin")
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        _add(name)
        found = pwd.getpwnam(name)
    if found.pw_uid == 0:
        raise DataFolderError("XACTIN_OS_USER must not be root: PostgreSQL refuses to run as root")
    return OsUser(found.pw_name, found.pw_uid, found.pw_gid)


def _add(name: str) -> None:
    adder = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if adder is None:
        raise DataFolderError(
            f"no `useradd` here: make an OS user {name!r} for the database, or set DATABASE_URL"
        )
    arguments = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    done = subprocess.run(  # noqa: S603 (a fixed command and a name we chose)
        [adder, *arguments, "--shell", "/usr/sbin/nologin", name], capture_output=True, text=True, check=False
    )
    # 9: somebody else made the name in the meantime, which is as good.
    if done.returncode not in (0, 9):
        raise DataFolderError(f"cannot make the OS user {name!r}: {done.stderr.strip()}")


def may_reach(user: OsUser, path: Path) -> bool:
    """Whether every folder above `path`, and `path` itself, lets this user pass."""
    for folder in (*reversed(path.parents), path):
        if folder.exists() and not _may_pass(user, folder.stat()):
            return False
    return True


def _may_pass(user: OsUser, status: os.stat_result) -> bool:
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
