"""Threads of the server as places: who may hold how many of them at once, so that some are always left.

A rate counts requests and says nothing of how long each stays: a line that trickles, a paper that takes long to
read, a password that is hashed. Twenty of them would hold every thread of a site that answers thousands a minute.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Condition
from typing import Final

USUAL_THREADS: Final = 8

Wanted = Sequence[tuple[str, int]]
"""Names, each with how many places of its kind there are."""


def threads(own: Mapping[str, str] = os.environ) -> int:
    """How many threads of a web process answer at once."""
    return max(2, int(own.get("XACTIN_WEB_THREADS", USUAL_THREADS)))


def all_threads(own: Mapping[str, str]) -> int:
    """How many a web process has: as many again in which requests wait for their turn."""
    return 2 * threads(own)


class Places:
    """What is held now, by name. Taken for a request, given back at its end.

    Where none is free a request may wait a little, in a room that has places of its own: whoever asks for much at once
    is served one after the other, and fills neither the places nor the room.
    """

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._freed = Condition()

    def take(self, wanted: Wanted, *, room: Wanted = (), patience: float = 0.0) -> bool:
        """Takes a place under each name that has fewer than its number taken; all or none.

        `patience`: seconds to wait for them, where `room` has a place to wait under each of its names.
        """
        with self._freed:
            if not _taken(self._held, wanted):
                if patience <= 0 or not _taken(self._waiting, room):
                    return False
                try:
                    return self._freed.wait_for(lambda: _taken(self._held, wanted), patience)
                finally:
                    _left(self._waiting, room)
            return True

    def give_back(self, wanted: Wanted) -> None:
        """Frees what was taken."""
        with self._freed:
            _left(self._held, wanted)
            self._freed.notify_all()


def _taken(held: Counter[str], wanted: Wanted) -> bool:
    if any(held[name] >= most for name, most in wanted):
        return False
    held.update(name for name, _most in wanted)
    return True


def _left(held: Counter[str], wanted: Wanted) -> None:
    for name, _most in wanted:
        held[name] -= 1
        if held[name] <= 0:
            del held[name]
