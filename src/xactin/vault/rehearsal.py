"""An act that is done twice alike: once to learn what has to be signed, with all of it undone, and once in earnest.

A passkey signs outside this process and later. So that any act may be signed by one, a door does the act in a
rehearsal, hands what its statements say to the person, and does the act again with the signatures. Both times the ids
and salts that are drawn, and the time that statements claim, have to be the same: they come from the seed here.
"""

import hmac
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

SEED: Final = 32
"""Bytes of a seed. It stays with the server: salts come from it."""


@dataclass
class Course:
    """What is done alike. `at` is the time its statements claim; `trial`: all of it is undone at the end."""

    seed: bytes = field(repr=False)
    at: datetime
    trial: bool
    ids: int = 0
    salts: int = 0
    outside: list[Callable[[], None]] = field(default_factory=list)

    def id(self) -> UUID:
        """The next id, of version 7 as all of them."""
        drawn, self.ids = self._drawn(b"id", self.ids), self.ids + 1
        moment = int(self.at.timestamp() * 1000) << 80
        order = (7 << 12 | min(self.ids, 0xFFF)) << 64
        return UUID(int=moment | order | 2 << 62 | int.from_bytes(drawn[:8], "big") >> 2)

    def salt(self) -> bytes:
        """The next salt, 32 bytes."""
        drawn, self.salts = self._drawn(b"salt", self.salts), self.salts + 1
        return drawn

    def _drawn(self, what: bytes, place: int) -> bytes:
        return hmac.digest(self.seed, what + place.to_bytes(8, "big"), "sha256")


_course: ContextVar[Course | None] = ContextVar("course", default=None)


def course() -> Course | None:
    """What is being done alike now, if anything."""
    return _course.get()


def drawn() -> bytes:
    """32 bytes that nobody knows; the same again where an act is done twice alike. What an act signs comes from here:
    drawn anew, it would be something else than a device has confirmed."""
    found = _course.get()
    return found.salt() if found else os.urandom(32)


def on_trial() -> bool:
    """Whether what is being done now is undone at the end."""
    found = _course.get()
    return found is not None and found.trial


@contextmanager
def run(found: Course) -> Iterator[None]:
    """Whatever is done inside draws from this course; a trial leaves nothing behind, in the database or beside it."""
    mark = _course.set(found)
    try:
        if not found.trial:
            yield
            return
        with transaction.atomic():
            try:
                yield
            finally:
                transaction.set_rollback(True)
    finally:
        _course.reset(mark)
        for undo in found.outside:
            undo()
