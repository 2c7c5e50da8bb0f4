"""What runs on this machine, read from /proc; and waiting until something is so."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def wait_until(so: Callable[[], bool], seconds: float = 30, what: str = "it") -> None:
    """Returns when `so()` is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


def descendants(pid: int) -> set[int]:
    """All living processes below `pid`."""
    parents = dict(_parents())
    found: set[int] = set()
    grown = True
    while grown:
        more = {child for child, parent in parents.items() if parent in found | {pid}} - found
        found |= more
        grown = bool(more)
    return found


def command(pid: int) -> str:
    """The command line of a process, empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def alive(pids: set[int]) -> set[int]:
    """Those that still run; one that waits only to be buried does not."""
    return {pid for pid, _ in _parents() if pid in pids}


def _parents() -> Iterator[tuple[int, int]]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                state, parent = Path(f"/proc/{name}/stat").read_text().rsplit(")", 1)[1].split()[:2]
            except OSError:
                continue
            if state != "Z":
                yield int(name), int(parent)
