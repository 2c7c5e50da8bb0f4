"""One demo authority at rest, with an issued result, for all tests of keeping."""

from collections.abc import Iterator

import pytest

from xactin.web.keeping.tests.places import MakePlace, Place, found_demo

ISSUE = """
from xactin.cases import testing
case = testing.apply()
testing.to_result(case)
testing.sequence_all()
"""


@pytest.fixture(scope="session")
def make_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakePlace]:
    """Makes places, each with a new database."""
    made = MakePlace(tmp_path_factory.mktemp("places"))
    yield made
    made.clear()


@pytest.fixture(scope="session")
def demo(make_place: MakePlace) -> Place:
    """The authority; tests read it and leave it as it is."""
    place = make_place("demo")
    found_demo(place)
    place.say(ISSUE)
    return place
