"""Letters that papers cannot print, told where they are entered. Which these are, the room that prints papers says."""

from collections.abc import Callable

Missing = Callable[[str], str]
_asked: list[Missing] = []


def register(missing: Missing) -> None:
    """Has every form ask `missing(text)`: the first letter that cannot be printed, "" where all can."""
    _asked[:] = [missing]


def missing_letter(text: str) -> str:
    """The first letter of a text that no paper prints; "" where all can be printed, or nothing prints papers."""
    return "" if text.isascii() else next((letter for ask in _asked if (letter := ask(text))), "")
