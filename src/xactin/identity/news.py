"""What others may want to know of this room: higher rooms subscribe, and tell people.

Whoever subscribes is called within the transaction of the act, so that nothing is told of what did not happen.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal
from uuid import UUID

from xactin.identity.models import Post
from xactin.identity.rights import Actor

Listener = Callable[[Mapping[str, Any]], None]
"""Gets {act, by, post or person, ...}: ids only, fit to be kept as JSON."""

MACHINE: Final = "machine"
"""Who did it where nobody in a post could: whoever has the authority's keys, at its machine."""

_listeners: Final[list[Listener]] = []


def subscribe(listener: Listener) -> None:
    """Has `listener` called for each change of who may do what. Called from a room's `apps.py`."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(by: "Actor | Literal['machine'] | None", act: str, post: Post, **more: Any) -> None:
    """A change of a post, of its duties or its holders."""
    if by is None:  # the authority itself, at its founding and at upgrades
        return
    body = {"act": act, "by": "" if by == MACHINE else str(by.person_id), "post": str(post.pk)}
    _send(body | {name: str(value) if isinstance(value, UUID) else value for name, value in more.items()})


def tell_of_person(by: Actor, act: str, person: UUID, **more: str) -> None:
    """Something was said of a person, by an official in a post."""
    who = {"by": str(by.person_id), "by_post": by.post_code or "", "path": by.agency_path}
    _send({"act": act, "person": str(person), **who, **more})


def _send(body: Mapping[str, Any]) -> None:
    for listener in _listeners:
        listener(body)
