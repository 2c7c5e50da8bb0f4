"""`python -m tests.architecture.map`: draws `docs/map.md` from the code."""

import ast
import re
from collections.abc import Iterator

import django
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.source import PACKAGE, ROOMS, ROOT, Source, sources

PLACE = ROOT / "docs" / "map.md"
HEAD = """# Map

Drawn from the code by `make map`; the suite fails when it is out of date. Rooms stand in the
order of their floors, the highest first. Read a room's `README.md` before its code.
"""
FLOORS = [
    "web",
    "demo",
    "governance",
    "operations",
    "insight",
    "signals",
    "cases",
    "records",
    "identity",
    "notices",
]
FLOORS += ["ledger", "vault", "kernel", "ui"]


def draw() -> str:
    """The text of the map."""
    rooms = sorted(ROOMS, key=FLOORS.index)
    return "\n".join([HEAD, *("\n".join(_room(room)) for room in rooms), *_addresses()]).rstrip() + "\n"


def _room(room: str) -> Iterator[str]:
    readme = PACKAGE / room / "README.md"
    yield f"## {room}\n"
    if readme.is_file():
        yield _first_sentence(re.sub(r"^#.*\n+", "", readme.read_text("utf-8"))) + "\n"
    for title, kind in (("Acts", "commands"), ("Questions", "queries"), ("Jobs", "jobs")):
        found = [
            line
            for source in sources()
            if source.room == room and (kind in source.parts or source.parts[-1].endswith(f"_{kind}"))
            for line in _public(source)
        ]
        if found:
            yield f"**{title}**\n"
            yield from found
            yield ""
    registries = [line for source in sources() if source.room == room for line in _registries(source)]
    if registries:
        yield "**What other rooms register here**\n"
        yield from registries
        yield ""


def _registries(source: Source) -> Iterator[str]:
    """Functions by which a higher room says what it has; a bare `register` without arguments calls those of others."""
    for node in source.tree.body:
        if (
            isinstance(node, ast.FunctionDef)
            and node.name.startswith("register")
            and (node.args.args or node.args.kwonlyargs)
        ):
            meaning = _first_sentence(ast.get_docstring(node) or "")
            yield f"- `{source.module.removeprefix('xactin.')}.{node.name}`: {meaning}"


def _public(source: Source) -> Iterator[str]:
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            meaning = _first_sentence(ast.get_docstring(node) or "")
            yield f"- `{source.module.removeprefix('xactin.')}.{node.name}`: {meaning}"


def _first_sentence(text: str) -> str:
    flat = " ".join(text.strip().split("\n\n")[0].split())
    return re.split(r"(?<=[.:;]) (?=[A-Z])", flat)[0]


def _addresses() -> Iterator[str]:
    yield "## Addresses\n"
    yield "| address | served by |\n|---|---|"
    for route, name in sorted(set(_routes(get_resolver().url_patterns, "/"))):
        yield f"| `{route}` | `{name}` |"


def _routes(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern).lstrip("^").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif route.startswith("/accounts/"):
            yield "/accounts/...", "allauth"
        else:
            view = pattern.callback
            view = getattr(view, "func", getattr(view, "view_class", view))
            yield route.replace("|", "\\|"), f"{view.__module__}.{view.__qualname__}".removeprefix("xactin.")


if __name__ == "__main__":
    django.setup()
    PLACE.write_text(draw(), "utf-8")
    print(f"{PLACE.relative_to(ROOT)} drawn")
