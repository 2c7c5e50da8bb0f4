"""The tree of agencies: which stand where, which has a function nearest to a place, what belongs to which place."""

import time
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from xactin.identity.models import Agency
from xactin.vault.rehearsal import on_trial

_TREE_SECONDS: Final = 15.0


# The tree of agencies is asked for in every act and changes a few times a year, so each process
# keeps it for some seconds; a command of this process forgets it at once.
@dataclass(slots=True)
class _Tree:
    read_at: float
    agencies: dict[UUID, Agency]


_tree: _Tree | None = None


def forget_tree() -> None:
    """The tree has changed."""
    global _tree
    _tree = None


def agencies() -> dict[UUID, Agency]:
    """All agencies by id, as this process last read them: not for changing."""
    global _tree
    tree = _tree
    if tree is None or time.monotonic() - tree.read_at > _TREE_SECONDS:
        tree = _Tree(time.monotonic(), {found.id: found for found in Agency.objects.order_by("path")})
        if not on_trial():  # what is rehearsed never was
            _tree = tree
    return tree.agencies


def agency(id: UUID) -> Agency:
    """An agency by its id. Raises LookupError."""
    found = agencies().get(id)
    if found is None:
        forget_tree()
        found = agencies()[id]
    return found


def agency_tree() -> list[tuple[int, Agency]]:
    """All agencies in the order of the tree, each with its depth from 0."""
    return [(found.path.count("/") - 1, found) for found in sorted(agencies().values(), key=lambda a: a.path)]


def agencies_with(*, function: str, near: Agency) -> list[Agency]:
    """Agencies with a function, nearest in the tree first: within `near`, then within each place above it."""
    found = [one for one in agencies().values() if function in one.functions and one.closed_at is None]
    return sorted(found, key=lambda one: (_distance(near.path, one.path), one.path.count("/"), one.path))


def _distance(from_path: str, to_path: str) -> int:
    """How many levels one has to climb from the first to find the second below."""
    from_codes, to_codes = from_path.rstrip("/").split("/"), to_path.rstrip("/").split("/")
    shared = 0
    for one, other in zip(from_codes, to_codes, strict=False):
        if one != other:
            break
        shared += 1
    return len(from_codes) - shared


def agency_for(handling: UUID, function: str) -> UUID:
    """The agency that does a task of `function` for a dossier handled by `handling`.

    "handling" is that one itself. Raises LookupError when no agency has the function.
    """
    if function == "handling":
        return handling
    near = agency(handling)
    found = agencies_with(function=function, near=near)
    if not found:
        raise LookupError(f"no agency for {function}")
    return found[0].id


class Place(NamedTuple):
    """Where an agency stands."""

    kind: str
    parent_id: UUID | None
    path: str


def place_path(agency: Agency | Place) -> str:
    """The path of the province or commune that an agency is or belongs to: the nearest one in the tree upwards."""
    found: Agency | Place | None = agency
    while found is not None and found.kind not in (Agency.Kind.PROVINCE, Agency.Kind.COMMUNE):
        found = agencies().get(found.parent_id) if found.parent_id else None
    return found.path if found else agency.path
