"""Work on what strangers wrote, done in a child process with a limit of time and of memory.

Neither Typst nor a PDF parser can be interrupted from within; a process can. The child lives on, with its
compiler and fonts in memory, until it fails, grows old or its parent goes. A call is one frame there and one
back: a JSON header and any number of binary parts.

The child is told nothing it does not need: no address of the database, no key. It is no sandbox: it runs as
the same OS user as its parent, so what that user may read on the disk, it may read.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import logging
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import IO, Any, Final

Header = dict[str, Any]
Work = Callable[[Header, Sequence[bytes]], tuple[Header, list[bytes]]]

CALLS_OF_A_CHILD: Final = 5000
ENTRY: Final = f"from {__name__} import main; main()"
LENGTHS: Final = struct.Struct("!II")
# What a Python needs to start and to read text; everything else of the environment stays with the parent.
TOLD: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
LARGEST_FILE, MOST_FILES = 256 * 1024 * 1024, 256


class UnfinishedError(RuntimeError):
    """The work took too much time or memory, or broke the process that did it."""


class WorkError(RuntimeError):
    """The work was refused; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


class Apart:
    """One kind of work, `module.work`, done in a child. May be shared by threads; one call at a time."""

    def __init__(self, module: str, *, seconds: float, memory: int) -> None:
        self._command = [sys.executable, "-c", ENTRY, module, str(seconds), str(memory)]
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def _forget(self) -> None:
        """A forked process must not talk to its parent's child."""
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._folder: str | None = None
        self._calls = 0

    def ask(self, header: Header, parts: Sequence[bytes] = ()) -> tuple[Header, list[bytes]]:
        """What the work answers. Raises WorkError (as the work does) and UnfinishedError."""
        with self._lock:
            child = self._living()
            assert child.stdin is not None
            assert child.stdout is not None
            try:
                _write(child.stdin, header, parts)
                answer, answered = _read(child.stdout)
            except (OSError, EOFError) as error:
                self._end()
                raise UnfinishedError("the work did not come to an end within its limits") from error
            except BaseException:  # an interrupted call leaves half a frame behind
                self._end()
                raise
        if "failed" in answer:
            raise WorkError(answer["failed"], answer.get("detail", ""))
        return answer, answered

    def close(self) -> None:
        """Ends the child."""
        with self._lock:
            self._end()

    def _living(self) -> subprocess.Popen[bytes]:
        if self._calls >= CALLS_OF_A_CHILD:
            self._end()
        if self._child is None:
            self._folder = tempfile.mkdtemp(prefix="xactin-apart-")
            self._child = subprocess.Popen(  # noqa: S603 (our own module)
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_bare(self._folder),
            )
            self._calls = 0
        self._calls += 1
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        # A child that was killed cannot clear away its own folder; one whose parent was killed can (see `main`).
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _bare(folder: str) -> dict[str, str]:
    """The child's environment; its home is the folder that goes with it."""
    told = {name: os.environ[name] for name in TOLD if name in os.environ}
    return {**told, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "HOME": folder, "TMPDIR": folder}


def _write(stream: IO[bytes], header: Header, parts: Sequence[bytes]) -> None:
    text = json.dumps(header).encode()
    stream.write(LENGTHS.pack(len(text), len(parts)) + text)
    for part in parts:
        stream.write(struct.pack("!Q", len(part)))
        stream.write(part)
    stream.flush()


def _read(stream: IO[bytes]) -> tuple[Header, list[bytes]]:
    length, count = LENGTHS.unpack(_exactly(stream, LENGTHS.size))
    header = json.loads(_exactly(stream, length))
    return header, [_exactly(stream, struct.unpack("!Q", _exactly(stream, 8))[0]) for _ in range(count)]


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


def _serve(work: Work, seconds: float) -> None:
    """Answers until the parent goes. The alarm's default act ends the process even inside native code."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    while True:
        try:
            header, parts = _read(source)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            answer, answered = work(header, parts)
        except WorkError as failure:
            answer, answered = {"failed": failure.code, "detail": failure.detail}, []
        except Exception as error:  # whatever it is, the parent has to hear of it
            answer, answered = {"failed": "broken", "detail": f"{type(error).__name__}: {error}"[:2000]}, []
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(sink, answer, answered)


def _limit(memory: int) -> None:
    """Memory, files and their size; a dump would leave what strangers sent on the disk."""
    limits = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_CORE, 0),
    )
    for limit, value in limits:
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


def main() -> None:
    """The child: module, seconds and bytes of memory are its arguments."""
    logging.disable()  # what strangers wrote is no incident of ours
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _limit(int(sys.argv[3]))
    with contextlib.suppress(BrokenPipeError):
        _serve(importlib.import_module(sys.argv[1]).work, float(sys.argv[2]))
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
