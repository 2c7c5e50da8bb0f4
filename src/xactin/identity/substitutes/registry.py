"""To what a substitute may be limited: rooms say which pieces of a post's work they know, and which acts these are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from xactin.identity.models import Post


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a post's work: as scopes name it, in words, and the acts that its mandate covers."""

    id: str
    vi: str
    en: str
    acts: tuple[str, ...]


Provider = Callable[[Post], Sequence[Piece]]
_providers: Final[list[Provider]] = []


def register_pieces(provider: Provider) -> None:
    """Called from a room's `apps.py`."""
    if provider not in _providers:
        _providers.append(provider)


def pieces_of(post: Post) -> list[Piece]:
    """All pieces of a post's work."""
    return [piece for provider in _providers for piece in provider(post)]
