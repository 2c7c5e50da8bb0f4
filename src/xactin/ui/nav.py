"""What the layouts show of rooms above: each registers its part in its `apps.py`, none is named here.

nav.register("cases", _("Inbox"), "cases:inbox", order=10, duties={"cases.work"})
nav.register_hats(source, "identity:wear_hat")     Hat(id, title, agency, worn) of the account
nav.register_bell(count, "notices:list")           how many notices are unread
nav.register_script("identity/signing.js", wanted) a module for the pages of those whose requests it is wanted for
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
# The groups of the desk, in the words of the officials' work, then the menus of portal and account.
AREAS: dict[str, Text] = {
    "records": _("Shared data"),
    "cases": _("Case handling"),
    "signals": _("Reports and alerts"),
    "insight": _("Analysis and forecasts"),
    "governance": _("Steering"),
    "operations": _("Operations and security"),
}
MENUS = ("portal", "account", "footer")


@dataclass(frozen=True)
class Item:
    """One line of a menu. It is for posts with one of `duties`; None is for everybody signed in."""

    area: str
    label: Text
    url_name: str
    order: int = 100
    duties: frozenset[str] | None = None
    icon: str = ""
    count: Callable[[HttpRequest], int] | None = None
    url_arguments: tuple[str, ...] = ()

    def meant_for(self, actor: Any) -> bool:
        """Whether somebody who wears this hat sees it."""
        return self.duties is None or bool(self.duties & getattr(actor, "duties", frozenset()))


@dataclass(frozen=True)
class Entry:
    """A line as drawn."""

    label: Text
    url: str
    icon: str
    here: bool
    count: int


@dataclass(frozen=True)
class Group:
    """An area of the desk with its lines."""

    label: Text
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Hat:
    """A post that the account may act in. `id` is what the switcher sends as `hat`."""

    id: str
    title: str
    agency: str
    worn: bool


_items: list[Item] = []
_hats: list[tuple[Callable[[HttpRequest], Sequence[Hat]], str]] = []
_bells: list[tuple[Callable[[HttpRequest], int], str]] = []
_scripts: dict[str, Callable[[HttpRequest], bool]] = {}


def register(
    area: str,
    label: Text,
    url_name: str,
    order: int = 100,
    duties: Collection[str] | None = None,
    *,
    icon: str = "",
    count: Callable[[HttpRequest], int] | None = None,
    url_arguments: tuple[str, ...] = (),
) -> None:
    """Adds a line to an area of the desk (`AREAS`) or to a menu (`MENUS`); the same line once."""
    if area not in AREAS and area not in MENUS:
        raise ValueError(f"no such area: {area}")
    item = Item(
        area,
        label,
        url_name,
        order,
        None if duties is None else frozenset(duties),
        icon,
        count,
        url_arguments,
    )
    if not any(
        (one.area, one.url_name, one.url_arguments) == (area, url_name, url_arguments) for one in _items
    ):
        _items.append(item)


def register_hats(source: Callable[[HttpRequest], Sequence[Hat]], url_name: str) -> None:
    """Who tells which hats there are, and the address that a chosen one is posted to (`hat`, `next`)."""
    _hats[:] = [(source, url_name)]


def register_script(path: str, wanted: Callable[[HttpRequest], bool]) -> None:
    """A module (a static file) that each page loads whose request it is wanted for."""
    _scripts[path] = wanted


def scripts(request: HttpRequest) -> list[str]:
    """The modules for a page."""
    return [path for path, wanted in _scripts.items() if wanted(request)]


def register_bell(unread: Callable[[HttpRequest], int], url_name: str) -> None:
    """Who counts unread notices, and where they are read."""
    _bells[:] = [(unread, url_name)]


def menu(request: HttpRequest, area: str) -> list[Entry]:
    """The lines of one menu for whoever asks."""
    actor = getattr(request, "actor", None)
    items = sorted((one for one in _items if one.area == area), key=lambda one: one.order)
    deepest = max((len(url) for url in map(_url, _items) if _here(request, url)), default=0)
    return [_entry(request, one, deepest) for one in items if one.meant_for(actor)]


def desk(request: HttpRequest) -> list[Group]:
    """The areas of the desk that have something for this post."""
    groups = [Group(label, menu(request, area)) for area, label in AREAS.items()]
    return [group for group in groups if group.entries]


def hats(request: HttpRequest) -> tuple[Sequence[Hat], str]:
    """The account's hats and where to change them; none for a visitor."""
    if not _hats or not getattr(request, "actor", None):
        return (), ""
    source, url_name = _hats[0]
    return source(request), reverse(url_name)


def bell(request: HttpRequest) -> tuple[int, str] | None:
    """Unread notices and their page; None for a visitor."""
    if not _bells or not getattr(request, "actor", None):
        return None
    unread, url_name = _bells[0]
    return unread(request), reverse(url_name)


def _url(item: Item) -> str:
    return reverse(item.url_name, args=item.url_arguments)


def _here(request: HttpRequest, url: str) -> bool:
    return request.path == url or (url != "/" and request.path.startswith(url))


def _entry(request: HttpRequest, item: Item, deepest: int) -> Entry:
    """A line as drawn. Of addresses that all begin like this page's, of whatever menu and for whomever, the longest
    (of `deepest` letters) is where we are: a page of another menu does not light the inbox."""
    url = _url(item)
    here = len(url) == deepest and _here(request, url)
    return Entry(item.label, url, item.icon, here, item.count(request) if item.count else 0)
