"""The database of the suite: made by its owner, used by the weaker role that web and workers have."""

import pytest
from pytest_django.plugin import DjangoDbBlocker

from xactin.web import testing


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Once the tables stand, the code under test may do what web may do, and no more."""
    with django_db_blocker.unblock():
        testing.weaken()
