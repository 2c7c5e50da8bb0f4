"""What takes longer than a start may, played on demand: `xactin demo play month`.

A room adds a story here: a name, a sentence that says what is seen, and an iterator that plays it and gives a line
for each step worth one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from xactin.demo.past import history
from xactin.kernel.local import LOCAL
from xactin.ledger.errors import DemoOnly
from xactin.ledger.queries import authority


@dataclass(frozen=True)
class Story:
    """Something to watch. `told`: what it is, in a sentence."""

    told: str
    play: Callable[[], Iterator[str]]


def _month() -> Iterator[str]:
    week = 0
    for step in history.go_on(timedelta(days=30)):
        at = step.at.astimezone(LOCAL)
        if at.isocalendar().week != week:
            week = at.isocalendar().week
            yield f"week of {at:%d/%m/%Y}"


STORIES: Final[Mapping[str, Story]] = {
    "month": Story("the offices at work for the next thirty days, without visitors", _month)
}


def played(name: str) -> Iterator[str]:
    """Plays a story; gives its lines. Raises ValueError (no such story, or the past is not whole), DemoOnly."""
    if name not in STORIES:
        raise ValueError(f"there is no story {name!r}; there are: {', '.join(STORIES)}")
    if not authority().demo:
        raise DemoOnly
    if not history.is_whole():
        raise ValueError("the demo is still living through its past")
    yield from STORIES[name].play()
