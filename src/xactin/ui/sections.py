"""Sections that rooms above put on a page of a room below, which names none of them.

    sections.register("home", source, order=10)      in the `apps.py` of the room above
    {% sections "home" %}                            in the page

A source is given the request and answers HTML that it rendered itself, or nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

Source = Callable[[HttpRequest], SafeString | None]
PLACES = ("home", "sign_in", "today")


@dataclass(frozen=True)
class Section:
    """One source at its place among the others."""

    place: str
    source: Source
    order: int


_sections: list[Section] = []


def register(place: str, source: Source, *, order: int = 100) -> None:
    """Adds a section to a page (`PLACES`); the same once. Raises ValueError for a page that has no place for any."""
    if place not in PLACES:
        raise ValueError(f"no such place: {place}")
    if not any((one.place, one.source) == (place, source) for one in _sections):
        _sections.append(Section(place, source, order))


def shown(request: HttpRequest, place: str) -> SafeString:
    """The sections of a place for whoever asks, one after the other."""
    found = sorted((one for one in _sections if one.place == place), key=lambda one: one.order)
    return format_html_join("\n", "{}", ((html,) for one in found if (html := one.source(request))))
