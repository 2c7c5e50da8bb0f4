"""`python -m tests.architecture.translations`: every text of the interface has its Vietnamese.

Texts are found as Django's own `makemessages` finds them (templates through `templatize`),
with Babel in place of the gettext tools.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import django
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[2] / "src" / "xactin"
KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop", "ugettext"], (1,)),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
Said = tuple[str, str]
"""Context and text."""
LETTER = re.compile(r"[^\W\d_]")


def texts() -> Iterator[tuple[str, str]]:
    """Each (place, msgid) of code and templates, tests left out."""
    for path in sorted(SOURCE.rglob("*")):
        relative = path.relative_to(SOURCE)
        if {"tests", "migrations", "static", "testing.py"} & set(relative.parts) or path.suffix not in (
            ".py",
            ".html",
            ".txt",
        ):
            continue
        if path.suffix != ".py" and "templates" not in relative.parts:
            continue
        content = path.read_text("utf-8")
        if path.suffix != ".py":
            content = templatize(content)
        for line, _, message, _ in extract_python(BytesIO(content.encode()), list(KEYWORDS), [], {}):
            for one in _singular(message):
                yield f"{relative}:{line}", one


def _singular(message: object) -> list[str]:
    """The msgid of a call: the first text that is one (a plural's second is found by its first)."""
    found = (
        [message] if isinstance(message, str) else [part for part in message or () if isinstance(part, str)]
    )
    return [found[0]] if found and LETTER.search(found[0]) else []


def problems() -> list[str]:
    """Texts without Vietnamese, and Vietnamese that is fuzzy or empty."""
    known: set[str] = set()
    rooms: dict[str, dict[Said, str]] = {}
    found = []
    for path in sorted(SOURCE.glob("*/locale/vi/LC_MESSAGES/django.po")):
        with path.open("rb") as source:
            catalog = read_po(source, locale="vi")
        for message in catalog:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            if not message.id:
                continue
            rooms.setdefault(path.parts[-5], {})[(str(message.context or ""), ids[0])] = str(message.string)
            if message.fuzzy or not all(
                message.string if isinstance(message.string, tuple) else [message.string]
            ):
                found.append(f"{path.relative_to(SOURCE)}: fuzzy or empty: {ids[0]!r}")
            known.update(ids)
            if message.context:
                known.add(str(message.context))
    missing = {text: place for place, text in texts() if text not in known}
    found += disagreements(rooms)
    return found + [f"{place}: no Vietnamese for {text!r}" for text, place in sorted(missing.items())]


def disagreements(rooms: Mapping[str, Mapping[Said, str]]) -> list[str]:
    """Texts that two rooms say differently: people see the one of the room that Django reads last, on every page."""
    first: dict[Said, tuple[str, str]] = {}
    found = []
    for room, said in sorted(rooms.items()):
        for text, vietnamese in said.items():
            other, before = first.setdefault(text, (room, vietnamese))
            if before != vietnamese:
                found.append(f"{other} and {room} say {text[1]!r} differently: {before!r}, {vietnamese!r}")
    return found


if __name__ == "__main__":
    django.setup()
    faults = problems()
    print("\n".join(faults) or "translations: complete")
    sys.exit(1 if faults else 0)
