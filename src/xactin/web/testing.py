"""The suite's surroundings, as a pytest plugin (`-p xactin.web.testing`).

Without `DATABASE_URL` the suite runs on the PostgreSQL of the wheel, started once and ended
with the suite. It must stand before pytest-django reads the settings, hence a plugin and not
a `conftest.py`.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from xactin.web.launcher.data_folder import DataFolder
from xactin.web.launcher.database import database

_standing = ExitStack()
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
    # How long an example takes tells how busy the machine is, and nothing about the code.
    hypothesis.settings.register_profile("xactin", hypothesis.settings(), deadline=None)
    hypothesis.settings.load_profile("xactin")
    yield


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
