"""Child processes that end with us, and are started again when they die.

Three promises: a signal to the supervisor ends everything in order; a child that dies comes
back, later each time it dies young; and when the supervisor itself is killed without a word,
the kernel tells the children (Linux), so that nothing is left behind.
"""

import ctypes
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xactin.web.launcher.os_user import OsUser

log = logging.getLogger("xactin.launcher")
PR_SET_PDEATHSIG = 1
FIRST_PAUSE, LONGEST_PAUSE, GROWN_UP = 0.2, 10.0, 30.0
LARGEST_LOG = 20 * 1024 * 1024
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


def die_with_parent(kind: int, parent: int) -> None:
    """Asks the kernel to send us `kind` when the thread that started us ends.

    `parent` is the process expected above us: it may have died before we could ask.
    """
    if _prctl is None:
        return
    _prctl(PR_SET_PDEATHSIG, kind, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Child:
    """One process under the supervisor."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    user: OsUser | None = None
    log: Path | None = None
    end_with: signal.Signals = signal.SIGTERM
    patience: float = 15  # seconds to end in peace
    before_start: Callable[[], None] = lambda: None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)
    next_start: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Starts it in a group of its own, so that Ctrl-C reaches the supervisor alone, which keeps order."""
        self.before_start()
        parent, end_with = os.getpid(), self.end_with
        output = self._open_log()
        user = self.user
        try:
            self.process = subprocess.Popen(  # noqa: S603 (our own programs)
                list(self.command),
                env=None if self.environment is None else dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
                user=None if user is None else user.uid,
                group=None if user is None else user.gid,
                extra_groups=None if user is None else [],
                # After the change of user, which would clear it.
                preexec_fn=lambda: die_with_parent(end_with, parent),
            )
        finally:
            if output is not None:
                os.close(output)
        self.started_at = time.monotonic()

    def ended(self) -> bool:
        """Whether it runs no more."""
        return self.process is None or self.process.poll() is not None

    def end(self) -> None:
        """Asks it to end; does not wait."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.end_with)

    def wait_end(self) -> None:
        """Waits for the end as long as its patience lasts, then ends its whole group by force."""
        if self.process is None:
            return
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            log.warning("%s does not end; it is killed", self.name)
            self._kill_group()
            self.process.wait()
        self._kill_group()

    def plan_restart(self) -> None:
        """Sets the next start: at once for one that has lived, later each time for one that dies young."""
        now = time.monotonic()
        self.pause = FIRST_PAUSE if now - self.started_at > GROWN_UP else min(self.pause * 2, LONGEST_PAUSE)
        self.next_start = now + self.pause
        self._kill_group()

    def _kill_group(self) -> None:
        """What a dead child left of its own children goes too."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return

    def _open_log(self) -> int | None:
        if self.log is None:
            return None
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


class Supervisor:
    """Keeps children alive until a signal says stop; then ends them in reverse order.

    Signals are heard from the moment of construction, so that Ctrl-C in the middle of a
    start ends what already runs.
    """

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.stopping = False
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(kind, self._hear)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def start(self, child: Child) -> None:
        """Starts a child and keeps it from now on."""
        child.start()
        self.children.append(child)

    def keep(self) -> None:
        """Restarts what dies, until told to stop."""
        while not self.stopping:
            select.select([self._read], [], [], self._next_wait())
            self._drain()
            if not self.stopping:
                self._care()

    def wait_for(self, ready: Callable[[], bool], timeout: float, step: float = 0.1) -> bool:
        """Keeps the children while `ready()` is not yet true; false when told to stop or out of time."""
        deadline = time.monotonic() + timeout
        while not self.stopping and time.monotonic() < deadline:
            if ready():
                return True
            select.select([self._read], [], [], step)
            self._drain()
            if not self.stopping:
                self._care()
        return False

    def end(self) -> None:
        """Ends all children, the last started first; the first (the database) when no other runs."""
        self.stopping = True
        later, first = self.children[1:], self.children[:1]
        for group in (later, first):
            for child in reversed(group):
                child.end()
            for child in reversed(group):
                child.wait_end()

    def _care(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if not child.ended():
                continue
            if child.process is not None:
                log.warning("%s ended (%s); it is started again", child.name, child.process.returncode)
                child.plan_restart()
                child.process = None
            if child.next_start <= now:
                self._restart(child)

    def _restart(self, child: Child) -> None:
        try:
            child.start()
        except (OSError, RuntimeError) as error:
            log.error("%s cannot be started: %s", child.name, error)
            child.started_at = time.monotonic()
            child.plan_restart()

    def _next_wait(self) -> float:
        waiting = [child.next_start for child in self.children if child.process is None]
        return max(0.01, min(waiting) - time.monotonic()) if waiting else 5.0

    def _hear(self, kind: int, _frame: object) -> None:
        self.stopping = True

    def _drain(self) -> None:
        try:
            while os.read(self._read, 512):
                pass
        except BlockingIOError:
            return


def end_with_supervisor() -> None:
    """For a process two steps below the supervisor (a web server's worker): go when the one above goes.

    The one above leads our process group; if it is not our parent any more, it died while we started.
    """
    if os.environ.get("XACTIN_SUPERVISED") == "1" and os.getpgrp() != os.getpid():
        die_with_parent(signal.SIGKILL, os.getpgrp())
