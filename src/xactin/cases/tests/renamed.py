"""The shipped building permit with every id of its own: tasks, acts, services, parts, papers, posts, offices, parties.

What the platform itself names stays (`form.`, `document.`, `handling`, kinds): they are words of the format.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
import yaml

from xactin.cases import testing

TASKS: Final = {
    "receive": "b1",
    "review": "b2",
    "consult_land": "b3a",
    "consult_infrastructure": "b3b",
    "consult_environment": "b3c",
    "appraise": "b4",
    "approve": "b5",
    "issue": "b6",
}
SERVICES: Final = {"draft_result": "m1", "seal_result": "m2"}
ACTS: Final = {
    "accept": "nhan",
    "supplement": "xin_them",
    "refuse": "khong",
    "consult": "hoi",
    "agree": "thuan",
    "object": "nghich",
    "submit": "trinh",
    "approve": "ky",
    "return": "lui",
    "issue": "ra",
}
PARTS: Final = {
    "form.owner": "form.o1",
    "form.land": "form.o2",
    "form.house": "form.o3",
    "form.design": "form.o4",
    "form.schedule": "form.o5",
    "form.delivery": "form.o6",
    "answer.land": "say.r1",
    "answer.infrastructure": "say.r2",
    "answer.environment": "say.r3",
    "answer.appraisal": "say.r4",
    "result.draft": "sheet.first",
    "result.paper": "sheet.second",
    "result": "deed",
}
PAPERS: Final = {
    kind: f"g{number}"
    for number, kind in enumerate(
        ("land_right", "drawing", "adjacent_safety", "fire_review", "design_review", "identity")
    )
}
ASKER: Final = "nguoi_de_nghi"
CODE: Final = "9.000001"


def role(name: str) -> str:
    """The role of a post, but for those of the site itself."""
    return name if name in ("auditor", "administrator") else f"vt-{name}"


def function(name: str) -> str:
    """The function of an agency."""
    return name if name == "handling" else f"cn_{name}"


def package() -> dict[str, bytes]:
    """The files of the package."""
    folder = testing.package_folder(testing.PERMIT)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    said = _said(yaml.safe_load(files["procedure.yaml"]))
    template = files["result.typ"].decode().replace('"answers", "appraisal"', '"answers", "r4"')
    examples = {
        name: orjson.dumps(_example(yaml.safe_load(data)), default=str)
        for name, data in files.items()
        if name.startswith("examples/")
    }
    return {
        "procedure.yaml": orjson.dumps(said, default=str),
        "process.bpmn": _drawn(files["process.bpmn"].decode()).encode(),
        "form.schema.json": files["form.schema.json"],
        "permit.typ": template.encode(),
        **examples,
    }


def _part(name: str) -> str:
    if name.startswith("document.") and name != "document.*":
        return f"document.{PAPERS[name.removeprefix('document.')]}"
    return PARTS.get(name, name)


def _parts(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: [_part(part) for part in said[key]] for key in ("reads", "writes") if key in said}


def _said(said: dict[str, Any]) -> dict[str, Any]:
    limits = {TASKS[name]: limit for name, limit in said.pop("authority_limits").items()}
    result = said["result"] | {
        "template": "permit.typ",
        "signed_by": TASKS["approve"],
        "paper": PARTS[said["result"]["paper"]],
        "attach": [_part(part) for part in said["result"]["attach"]],
    }
    return said | {
        "format": 2,
        "kind": "application",
        "code": CODE,
        "begins": [{"origin": "person"}],
        "parties": {ASKER: {"name": {"vi": "Người đề nghị", "en": "Who asks"}, "asks": True}},
        "parts": {_part(part): pointers for part, pointers in said["parts"].items()},
        "checks": [
            one | ({"id": f"k{at}", "task": TASKS[one["task"]]} if "task" in one else {})
            for at, one in enumerate(said["checks"])
        ],
        "documents": [one | {"kind": PAPERS[one["kind"]]} for one in said["documents"]],
        "reception": TASKS[said["reception"]],
        "authority_limits": limits,
        "tasks": {TASKS[name]: _task(task) for name, task in said["tasks"].items()},
        "services": {SERVICES[name]: one | _parts(one) for name, one in said["services"].items()},
        "result": result,
    }


def _task(task: dict[str, Any]) -> dict[str, Any]:
    acts = [act | {"id": ACTS[act["id"]]} | _parts(act) for act in task["acts"]]
    return (
        task | _parts(task) | {"agency": function(task["agency"]), "post": role(task["post"]), "acts": acts}
    )


def _drawn(text: str) -> str:
    nodes = TASKS | SERVICES
    text = re.sub(r'== "(\w+)"', lambda found: f'== "{ACTS[found[1]]}"', text)
    return re.sub(rf'(?<=["\.>])({"|".join(nodes)})(?=["\s<])', lambda found: nodes[found[1]], text)


def _example(told: dict[str, Any]) -> dict[str, Any]:
    """An example of the permit in the other words."""
    return {key: _EXAMPLE.get(key, _same)(value) for key, value in told.items()}


def _same(value: Any) -> Any:
    return value


def _step(step: dict[str, Any]) -> dict[str, Any]:
    changed = {
        "task": lambda name: (TASKS | SERVICES)[name],
        "act": lambda name: ACTS.get(name, name),
        "post": role,
        "expect": _expected,
        "supply": _example,
        "amend": _example,
    }
    return {key: changed.get(key, _same)(value) for key, value in step.items()}


def _expected(told: dict[str, Any]) -> dict[str, Any]:
    nodes = TASKS | SERVICES
    changed = {
        "tasks": lambda names: [nodes[name] for name in names],
        "voided": lambda names: [nodes[name] for name in names],
        "acts": lambda acts: {nodes[name]: ACTS.get(act, act) for name, act in acts.items()},
    }
    return {key: changed.get(key, _same)(value) for key, value in told.items()}


_EXAMPLE: Final[dict[str, Any]] = {
    "documents": lambda kinds: [PAPERS[kind] for kind in kinds],
    "limits": lambda limits: {TASKS[name]: limit for name, limit in limits.items()},
    "acts": lambda steps: [_step(step) for step in steps],
    "expect": _expected,
    "expect_start": _expected,
}
