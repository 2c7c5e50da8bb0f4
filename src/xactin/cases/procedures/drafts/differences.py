"""What changed between two designs, place by place. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """`place` leads from the whole to what changed (`("papers", "paper_2", "required")`). None: was not there."""

    place: tuple[str, ...]
    before: Any
    after: Any


def differences(before: Any, after: Any, place: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Every place where two designs (as JSON) differ. Things with an `id` are the same thing wherever they stand."""
    if before == after:
        return
    pairs = _pairs(before, after)
    if pairs is None:
        yield Difference(place, before, after)
        return
    for name, (old, new) in pairs.items():
        yield from differences(old, new, (*place, name))


def _pairs(before: Any, after: Any) -> Mapping[str, tuple[Any, Any]] | None:
    """What stands under which name on both sides; None where the two cannot be compared part by part."""
    old, new = _named(before), _named(after)
    if old is None or new is None:
        return None
    return {name: (old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])}


def _named(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        # Words in two languages change as a whole: a reader wants to see the text, not its member.
        return None if set(value) <= {"vi", "en"} else value
    if isinstance(value, Sequence) and not isinstance(value, str):
        if all(isinstance(one, Mapping) and "id" in one for one in value):
            return {str(one["id"]): one for one in value}
        return None
    return None
