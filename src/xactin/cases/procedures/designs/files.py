"""From a design to the files of a package, with a worked example that was played and not made up."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import yaml

from xactin.cases.procedures.designs.description import description_of
from xactin.cases.procedures.designs.design import Design
from xactin.cases.procedures.designs.flow import bpmn_of
from xactin.cases.procedures.designs.form import form_schema, sample
from xactin.kernel.local import LOCAL
from xactin.kernel.procedure import engine
from xactin.kernel.procedure.examples import Run
from xactin.kernel.procedure.package import Package, load_package
from xactin.kernel.working_time import vietnam

EXAMPLE: Final = "examples/usual.yaml"
_FILED: Final = datetime(2026, 7, 20, 8, tzinfo=LOCAL)  # a Monday of an ordinary week
_PAUSE: Final = timedelta(minutes=5)
_MOST_STEPS: Final = 200


def files_of(design: Design, template: str) -> dict[str, bytes]:
    """The package of a design: `template` is its result's text (Typst) where it says none of its own.

    Raises PackageError where the design makes no package that can be read, Wrong and Refused where its usual way
    cannot be played to the end.
    """
    files = {
        "procedure.yaml": _yaml(description_of(design)),
        "process.bpmn": bpmn_of(design),
        "form.schema.json": orjson.dumps(form_schema(design), option=orjson.OPT_INDENT_2),
    }
    if design.result is not None:
        files["result.typ"] = (design.result.template or template).encode()
    return files | {EXAMPLE: _yaml(played(load_package(files), sample(design)))}


def _yaml(value: Mapping[str, Any]) -> bytes:
    text: str = yaml.dump(
        value, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120, default_flow_style=False
    )
    return text.encode()


class _Plain(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes out what stands in two places: anchors are for those who write by hand."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def played(package: Package, data: Mapping[str, Any]) -> dict[str, Any]:
    """The usual way through a procedure as a worked example: all papers attached, everybody goes on at once, nobody
    objects. Raises Wrong and Refused.
    """
    example: dict[str, Any] = {
        "name": "Giải quyết bình thường",
        "submitted": f"{_FILED:%Y-%m-%d %H:%M}",
        "applicant": {"kind": package.procedure.applicants[0] if package.procedure.applicants else "citizen"},
        "data": dict(data),
        "documents": [one.kind for one in package.procedure.documents if not one.show_only],
        "acts": [],
    }
    run = Run(package, example, vietnam())
    run.filed = f"{_FILED:%Y-%m-%d}"
    run.fits()
    run.start(_FILED)
    at = _FILED
    while run.state["phase"] not in engine.ENDED and len(example["acts"]) < _MOST_STEPS:
        at += _PAUSE
        step = _next(package, run, at)
        run.seq += 1
        run.step(step, at)
        example["acts"].append(step)
    return example | {"expect": {"phase": run.state["phase"], "tasks": sorted(run.open())}}


def _next(package: Package, run: Run, at: datetime) -> dict[str, Any]:
    """What happens next: the first open task goes on by its first act that leads on."""
    task = next(one for one in engine.open_tasks(package, run.state) if one.kind not in ("supply", "offer"))
    act = next((one for one in task.acts if one.kind == "advance"), None)
    step: dict[str, Any] = {"at": f"{at:%Y-%m-%d %H:%M}", "task": task.node, "act": act.id if act else "done"}
    described = package.procedure.tasks.get(task.node)
    if described is not None and described.post:
        step["post"] = described.post
    if act is not None and act.example:
        step["data"] = dict(act.example)
    return step
