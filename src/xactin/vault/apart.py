"""Work on what strangers wrote, done in a child process with a limit of time and of memory.

Neither Typst nor a PDF parser can be interrupted from within; a process can. The child lives on, with its
compiler and fonts in memory, until it fails, grows old or its parent goes. A call is one frame there and one
back: a JSON header and any number of binary parts.

The child is told nothing it does not need: no address of the database, no key. Where the system allows it, it
has no network and reads no file but Python's, its own and our program's (`sandbox`). Who asks waits in a short
queue; beyond its length, or its patience, the answer is Busy (503, try again), and nobody is kept hanging.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import logging
import math
import os
import queue
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from xactin.vault import sandbox
from xactin.vault.errors import Busy

Header = dict[str, Any]
Work = Callable[[Header, Sequence[bytes]], tuple[Header, list[bytes]]]
Part = bytes | IO[bytes]
PIECE: Final = 256 * 1024
BY_THE_CLOCK: Final = 3

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
    """One kind of work, `module.work`, done in children of its own. May be shared by threads.

    `children` work at once, `waiting` more calls may wait, none longer than `patience` seconds.
    """

    def __init__(
        self,
        module: str,
        *,
        seconds: float,
        memory: int,
        children: int = 1,
        waiting: int = 16,
        patience: float = 20.0,
    ) -> None:
        self._command = [sys.executable, "-c", ENTRY, module, str(seconds), str(memory)]
        self._children, self._waiting, self._patience = children, waiting, patience
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def _forget(self) -> None:
        """A forked process must not talk to its parent's children."""
        self._places = threading.BoundedSemaphore(self._children + self._waiting)
        self._free: queue.LifoQueue[_Child] = queue.LifoQueue()
        for _ in range(self._children):
            self._free.put(_Child(self._command))

    def ask(self, header: Header, parts: Sequence[Part] = ()) -> tuple[Header, list[bytes]]:
        """What the work answers. Raises WorkError (as the work does), UnfinishedError and Busy.

        A part may be a seekable stream, which then passes by in pieces.
        """
        if not self._places.acquire(blocking=False):
            raise Busy(math.ceil(self._patience))
        try:
            with self._child() as child:
                answer, answered = child.ask(header, parts)
        finally:
            self._places.release()
        if "failed" in answer:
            raise WorkError(answer["failed"], answer.get("detail", ""))
        return answer, answered

    @contextlib.contextmanager
    def _child(self) -> Iterator[_Child]:
        try:
            child = self._free.get(timeout=self._patience)
        except queue.Empty:
            raise Busy(math.ceil(self._patience)) from None
        try:
            yield child
        finally:
            self._free.put(child)

    def close(self) -> None:
        """Ends the children, each after the call it is at."""
        held = []
        with contextlib.suppress(queue.Empty):
            for _ in range(self._children):
                held.append(self._free.get(timeout=self._patience))
        for child in held:
            child.end()
            self._free.put(child)


class _Child:
    """A process that works, started when it is first asked; one call at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: str | None = None
        self._calls = 0

    def ask(self, header: Header, parts: Sequence[Part]) -> tuple[Header, list[bytes]]:
        process = self._living()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            _write(process.stdin, header, parts)
            return _read(process.stdout)
        except (OSError, EOFError) as error:
            self.end()
            raise UnfinishedError("the work did not come to an end within its limits") from error
        except BaseException:  # an interrupted call leaves half a frame behind
            self.end()
            raise

    def _living(self) -> subprocess.Popen[bytes]:
        if self._calls >= CALLS_OF_A_CHILD:
            self.end()
        if self._process is None:
            self._folder = tempfile.mkdtemp(prefix="xactin-apart-")
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_bare(self._folder),
            )
            self._calls = 0
        self._calls += 1
        return self._process

    def end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
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


def _write(stream: IO[bytes], header: Header, parts: Sequence[Part]) -> None:
    text = json.dumps(header).encode()
    stream.write(LENGTHS.pack(len(text), len(parts)) + text)
    for part in parts:
        if isinstance(part, bytes):
            stream.write(struct.pack("!Q", len(part)))
            stream.write(part)
            continue
        stream.write(struct.pack("!Q", part.seek(0, os.SEEK_END)))
        part.seek(0)
        shutil.copyfileobj(part, stream, PIECE)
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
    """Answers until the parent goes. An alarm's default act ends the process even inside native code."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    while True:
        try:
            header, parts = _read(source)
        except EOFError:
            return
        _alarm(seconds)
        try:
            answer, answered = work(header, parts)
        except WorkError as failure:
            answer, answered = {"failed": failure.code, "detail": failure.detail}, []
        except Exception as error:  # whatever it is, the parent has to hear of it
            answer, answered = {"failed": "broken", "detail": f"{type(error).__name__}: {error}"[:2000]}, []
        _alarm(0)
        _write(sink, answer, answered)


def _alarm(seconds: float) -> None:
    """Seconds of the processor; by the clock some more, since a busy machine is nobody's fault. 0 ends it."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * BY_THE_CLOCK)


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
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _limit(int(sys.argv[3]))
    sandbox.shut(Path(os.environ["TMPDIR"]))
    with contextlib.suppress(BrokenPipeError):
        _serve(importlib.import_module(sys.argv[1]).work, float(sys.argv[2]))
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
