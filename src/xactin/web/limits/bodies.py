"""Requests whose body trickles: each holds a thread of the server, so a few of them would hold the site.

The server reads a body when we ask for it, and waits as long as the client likes; nothing in WSGI ends that wait. So
it is done by a thread beside, for which we wait with a limit: a body slower than anybody's line is answered 408, the
server closes the connection, and both threads are free. Behind a proxy that collects bodies first (nginx does) none
is slow. Headers have the server's own limit (`up.py`).

A body that comes as slowly as a bad line holds its thread as long. Of those that take longer than a second at most
half of the threads wait; where there are more, the slowest are answered 408, one after the other.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from xactin.web.limits.places import threads

GRACE: Final = 10.0  # seconds in which a body may come as it likes
SLOWEST: Final = 1024  # bytes a second that it must reach on the average from then on
PIECE: Final = 16 * 1024
AT_ONCE: Final = 1.0  # seconds in which a body is in nobody's way

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class TooSlow(OSError):
    """The body did not come in time; Django tells it as a body that cannot be read."""


class Waiting:
    """The bodies that are waited for in this process, at most `most` of them for long."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bodies: set[Body] = set()
        self._lock = threading.Lock()

    def begin(self, body: "Body") -> None:
        """A body is waited for from now on."""
        with self._lock:
            self._bodies.add(body)

    def end(self, body: "Body") -> None:
        """It is waited for no more."""
        with self._lock:
            self._bodies.discard(body)

    def gives_way(self, body: "Body") -> bool:
        """Whether a body has to go: there are too many, and none that came for a while is slower."""
        with self._lock:
            if body not in self._bodies or len(self._bodies) <= self._most or body.seconds < AT_ONCE:
                return False
            others = self._bodies - {body}
            slower = any(other.seconds >= AT_ONCE and other.speed < body.speed for other in others)
            if not slower:
                self._bodies.discard(body)
            return not slower


class Body:
    """`wsgi.input` with a limit to its patience."""

    def __init__(
        self,
        source: Any,
        *,
        grace: float = GRACE,
        slowest: int = SLOWEST,
        waiting: Waiting | None = None,
        length: int | None = None,
    ) -> None:
        self._source, self._grace, self._slowest = source, grace, slowest
        self._waiting, self._length = waiting or Waiting(1), length
        self._begun, self._count = time.monotonic(), 0
        self._asked: queue.SimpleQueue[tuple[str, int] | None] = queue.SimpleQueue()
        self._found: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
        self._reader: threading.Thread | None = None
        self.late = False

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all. Raises TooSlow."""
        pieces, left = [], size
        while size is None or size < 0 or left > 0:
            piece = self._ask("read", PIECE if size is None or size < 0 else min(left, PIECE))
            pieces.append(piece)
            left -= len(piece)
            if not piece:
                break
        return b"".join(pieces)

    def readline(self, size: int = -1) -> bytes:
        """A line, or so many bytes of it. Raises TooSlow."""
        return self._ask("readline", size if size and size > 0 else PIECE)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    @property
    def seconds(self) -> float:
        """How long it has been coming."""
        return time.monotonic() - self._begun

    @property
    def speed(self) -> float:
        """Bytes a second until now."""
        return self._count / max(self.seconds, 0.001)

    def close(self) -> None:
        """Lets the thread beside go; one that still waits goes with the connection."""
        self._waiting.end(self)
        self._asked.put(None)

    def _ask(self, way: str, size: int) -> bytes:
        if self.late:
            raise TooSlow("the body did not come in time")
        if self._reader is None:
            self._reader = threading.Thread(target=self._run, name="body", daemon=True)
            self._reader.start()
            self._waiting.begin(self)
        self._asked.put((way, size))
        found = self._awaited(self._deadline(size))
        if isinstance(found, Exception):
            raise found
        self._count += len(found)
        if not found or self._count == self._length:
            self._waiting.end(self)
        return found

    def _awaited(self, deadline: float) -> bytes | Exception:
        """What the thread beside found. Raises TooSlow at the deadline, or when this body has to give way."""
        while not self._waiting.gives_way(self):
            left = deadline - time.monotonic()
            try:
                return self._found.get(timeout=max(0.0, min(left, AT_ONCE)))
            except queue.Empty:
                if left <= 0:
                    break
        self.late = True
        raise TooSlow("the body did not come in time")

    def _deadline(self, size: int) -> float:
        return self._begun + self._grace + (self._count + size) / self._slowest

    def _run(self) -> None:
        while (asked := self._asked.get()) is not None:
            way, size = asked
            try:
                self._found.put(getattr(self._source, way)(size))
            except Exception as error:
                self._found.put(error)


class Bodies:
    """The site behind a limit to how slow a body may come: 408 beyond."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._waiting = Waiting(max(1, threads() // 2))

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The answer of the site, or 408."""
        if environ.get("CONTENT_LENGTH", "0") in ("", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            return self._application(environ, start_response)
        told_length = environ.get("CONTENT_LENGTH", "")
        length = int(told_length) if told_length.isascii() and told_length.isdecimal() else None
        body = environ["wsgi.input"] = Body(environ["wsgi.input"], waiting=self._waiting, length=length)
        told: list[tuple[Any, ...]] = []
        answer = self._application(environ, lambda *status: told.append(status))
        body.close()
        if body.late:
            closing = getattr(answer, "close", None)
            if closing:
                closing()
            headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
            start_response("408 Request Timeout", headers)
            return [b"the request did not come in time\n"]
        start_response(*told[0])
        return answer
