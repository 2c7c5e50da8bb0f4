"""One role or two: what is done as the owner, what web is refused, and what people are told."""

import psycopg
import pytest

from xactin.web.keeping.tests.places import MakePlace, Place, found_demo
from xactin.web.launcher.postgres import SERVANT

pytestmark = pytest.mark.timeout(300)
ROLES = (
    "from xactin.web.status import health; print(next(p.detail for p in health.look() if p.name == 'roles'))"
)
REWRITE = """
from django.db import connection
connection.cursor().execute("UPDATE ledger_entry SET effect = effect")
"""


def test_web_of_an_authority_cannot_rewrite_its_log(demo: Place) -> None:
    assert demo.say(ROLES) == "web cannot change what was signed\n"
    with pytest.raises(AssertionError, match="permission denied for table ledger_entry"):
        demo.say(REWRITE)


def test_one_role_works_and_says_that_it_is_weaker(make_place: MakePlace) -> None:
    place = make_place("single")
    place.one_role = True
    found_demo(place)
    assert place.say(ROLES).startswith("weaker: ")
    place.say(REWRITE)
    # A second role later: the next start gives it what it may do, and no more.
    place.one_role = False
    place.run("--demo", module="xactin.web.keeping.groundwork")
    assert place.say(ROLES) == "web cannot change what was signed\n"


def test_a_role_that_owns_tables_is_not_web(demo: Place, make_place: MakePlace) -> None:
    place = make_place.copy(demo, "owning")
    with psycopg.connect(place.url) as connection:
        connection.execute(f"ALTER TABLE notices_outbox OWNER TO {SERVANT}")
    told = place.run("--demo", module="xactin.web.keeping.groundwork", code=2)
    assert "owns tables" in told
    assert f'REASSIGN OWNED BY "{SERVANT}" TO' in told


def test_the_roles_must_be_two(demo: Place, make_place: MakePlace) -> None:
    place = make_place.copy(demo, "same")
    place.one_role, place.more["XACTIN_OWNER_URL"] = True, place.url
    assert "name the same role" in place.run("upgrade", code=2)
