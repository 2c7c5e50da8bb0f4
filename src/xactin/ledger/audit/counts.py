"""What an audit looked at, counted where it is looked at: in each worker, and put together at the end."""

from collections import Counter
from typing import Final

_counted: Final[Counter[str]] = Counter()

DECIDED: Final = "effects decided again"
FOLDED: Final = "effects only folded"
UNDECIDABLE: Final = "effects undecidable"
"""Followed by why: ` (content erased)`."""
UNSHOWN: Final = "acts signed through a program, with no mark of what was read"
"""Nothing is wrong with them, and nobody can say later what their signer had before them."""


def count(what: str, many: int = 1) -> None:
    """Counts something that was looked at. Also by folds of higher rooms, which run in the same process."""
    _counted[what] += many


def taken() -> Counter[str]:
    """What was counted since the last time."""
    found = Counter(_counted)
    _counted.clear()
    return found
