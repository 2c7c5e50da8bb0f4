"""The settings of the next version whose step takes its time."""

from xactin.web.settings import *  # noqa: F403
from xactin.web.settings import INSTALLED_APPS as BEFORE

INSTALLED_APPS = [*BEFORE, "xactin.web.keeping.tests.slow"]
