"""The lists that a design is made of, and what may be done with one: put in, change, move, take out. Pure."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from xactin.cases.procedures.designs.design import Design

Kind = Literal["sections", "fields", "papers", "steps", "asks", "fees", "eligibility", "checks"]
Move = Literal["up", "down", "remove"]
KINDS: Final[tuple[Kind, ...]] = (
    "sections",
    "fields",
    "papers",
    "steps",
    "asks",
    "fees",
    "eligibility",
    "checks",
)
_LISTS: Final[dict[str, str]] = {"sections": "form"}


def items(design: Design, kind: Kind, within: str = "") -> tuple[Any, ...]:
    """The parts of a kind in their order. `within`: the section whose fields, the step whose questions.

    Raises KeyError for no such section or step.
    """
    if kind == "fields":
        return {one.id: one for one in design.form}[within].fields
    if kind == "asks":
        return {one.id: one for one in design.steps}[within].asks
    return tuple(getattr(design, _LISTS.get(kind, kind)))


def ids(design: Design, kind: Kind, within: str = "") -> list[str]:
    """Their ids; what has none is told by its place, from 1."""
    found = items(design, kind, within)
    return [getattr(one, "id", str(place)) for place, one in enumerate(found, 1)]


def placed(design: Design, kind: Kind, id: str, part: Any, within: str = "") -> Design:
    """With this part in the place of the one of this id, or at the end where there is none."""
    found, known = list(items(design, kind, within)), ids(design, kind, within)
    if id in known:
        found[known.index(id)] = part
    else:
        found.append(part)
    return _with(design, kind, found, within)


def moved(design: Design, kind: Kind, id: str, move: Move, within: str = "") -> Design:
    """With one part a place further up or down, or taken out; the same where it cannot be moved.

    Raises KeyError for no such part, pydantic's ValidationError where none may be missing.
    """
    found, known = list(items(design, kind, within)), ids(design, kind, within)
    if id not in known:
        raise KeyError(id)
    place = known.index(id)
    part = found.pop(place)
    if move != "remove":
        to = place + (-1 if move == "up" else 1)
        found.insert(min(max(to, 0), len(found)), part)
    return _with(design, kind, found, within)


def _with(design: Design, kind: Kind, found: Sequence[Any], within: str) -> Design:
    parts = [one.model_dump() for one in found]
    if kind in ("fields", "asks"):
        name = "form" if kind == "fields" else "steps"
        holders = [
            one.model_dump() | ({kind: parts} if one.id == within else {}) for one in getattr(design, name)
        ]
        return Design.model_validate(design.model_dump() | {name: holders})
    return Design.model_validate(design.model_dump() | {_LISTS.get(kind, kind): parts})
