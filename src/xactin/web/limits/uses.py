"""Who took how much of the threads' time lately: who presses is told from who works, however many press together.

Seconds that requests of a name held a thread, those that still run among them; half of it is forgotten in half a
minute. Whoever took more than half of what those who take much take on the average is heavy. A person who signs in and
opens a page is not, beside ten or twenty accounts that ask without a pause.
"""

import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

HALF: Final = 30.0  # seconds in which half of what was taken is forgotten
LITTLE: Final = 3.0  # seconds of a thread that make nobody heavy
LATELY: Final = 10.0  # seconds in which somebody who asked may ask again
MOST_NAMES: Final = 2_000


@dataclass
class _Use:
    seconds: float
    at: float
    running: Counter[float] = field(default_factory=Counter)

    def now(self, at: float) -> float:
        """What was taken, as far as it still counts, up to this moment."""
        kept: float = self.seconds * 0.5 ** ((at - self.at) / HALF)
        return kept + sum((at - begun) * many for begun, many in self.running.items())


class Uses:
    """What each name took. Times are of a clock that only grows."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Use] = OrderedDict()
        self._lock = Lock()

    def begin(self, name: str, at: float | None = None) -> float:
        """A request of this name runs from now on; returns what `end` is told."""
        begun = time.monotonic() if at is None else at
        with self._lock:
            found = self._kept.pop(name, None) or _Use(0.0, begun)
            found.running[begun] += 1
            self._kept[name] = found
            self._forget()
            return begun

    def end(self, name: str, begun: float, at: float | None = None) -> None:
        """That request has ended."""
        now = time.monotonic() if at is None else at
        with self._lock:
            found = self._kept.get(name)
            if found is None:
                return
            found.running[begun] -= 1
            if not found.running[begun]:
                del found.running[begun]
            found.seconds = found.seconds * 0.5 ** ((now - found.at) / HALF) + (now - begun)
            found.at = now

    def presses(self, name: str, at: float | None = None) -> bool:
        """Whether this name takes much, and somebody who takes little asked a moment ago."""
        now = time.monotonic() if at is None else at
        with self._lock:
            found = self._kept.get(name)
            mine = found.now(now) if found else 0.0
            if mine <= LITTLE:
                return False
            used = [(one.now(now), one.at) for one in self._kept.values()]
            much = [seconds for seconds, _at in used if seconds > LITTLE]
            limit = sum(much) / len(much) / 2
            return mine > limit and any(
                seconds <= max(limit, LITTLE) and now - ended < LATELY for seconds, ended in used
            )

    def _forget(self) -> None:
        """The name unseen longest goes, but for one of which something runs."""
        while len(self._kept) > MOST_NAMES:
            name = next((one for one, used in self._kept.items() if not used.running), None)
            if name is None:
                return
            del self._kept[name]
