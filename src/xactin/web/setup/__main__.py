"""`python -m xactin.web.setup`: brings front-end parts, fonts and translations up to date."""

import sys

from xactin.web.setup.front_end import collect
from xactin.web.setup.translations import compile_all

if __name__ == "__main__":
    collect()
    compile_all()
    sys.exit(0)
