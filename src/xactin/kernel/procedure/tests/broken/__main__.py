"""Writes the ten faulty packages into a folder."""

import sys
from pathlib import Path

from xactin.kernel.procedure.tests.broken import FAULTS, build

for name in FAULTS:
    print(build(name, Path(sys.argv[1])))
