"""The settings of the next version that has a fault."""

from xactin.web.keeping.tests.newer.settings import *  # noqa: F403
from xactin.web.keeping.tests.newer.settings import INSTALLED_APPS as BEFORE

INSTALLED_APPS = [*BEFORE, "xactin.web.keeping.tests.broken"]
