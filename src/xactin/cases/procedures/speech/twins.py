"""Procedures with the same or nearly the same name: one is shown, its twins below it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")
ALIKE = 0.8
"""The part of both names' words and neighbours that they share from which they are twins."""


def grouped(found: Iterable[Thing], marks: Callable[[Thing], frozenset[str]]) -> list[list[Thing]]:
    """Things in their order, each with the twins that came after it; `marks` are the words of its name."""
    groups: list[tuple[frozenset[str], list[Thing]]] = []
    for one in found:
        own = marks(one)
        for first, group in groups:
            if are_twins(first, own):
                group.append(one)
                break
        else:
            groups.append((own, [one]))
    return [group for _first, group in groups]


def are_twins(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names say nearly the same. Their lengths alone show at once that most do not."""
    if not one or not other or min(len(one), len(other)) < ALIKE * max(len(one), len(other)):
        return False
    return len(one & other) >= ALIKE * len(one | other)
