"""A folder shows about a dozen names, and a file is read in one sitting: what grows past that is split by noun."""

from collections import Counter
from collections.abc import Iterable

from tests.architecture.source import modules_of_tests, sources

MOST_LINES = 400
MOST_MODULES = 14


def long(modules: Iterable[tuple[str, int]]) -> list[str]:
    """Of (place, lines): the files that nobody reads in one sitting."""
    return [f"{place}: {lines} lines" for place, lines in modules if lines > MOST_LINES]


def crowded(places: Iterable[str]) -> list[str]:
    """The folders that hold more modules than one overlooks, their own `__init__.py` counted."""
    held = Counter(place.rpartition("/")[0] for place in places)
    return [f"{folder}: {count} modules" for folder, count in sorted(held.items()) if count > MOST_MODULES]


def test_no_file_has_become_a_warehouse() -> None:
    """Split it by a noun that the room already uses; an exception would only be the first of many."""
    assert long((source.place, source.lines) for source in sources()) == []


def test_no_file_of_tests_has_become_one_either() -> None:
    """What several of them need stands in a module beside them that is no test (`asking.py`, `folded.py`)."""
    found = list(modules_of_tests())
    assert len(found) > 100
    assert long(found) == []


def test_no_folder_has_become_a_drawer() -> None:
    """Give the room a folder named after a noun it already uses, which imports its neighbours one way."""
    assert crowded(source.place for source in sources()) == []


def test_the_rule_catches_a_long_file_and_a_full_folder() -> None:
    full = [f"hall/desk/{number}.py" for number in range(MOST_MODULES)]
    assert long([("hall/acts.py", 400)]) == []
    assert long([("hall/acts.py", 401)]) == ["hall/acts.py: 401 lines"]
    assert crowded([*full, "hall/acts.py", "hall/desk/lists/rows.py"]) == []
    assert crowded([*full, "hall/desk/__init__.py"]) == ["hall/desk: 15 modules"]
