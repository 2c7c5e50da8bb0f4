"""Ten faulty packages, each one small change away from a good one.

`python -m xactin.kernel.procedure.tests.broken FOLDER` writes them out, for `xactin procedure check`.
"""

import re
import shutil
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
PROCEDURES = HERE.parents[5] / "procedures"
FAULTS = sorted(path.parent.name for path in HERE.glob("*/fault.yaml"))


def fault(name: str) -> dict[str, Any]:
    """What is wrong with a package: its base, the changes, and the problem `check` has to name."""
    found = yaml.safe_load((HERE / name / "fault.yaml").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def build(name: str, folder: Path) -> Path:
    """Writes the faulty package `folder/<name>`. A change that no longer fits its base is an error."""
    about = fault(name)
    made = folder / name
    shutil.copytree(PROCEDURES / about["base"], made)
    for change in about["changes"]:
        path = made / change["file"]
        text, times = re.subn(change["find"], change["replace"], path.read_text("utf-8"), flags=re.DOTALL)
        assert times == change.get("times", 1), f"{name}: {change['find']!r} fits {times} times"
        path.write_text(text, "utf-8")
    return made
