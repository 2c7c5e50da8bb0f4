"""Acts after which their task stays open: what each has to write, and what may come with it."""

from __future__ import annotations

from collections.abc import Iterator

from xactin.kernel.procedure.description import Act, Task
from xactin.kernel.procedure.flow.lasting import LASTING
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem, problem_about


def lasting_problems(package: Package, task: Task) -> Iterator[Problem]:
    """act_lasting, act_attaches: acts of a task that nobody could do as they are said."""
    acts = {act.id: act for act in task.acts}
    kinds = {document.kind for document in package.procedure.documents}
    for act in task.acts:
        where = f"tasks.{task.id}.acts.{act.id}"
        if not _well(acts, act):
            yield problem_about(
                "act_lasting",
                where,
                "Thao tác “{0}” phải ghi đúng một phần (add, write), hoặc nêu thao tác add mà nó sửa (revises); "
                "việc vẫn mở nên không có throws, receives",
                "“{0}” has to write exactly one part (add, write), or to name the add that it mends (revise: revises); "
                "its task stays open, so it neither throws nor receives",
                act.id,
            )
        if act.attaches and (act.kind not in ("add", "revise") or act.attaches not in kinds):
            yield problem_about(
                "act_attaches",
                where,
                "Tệp kèm theo “{0}” phải là một loại ở mục documents, và chỉ đi cùng thao tác add hoặc revise",
                "What is attached, “{0}”, has to be a kind under documents, and comes with an add or a revise only",
                act.attaches,
            )


def _well(acts: dict[str, Act], act: Act) -> bool:
    if act.kind not in LASTING:
        return not act.revises
    if act.throws or act.receives:
        return False
    if act.kind == "revise":
        mended = acts.get(act.revises)
        return not act.writes and mended is not None and mended.kind == "add"
    return len(act.writes) == 1 and not act.revises and not act.writes[0].endswith("*")
