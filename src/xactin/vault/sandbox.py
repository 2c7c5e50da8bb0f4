"""What a process shuts itself out of before it reads what strangers wrote: the network, and every file but its own.

Linux only, and no right is needed for it: Landlock for files (kernel 5.13), an empty network of its own where
user namespaces are allowed, else Landlock's rule for TCP (kernel 6.7). What a system does not offer is left out;
`shut` says what it did. Source: the kernel's `userspace-api/landlock.rst` and `unshare(2)`.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import xactin

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
VERSION: Final = 1  # flag of CREATE_RULESET: say which version of the interface the kernel speaks
PATH_BENEATH: Final = 1
NO_NEW_PRIVILEGES: Final = 38
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
EXECUTE, READ_FILE, READ_FOLDER, REMOVE_FOLDER = 1 << 0, 1 << 2, 1 << 3, 1 << 4
EVERYTHING: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}  # what each version knows of files
TCP: Final = 0b11  # bind and connect
# What the C library and Python open by themselves: libraries, time zones, randomness.
SYSTEM: Final = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/null",
    "/dev/urandom",
    "/proc/self/maps",
    "/proc/meminfo",
    "/sys/fs/cgroup",
)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def shut(own: Path) -> list[str]:
    """From now on this process reads only Python, our package and the system's libraries, and writes only
    beneath `own`. Returns what is shut: `network`, `files`; [] where the system offers nothing of it.
    """
    if not sys.platform.startswith("linux"):
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = []
    if libc.unshare(NEW_USER | NEW_NETWORK) == 0:
        done.append("network")
    version = libc.syscall(CREATE_RULESET, None, 0, VERSION)
    if version >= 1 and _restricted(libc, version, own):
        done += ["files", *(["network"] if version >= 4 and "network" not in done else [])]
    return done


def _restricted(libc: ctypes.CDLL, version: int, own: Path) -> bool:
    everything = EVERYTHING.get(version, EVERYTHING[3])
    rules = _Ruleset(everything, TCP if version >= 4 else 0)
    size = ctypes.sizeof(rules) if version >= 4 else 8
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(rules), size, 0)
    if ruleset < 0:
        return False
    try:
        _allow(libc, ruleset, [own], everything)
        _allow(libc, ruleset, [own.parent], REMOVE_FOLDER)  # to clear `own` away, once it is empty
        _allow(libc, ruleset, _readable(), EXECUTE | READ_FILE | READ_FOLDER)
        # To find our package Python lists the folder it stands in; what else stands there stays unread.
        _allow(libc, ruleset, [Path(xactin.__file__).parents[1]], READ_FOLDER)
        return bool(libc.syscall(RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _readable() -> list[Path]:
    """Where Python, its libraries (those of PYTHONPATH too) and our package stand."""
    paths = sysconfig.get_paths()
    libraries = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    ours = Path(xactin.__file__).parent
    # Our own package's folder is not among them: a checkout may hold anything beside it.
    named = [Path(entry) for entry in sys.path if entry and Path(entry) not in (ours.parent, Path.cwd())]
    return [ours, Path(sys.base_prefix, "lib"), *named, *map(Path, (*libraries, *SYSTEM))]


def _allow(libc: ctypes.CDLL, ruleset: int, places: Iterable[Path], access: int) -> None:
    for place in places:
        if not place.exists():
            continue
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
        try:
            # Of a single file only what concerns files may be allowed.
            allowed = access if place.is_dir() else access & (EXECUTE | READ_FILE)
            rule = _Beneath(allowed, opened)
            if libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0) != 0:
                raise OSError(ctypes.get_errno(), f"landlock does not take a rule for {place}")
        finally:
            os.close(opened)
