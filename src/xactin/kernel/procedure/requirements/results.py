"""Does what a package says of its result hold: who signs it, what signing writes, what it must not lack?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from xactin.kernel.procedure.description import Act, Procedure, Result, Task
from xactin.kernel.procedure.model import Kind
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem, problem_about

DRAFT: Final = "result.draft"
"""The kind of a service that draws a result up."""


def drafts(said: Procedure) -> set[str]:
    """The parts that hold drafts of the result."""
    return {part for one in said.services.values() if one.kind == DRAFT for part in one.writes}


def result_problems(package: Package) -> Iterator[Problem]:
    """What would keep the result from being drawn up, signed, or from being what it is called."""
    said = package.procedure
    if said.result is None:
        return
    if not any(one.kind == DRAFT for one in said.services.values()):
        if said.format > 1:
            yield problem_about(
                "result_unmade",
                "result",
                "Không bước nào lập kết quả này",
                "No service draws this result up",
            )
        return
    yield from _signing(package, said.result)
    yield from _paper(said, said.result)
    for needed in said.result.requires:
        if not _certain(package, needed):
            yield problem_about(
                "result_requires",
                "result.requires",
                "“{0}” có thể bị bỏ trống: biểu mẫu hoặc thao tác ghi phần này phải bắt buộc nhập",
                "“{0}” may be left empty: the form, or each act that writes it, has to require it",
                needed,
            )


def _signing(package: Package, result: Result) -> Iterator[Problem]:
    task = package.procedure.tasks.get(result.signed_by)
    drawn = package.flow.nodes.get(result.signed_by)
    if task is None or drawn is None or drawn.kind is not Kind.USER or drawn.multi or task.party:
        yield problem_about(
            "result_unsigned",
            "result.signed_by",
            "Cần nêu bước ký kết quả, do một vị trí thực hiện (signed_by)",
            "Say which task, done in a post, signs the result (signed_by)",
        )
    elif not drafts(package.procedure) & set(task.reads):
        yield problem_about(
            "result_unsigned",
            "result.signed_by",
            "Bước ký “{0}” phải đọc dự thảo kết quả",
            "The task “{0}” that signs has to read the draft of the result",
            task.id,
        )


def _paper(said: Procedure, result: Result) -> Iterator[Problem]:
    """Where signing writes the paper, each act that signs does, and no other."""
    if not result.paper:
        return
    task = said.tasks.get(result.signed_by)
    wrong = [act.id for act in task.acts if not _writes_rightly(act, result.paper)] if task else []
    wrong += [
        f"{one.id}.{act.id}"
        for one in said.tasks.values()
        if one.id != result.signed_by
        for act in one.acts
        if result.paper in act.writes
    ]
    if wrong or (task is not None and task.silence):
        yield problem_about(
            "result_paper",
            "result.paper",
            "Mọi thao tác ký (kind: advance) của bước ký, và chỉ các thao tác đó, phải ghi riêng phần này; im lặng "
            "không ký được. Xem: {0}",
            "Each act that signs (kind: advance), and none but those, has to write this part alone; silence cannot "
            "sign. See: {0}",
            ", ".join(wrong) or result.signed_by,
        )


def _writes_rightly(act: Act, paper: str) -> bool:
    return act.writes == (paper,) if act.kind == "advance" else paper not in act.writes


def _certain(package: Package, needed: str) -> bool:
    """Whether content always has this answer: its form requires it, and not as an empty text."""
    part, _slash, path = needed.partition("/")
    steps = path.split("/")
    if part.startswith("form."):
        return _required(package.form_schema, steps)
    writing = [task for task in package.procedure.tasks.values() if _writes(task, part)]
    acts = [act for task in writing for act in task.acts if part in act.writes]
    silent = any(task.silence for task in writing)
    return bool(acts) and not silent and all(_required(act.data_schema or {}, steps) for act in acts)


def _writes(task: Task, part: str) -> bool:
    return any(part in act.writes for act in task.acts)


def _required(schema: Any, steps: list[str]) -> bool:
    for step in steps:
        if not isinstance(schema, Mapping) or step not in schema.get("required", ()):
            return False
        schema = schema.get("properties", {}).get(step, {})
    filled = schema.get("minLength", 0) > 0 or any(key in schema for key in ("pattern", "enum", "format"))
    return schema.get("type") != "string" or filled
