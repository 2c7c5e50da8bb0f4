"""Inside a room nothing goes in a circle: neither files, nor the folders they stand in.

Each folder is looked at by itself: its files, and its folders as one each. What stands below is imported by what
stands above, and never the other way: so each of them can be read, tried and taken away on its own.
"""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.architecture.source import Source, imports, sources

Graph = dict[str, dict[str, set[str]]]
"""By folder: each of its files and folders, and which of the others it imports."""

KNOWN: Mapping[tuple[str, str, str], str] = {
    ("xactin.ledger", "workers", "audit"): "a process of an audit begins in a module that imports no model",
}
"""(folder, which part, which other it imports): the imports that still close a circle, and why they stand."""


def graphs(modules: Iterable[tuple[str, Iterable[str]]]) -> Graph:
    """The imports between neighbours, of (module, names that it imports)."""
    told = {module: list(names) for module, names in modules}
    found: Graph = {}
    for module, names in told.items():
        for name in names:
            target = _module(name, told)
            if target is not None and target != module:
                folder, one, other = _neighbours(module.split("."), target.split("."))
                found.setdefault(folder, {}).setdefault(one, set()).add(other)
    return found


def _module(name: str, known: Mapping[str, object]) -> str | None:
    """The module that a dotted name stands in; None where it is none of ours."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None


def _neighbours(one: list[str], other: list[str]) -> tuple[str, str, str]:
    """The folder that holds both, and what of it each stands in; a folder's own `__init__` is a file in it."""
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    parts = ["".join(path[shared : shared + 1]) or "__init__" for path in (one, other)]
    return ".".join(one[:shared]), parts[0], parts[1]


def circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """One circle of it, beginning where it ends; nothing where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])[::-1]
    return []


def _told(source: Source) -> tuple[str, list[str]]:
    return source.module, [name for name, _line in imports(source)]


FOUND = {folder: one for folder, one in graphs(map(_told, sources())).items() if folder != "xactin"}


@pytest.mark.parametrize("folder", sorted(FOUND))
def test_nothing_goes_in_a_circle(folder: str) -> None:
    left = {
        part: {other for other in others if (folder, part, other) not in KNOWN}
        for part, others in FOUND[folder].items()
    }
    assert " -> ".join(circle(left)) == ""


def test_the_acts_of_any_case_know_no_kind_of_case() -> None:
    """Applications, internal tasks, results and pages stand on `dossiers/`, and it on none of them."""
    files = {source.parts[1] for source in sources() if source.parts[0] == "cases" and len(source.parts) == 2}
    assert FOUND["xactin.cases"]["dossiers"] - files == {"models", "papers", "procedures"}


@pytest.mark.parametrize(("folder", "part", "other"), sorted(KNOWN))
def test_no_exception_outlives_its_circle(folder: str, part: str, other: str) -> None:
    graph = FOUND[folder]
    assert other in graph[part], "this import is gone: name it no more"
    assert part in _reached(graph, other), "this import closes no circle: name it no more"


def _reached(graph: Mapping[str, Iterable[str]], start: str) -> set[str]:
    """Everything that a part imports, by however many others."""
    found, waiting = set[str](), [start]
    while waiting:
        new = set(graph.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def test_the_rule_catches_a_circle_of_folders_without_one_of_files() -> None:
    told = graphs(
        [
            ("xactin.hall.low.store", ["xactin.hall.high.words.Word"]),
            ("xactin.hall.high.words", []),
            ("xactin.hall.high.acts", ["xactin.hall.low.store"]),
        ]
    )
    assert sorted(set(circle(told["xactin.hall"]))) == ["high", "low"]


def test_what_imports_one_way_is_no_circle() -> None:
    told = graphs(
        [("xactin.hall.high.acts", ["xactin.hall.low.store.Row"]), ("xactin.hall.low.store", ["os.path"])]
    )
    assert told == {"xactin.hall": {"high": {"low"}}}
    assert circle(told["xactin.hall"]) == []
