"""Facts that cannot be, and facts that somebody has to look at: the `checks` of a package.

A check of kind `refuse` keeps an application from being sent. One of kind `warn` lets it come, and whoever does the
task it names answers it: no act of that task goes on without a few words on each warning, and these words are part
of what the act signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from xactin.kernel.expressions import ExpressionError, Shape, compile_expression
from xactin.kernel.procedure.description import Act, Check
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import covers
from xactin.kernel.procedure.problems import Problem

ANSWERED: Final = "warnings"
"""The member of an act's data that answers warnings: {id of the check: words}."""

_WORDS: Final = {"vi": "Điểm cần xem lại", "en": "To be looked at"}
_HELP: Final = {
    "vi": "Ông/Bà ghi đã đối chiếu thế nào trước khi giải quyết tiếp. Nội dung này là một phần của văn bản được ký.",
    "en": "Say how this was looked into before going on. These words are part of what is signed.",
}
_NOWHERE: Final = Shape("nowhere")


def caught(package: Package, data: Mapping[str, Any], today: str, kind: str) -> list[Check]:
    """The checks of a kind that catch data of the form's schema. Raises ExpressionError."""
    return [one for one in package.procedure.checks if one.kind == kind and _holds(package, one, data, today)]


def _holds(package: Package, check: Check, data: Mapping[str, Any], today: str) -> bool:
    values = {"form": data, "today": today}
    return bool(compile_expression(check.when, package.names_of_checks).evaluate(values))


def warns(package: Package, task: str) -> bool:
    """Whether a task may have warnings to answer."""
    return any(check.kind == "warn" and check.task == task for check in package.procedure.checks)


def warnings(package: Package, task: str, data: Mapping[str, Any], filed: str) -> list[Check]:
    """What a task has to answer. `filed` is the day the dossier was filed: what was odd then is odd until it is
    mended. A check that cannot be evaluated warns too: somebody should look."""
    found = []
    for check in package.procedure.checks:
        if check.kind != "warn" or check.task != task:
            continue
        try:
            holds = _holds(package, check, data, filed)
        except ExpressionError:
            holds = True
        if holds:
            found.append(check)
    return found


def asking(act: Act, warned: Sequence[Check]) -> Act:
    """The act with the warnings among what it asks. What does not go on (a refusal, a return) answers none."""
    if act.kind != "advance" or not warned:
        return act
    schema = dict(act.data_schema or {"type": "object", "additionalProperties": False})
    schema["properties"] = {ANSWERED: _answers(warned), **schema.get("properties", {})}
    schema["required"] = [ANSWERED, *schema.get("required", ())]
    return replace(act, data_schema=schema)


def _answers(warned: Sequence[Check]) -> dict[str, Any]:
    words = {"type": "string", "minLength": 3, "maxLength": 1000}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [check.id for check in warned],
        "properties": {
            check.id: {**words, "x-ui": {"label": check.message, "rows": 2, "order": place}}
            for place, check in enumerate(warned)
        },
        "x-ui": {"label": _WORDS, "help": _HELP, "order": -1},
    }


# -- what keeps a package from being published


def check_problems(package: Package) -> Iterator[Problem]:
    """Checks that nobody could be told, and warnings that nobody could answer."""
    taken: set[str] = set()
    for index, check in enumerate(package.procedure.checks):
        where = f"checks.{index}"
        if not _of_the_form(package, check.at):
            yield Problem(
                "check_unknown_field",
                where,
                f"Biểu mẫu không có mục “{check.at}” mà {where} chỉ tới",
                f"{where} points to “{check.at}”, which the form does not have",
            )
        if check.kind == "warn":
            yield from _unanswerable(package, check, where)
            if check.id in taken:
                yield Problem(
                    "check_twice",
                    where,
                    f"Mã “{check.id}” của {where} đã dùng cho một cảnh báo khác",
                    f"{where}: another warning has the id “{check.id}” already",
                )
            taken.add(check.id)


def _of_the_form(package: Package, pointer: str) -> bool:
    shape = package.names.roots["form"]
    for name in pointer.split("/")[1:]:
        shape = (shape.members or {}).get(name, _NOWHERE)
    return shape is not _NOWHERE and (not pointer or pointer.startswith("/"))


def _unanswerable(package: Package, check: Check, where: str) -> Iterator[Problem]:
    """A warning needs a task of officials that sees what it is about, waits for an answer, and says nothing else by
    that name."""
    task = package.procedure.tasks.get(check.task)
    if not check.id or task is None or task.party or task.agency == "applicant" or task.silence:
        yield Problem(
            "check_unanswered",
            where,
            f"Cảnh báo {where} cần có id và task: việc của một vị trí, không coi im lặng là đồng ý",
            f"The warning {where} needs an id and a task: one of a post, whose silence is no consent",
        )
        return
    unseen = [part for part in _asked(package, check) if not any(covers(one, part) for one in task.reads)]
    if unseen:
        yield Problem(
            "check_unseen",
            where,
            f"Việc “{task.id}” phải trả lời {where} nhưng không đọc {', '.join(unseen)}",
            f"The task “{task.id}” has to answer {where} and does not read {', '.join(unseen)}",
        )
    if any(ANSWERED in (act.data_schema or {}).get("properties", {}) for act in task.acts):
        yield Problem(
            "check_unanswered",
            where,
            f"Việc “{task.id}” đã có mục “{ANSWERED}”, là chỗ trả lời cảnh báo",
            f"The task “{task.id}” asks for “{ANSWERED}” already, where warnings are answered",
        )


def _asked(package: Package, check: Check) -> list[str]:
    """The parts of the form that a check speaks of."""
    try:
        asked = compile_expression(check.when, package.names_of_checks).parsed.roots.get("form", frozenset())
    except ExpressionError:
        return []  # told where rules are read
    names = package.form_schema.get("properties", {}) if asked is None else asked
    of_part = {
        pointer.strip("/").split("/")[0]: part
        for part, pointers in package.procedure.parts.items()
        for pointer in pointers
    }
    return sorted({of_part.get(name, f"form.{name}") for name in names})
