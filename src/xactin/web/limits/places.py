"""Threads of the server as places: who may hold how many of them at once, so that some are always left.

A rate counts requests and says nothing of how long each stays: a line that trickles, a paper that takes long to
read, a password that is hashed. Twenty of them would hold every thread of a site that answers thousands a minute.
"""

import os
from collections import Counter
from collections.abc import Sequence
from threading import Lock
from typing import Final

USUAL_THREADS: Final = 8


def threads() -> int:
    """How many threads a web process has."""
    return max(2, int(os.environ.get("XACTIN_WEB_THREADS", USUAL_THREADS)))


class Places:
    """What is held now, by name. Taken for a request, given back at its end."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, wanted: Sequence[tuple[str, int]]) -> bool:
        """Takes a place under each name that has fewer than its number taken; all or none."""
        with self._lock:
            if any(self._held[name] >= most for name, most in wanted):
                return False
            self._held.update(name for name, _most in wanted)
            return True

    def give_back(self, wanted: Sequence[tuple[str, int]]) -> None:
        """Frees what was taken."""
        with self._lock:
            for name, _most in wanted:
                self._held[name] -= 1
                if self._held[name] <= 0:
                    del self._held[name]
