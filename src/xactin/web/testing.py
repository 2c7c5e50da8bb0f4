"""The suite's surroundings, as a pytest plugin (`-p xactin.web.testing`).

Without `DATABASE_URL` the suite runs on the PostgreSQL of the wheel, started once and ended
with the suite. It must stand before pytest-django reads the settings, hence a plugin and not
a `conftest.py`.
"""

import atexit
import inspect
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import hypothesis
import pytest
from psycopg.pq import TransactionStatus

from xactin.web.launcher.data_folder import CHECKOUT, DataFolder
from xactin.web.launcher.database import database
from xactin.web.launcher.postgres import SERVANT

if TYPE_CHECKING:
    import psycopg
    from django.db.backends.base.base import BaseDatabaseWrapper

OURS: Final = (f"{CHECKOUT}/src/xactin/", f"{CHECKOUT}/tests/", f"{CHECKOUT}/conftest.py")
# What belongs to a transaction belongs to no role.
TRANSACTIONS: Final = ("SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "BEGIN", "SET ")
# Where a whole authority, and often a browser, is at work.
LONG: Final = ("tests/journeys/", "tests/faults/", "tests/upgrade/", "src/xactin/web/keeping/tests/")
_standing = ExitStack()
_owning: list[bool] = []
# Also where pytest gives up before it is configured, as on a fault in the settings.
atexit.register(_standing.close)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Runs before all others of its name: settings are read behind the `yield`."""
    os.environ.setdefault("XACTIN_MODE", "test")
    if "XACTIN_DATA" not in os.environ:
        os.environ["XACTIN_DATA"] = str(_temporary_folder())
    data = DataFolder(Path(os.environ["XACTIN_DATA"]))
    data.create()
    _standing.enter_context(database(data))
    # The suite makes databases, as the owner; the code it tries works as web (see `weaker`).
    os.environ["DATABASE_URL"] = os.environ.pop("XACTIN_OWNER_URL", "") or os.environ["DATABASE_URL"]
    # How long an example takes tells how busy the machine is, and nothing about the code.
    hypothesis.settings.register_profile("xactin", hypothesis.settings(), deadline=None)
    hypothesis.settings.load_profile("xactin")
    yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a run of several processes, files that take minutes begin first: one begun last is waited for alone.

    Behind `pytest-randomly`, whose order stays among the long and among the others.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_unconfigure() -> None:
    """Ends the database and removes the folder, in the process that made them."""
    _standing.close()


def _temporary_folder() -> Path:
    """A folder in a place where the database's user may reach it, also when the suite runs as root."""
    folder = Path(tempfile.mkdtemp(prefix="xactin-test-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    _standing.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def weaken() -> None:
    """From now on the code under test works as the role of web; what a test says itself is done as the owner.

    Call it with the tables of the test database made. Tests damage tables, empty them and look behind the doors:
    that is no fault of the code they try. So each statement is the owner's whose innermost frame of ours stands
    in a test (or in none, as when the runner empties tables), and web's otherwise.
    """
    from django.db import IntegrityError, ProgrammingError, connection
    from django.db.backends.signals import connection_created

    from xactin.web.keeping import roles

    # Another process of the suite may make it at the same time.
    with connection.cursor() as cursor, suppress(ProgrammingError, IntegrityError):
        cursor.execute(f"CREATE ROLE {SERVANT} LOGIN")
    roles.give_rights()
    roles.give(SERVANT)
    connection.close()
    connection.settings_dict["OPTIONS"]["options"] = f"-c role={SERVANT}"
    connection_created.connect(_watch, dispatch_uid="weaker role")


def _watch(sender: object, connection: "BaseDatabaseWrapper", **more: object) -> None:
    if _by_owner not in connection.execute_wrappers:
        connection.execute_wrappers.append(_by_owner)


def _by_owner(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Does a statement as the owner where a test asks for it. A wrapper of Django's for each connection."""
    raw = context["connection"].connection
    if _owning or str(sql).startswith(TRANSACTIONS) or _broken(raw) or not _asked_by_a_test():
        return execute(sql, params, many, context)
    raw.execute("SET ROLE NONE")
    try:
        return execute(sql, params, many, context)
    finally:
        if not _broken(raw):  # else the role comes back with the end of the transaction
            raw.execute(f"SET ROLE {SERVANT}")


def _broken(raw: "psycopg.Connection[Any]") -> bool:
    return raw.info.transaction_status in (TransactionStatus.INERROR, TransactionStatus.UNKNOWN)


def _asked_by_a_test() -> bool:
    frame = inspect.currentframe()
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(OURS) and file != __file__:
            return "/tests/" in file or file.endswith(("/testing.py", "/conftest.py"))
        frame = frame.f_back
    return True


@pytest.fixture
def as_owner(django_db_setup: None) -> Iterator[None]:
    """For what `restore` and `upgrade` call, which work as the owner."""
    from django.db import connection

    _owning.append(True)
    connection.ensure_connection()
    connection.connection.execute("SET ROLE NONE")
    yield
    _owning.pop()
    if connection.connection and not _broken(connection.connection):
        connection.connection.execute(f"SET ROLE {SERVANT}")
