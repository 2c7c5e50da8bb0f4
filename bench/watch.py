"""A stopwatch for acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Watch:
    """How long each act took, in milliseconds, from call to durable commit."""

    def __init__(self) -> None:
        self.acts: list[float] = []

    @contextmanager
    def act(self) -> Iterator[None]:
        """Times one act."""
        started = perf_counter()
        yield
        self.acts.append((perf_counter() - started) * 1000)
