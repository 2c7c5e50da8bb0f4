"""The settings of that version."""

from xactin.web.settings import *  # noqa: F403
from xactin.web.settings import INSTALLED_APPS as BEFORE

INSTALLED_APPS = [*BEFORE, "xactin.web.keeping.tests.stepwise"]
