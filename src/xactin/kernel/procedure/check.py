"""Everything that keeps a package from being published, each problem with its place and how to mend it.

Codes: deadlock, livelock, dead_task, token_left, too_many_states, endless (`soundness/`); path_too_long, limit
(`requirements/limits.py`); example_fails (`examples.py`); condition_*, form_schema, post_nobody_holds, task_*,
service_*, reads_unknown, ... (`requirements/consistency.py`); kind_*, service_kind, ... (`requirements/runtime.py`);
field_* (`requirements/forms.py`); and those of reading: unknown_element, package_form, file_missing, ...
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from xactin.kernel.procedure.examples import example_problems
from xactin.kernel.procedure.package import Package, load_package
from xactin.kernel.procedure.problems import PackageError, Problem
from xactin.kernel.procedure.requirements.consistency import consistency
from xactin.kernel.procedure.requirements.limits import path_problems
from xactin.kernel.procedure.requirements.runtime import Runtime, runtime_problems
from xactin.kernel.procedure.soundness.circles import circle_problems
from xactin.kernel.procedure.soundness.states import soundness
from xactin.kernel.working_time import Calendar, vietnam

__all__ = ["PackageError", "Problem", "check", "check_folder"]

_UNSOUND = frozenset({"deadlock", "livelock", "dead_task", "token_left", "too_many_states", "endless"})
_RULES_BROKEN = frozenset(
    {"form_schema", "task_undescribed", "service_unknown", "timer", "adhoc_never_ends", "decision_unknown"}
)


def check(
    package: Package,
    *,
    posts: Collection[tuple[str, str]] | None,
    runtime: Runtime | None = None,
    calendar: Calendar | None = None,
) -> list[Problem]:
    """Every problem of a package; an empty list says that it may be published.

    `posts`: the (agency function or `handling`, role) somebody holds; None leaves that out. `runtime`:
    what the platform that would run it can do; None leaves that out too. `calendar`: whose
    hours count; Viet Nam's office hours when left out. Examples always run on those.
    """
    hours = calendar or vietnam()
    found = list(consistency(package, posts))
    if not any(problem.code == "form_schema" for problem in found):
        found += runtime_problems(package, runtime)
    if not any(problem.code in _RULES_BROKEN for problem in found):
        found += circle_problems(package) or soundness(package, hours)
        found += path_problems(package, hours)
    # Of a flow that cannot be trusted, examples would only repeat in other words what is wrong.
    if not any(
        problem.code in _RULES_BROKEN | _UNSOUND or problem.code.startswith("condition_") for problem in found
    ):
        found += example_problems(package, vietnam())
    return found


def check_folder(
    folder: Path,
    posts: Collection[tuple[str, str]] | None = None,
    calendar: Calendar | None = None,
    runtime: Runtime | None = None,
) -> list[Problem]:
    """`check` of a folder; what keeps it from being read is a problem too. Never raises."""
    try:
        package = load_package(folder)
    except PackageError as error:
        return error.problems
    except OSError as error:
        text = f"{folder.name}: {error.strerror}"
        return [Problem("file_missing", folder.name, f"Không đọc được {text}", f"Cannot read {text}")]
    return check(package, posts=posts, runtime=runtime, calendar=calendar)
