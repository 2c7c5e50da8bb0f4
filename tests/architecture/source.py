"""The project's own source as data: rooms, files, syntax trees, imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "xactin"
ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file())


@dataclass(frozen=True)
class Source:
    """A module of a room. `place` is its path within the package, `parts` its pieces without suffix."""

    room: str
    place: str
    parts: tuple[str, ...]
    tree: ast.Module
    lines: int

    @property
    def module(self) -> str:
        """Its dotted name."""
        return ".".join(("xactin", *self.parts)).removesuffix(".__init__")


@cache
def sources() -> tuple[Source, ...]:
    """Every module of every room, tests and migrations left out."""
    return tuple(_sources())


def _sources() -> Iterator[Source]:
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            parts = path.relative_to(PACKAGE).with_suffix("").parts
            if not {"tests", "migrations"} & set(parts):
                text = path.read_text("utf-8")
                yield Source(room, str(path.relative_to(PACKAGE)), parts, ast.parse(text), text.count("\n"))


def modules_of_tests() -> Iterator[tuple[str, int]]:
    """(place, lines) of every module of tests: of rooms, of the suite, and what it tries in its long form."""
    found = [
        *PACKAGE.rglob("tests/**/*.py"),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "trial").rglob("*.py"),
    ]
    for path in sorted(found):
        yield str(path.relative_to(ROOT)), path.read_text("utf-8").count("\n")


def imports(source: Source) -> Iterator[tuple[str, int]]:
    """Every (dotted name, line) that a module imports, wherever in it."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
