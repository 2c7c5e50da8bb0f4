"""Which room cares about which event. Higher rooms register in their `apps.py`; none is named here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A row of the outbox as its handler sees it. `id` is the same each time the event is tried again."""

    id: int
    topic: str
    body: Mapping[str, Any]
    created: datetime


Handler = Callable[[Event], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """What an event is about, for whoever has to look when it cannot be handled: in words, and where to look."""

    vi: str
    en: str
    url: str = ""

    def in_language(self, language: str) -> str:
        """The words for a person."""
        return self.en if language.startswith("en") else self.vi


About = Callable[[Mapping[str, Any]], Matter]


@dataclass(frozen=True, slots=True)
class Topic:
    """Who handles a topic, and whether each event is a job of its own (slow work) or one of a bundle."""

    handler: Handler
    alone: bool
    about: About | None = None


_topics: dict[str, Topic] = {}


def register_topic(topic: str, handler: Handler, *, alone: bool = False, about: About | None = None) -> None:
    """Names the handler of a topic. It runs after the act, at least once: it must come out the same twice.

    It runs in a transaction of its own. `alone` gives each event its own job and no transaction, for
    work that takes longer than some milliseconds or does acts that must be seen at once (such as waiting
    for the log). `about` says in words what an event's body is about. Raises ValueError for a second handler.
    """
    known = _topics.get(topic)
    if known is not None and known.handler is not handler:
        raise ValueError(f"the topic {topic} has a handler already")
    _topics[topic] = Topic(handler, alone, about)


def topic_of(name: str) -> Topic | None:
    """The registration of a topic."""
    return _topics.get(name)
