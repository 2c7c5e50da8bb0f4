"""What keeps an agency open: higher rooms say whether it has unfinished work of theirs."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

Use = Callable[[UUID], tuple[str, str] | None]
"""An agency's id -> why it cannot be closed, in both languages; None where nothing of this room is in the way."""

_uses: Final[list[Use]] = []


def register_use(use: Use) -> None:
    """Has `use` asked before an agency is closed. Called from a room's `apps.py`."""
    if use not in _uses:
        _uses.append(use)


def in_use(agency: UUID) -> tuple[str, str] | None:
    """Why an agency cannot be closed, as the first room says; None where it can."""
    return next((why for use in _uses if (why := use(agency)) is not None), None)
