"""Do the files of a package speak of the same things? Names, rules, schemas, posts: everything but the flow's
soundness, the limits and the examples."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice, takewhile
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from xactin.kernel.procedure.description import ANY_POST, CHOSEN, Act
from xactin.kernel.procedure.model import TASKS, Kind
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import covers
from xactin.kernel.procedure.problems import Problem, problem_about
from xactin.kernel.procedure.requirements.conditions import condition_problems
from xactin.kernel.procedure.requirements.events import event_problems
from xactin.kernel.procedure.requirements.lasting import lasting_problems

_THROWN = (Kind.THROW, Kind.END)

Posts = Collection[tuple[str, str]]


def consistency(package: Package, posts: Posts | None) -> Iterator[Problem]:
    """Every problem of wording. `posts`: (agency function or handling, role) held; None: not asked.

    Where a schema is none, nobody knows what rules may speak of: that is the one thing said.
    """
    schemas = list(_schemas(package))
    yield from schemas
    if any(problem.code == "form_schema" for problem in schemas):
        return
    yield from _tasks(package)
    yield from _services(package)
    yield from _posts(package, posts)
    yield from condition_problems(package)
    yield from event_problems(package)
    yield from _parts(package)
    yield from _names(package)


# -- schemas


def _schemas(package: Package) -> Iterator[Problem]:
    yield from _schema(package.form_schema, "form.schema.json")
    for task in package.procedure.tasks.values():
        for act in task.acts:
            where = f"tasks.{task.id}.acts.{act.id}"
            faults = list(_schema(act.data_schema, where)) if act.data_schema is not None else []
            yield from faults
            yield from _despite(act, where)
            if not faults and act.example is not None:
                yield from _fits(act.example, act.data_schema or {}, where)


def _despite(act: Act, where: str) -> Iterator[Problem]:
    asked = (act.data_schema or {}).get("properties", {}).get(act.despite, {})
    if act.despite and not (asked.get("type") == "string" and asked.get("minLength", 0) > 0):
        yield Problem(
            "act_despite",
            where,
            f"despite: “{act.despite}” không phải nội dung chữ, có độ dài tối thiểu, của thao tác này",
            f"despite: “{act.despite}” is no text of this act with a least length",
        )


def _schema(schema: Any, where: str) -> Iterator[Problem]:
    try:
        fault = _kept_fault(orjson.dumps(schema))
    except TypeError:  # YAML says what JSON cannot: keys that are no text, numbers without end
        fault = _fault(schema)
    if fault is not None:
        path, message = fault
        yield Problem(
            "form_schema",
            where,
            f"Không phải JSON Schema 2020-12, tại “/{path}”: {message}",
            f"No JSON Schema 2020-12, at “/{path}”: {message}",
        )


@lru_cache(maxsize=256)
def _kept_fault(schema: bytes) -> tuple[str, str] | None:
    """The same of a schema as JSON: a reason is asked for by the same few lines in act after act, and this is half
    of what checking a package costs."""
    return _fault(orjson.loads(schema))


def _fault(schema: Any) -> tuple[str, str] | None:
    """Where a schema is none, and why."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return "/".join(str(step) for step in error.absolute_path), error.message
    return None


def _fits(value: Any, schema: Any, where: str) -> Iterator[Problem]:
    error = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    if error is not None:
        yield Problem(
            "act_example",
            where,
            f"Ví dụ không đúng mẫu dữ liệu của thao tác: {error.message}",
            f"The example does not fit the act's data schema: {error.message}",
        )


# -- tasks, services, posts


def _tasks(package: Package) -> Iterator[Problem]:
    tasks, reception = package.procedure.tasks, package.procedure.reception
    drawn = {node.id for node in package.flow.nodes.values() if node.kind is Kind.USER}
    adhoc = {node.id for node in package.flow.nodes.values() if node.kind is Kind.ADHOC}
    for task in sorted(drawn - tasks.keys()):
        yield problem_about(
            "task_undescribed", task, "Bước “{0}” chưa được mô tả ở mục tasks", "Describe “{0}” under tasks"
        )
    for task in sorted(tasks.keys() - drawn - adhoc):
        yield problem_about(
            "task_unknown",
            task,
            "Mục tasks.{0} không có bước cùng mã trong process.bpmn",
            "tasks.{0}: process.bpmn has no such user task",
        )
    if reception and reception not in drawn:
        yield problem_about(
            "task_unknown",
            reception,
            "Bước tiếp nhận “{0}” không có trong quy trình",
            "The reception task “{0}” is not in the flow",
        )
    for said in tasks.values():
        yield from _acts(said.id, said.acts)
        yield from lasting_problems(package, said)
        if said.silence and said.limit is None:
            yield problem_about(
                "silence_without_limit",
                said.id,
                "Bước “{0}” coi im lặng là đồng ý nên phải có thời hạn (limit)",
                "At “{0}” silence is consent, so it needs a limit",
            )
    yield from _adhoc(package)


def _adhoc(package: Package) -> Iterator[Problem]:
    """An ad-hoc subprocess can end, and only what may be begun in one says who begins it."""
    tasks = package.procedure.tasks
    begun: set[str] = set()
    for node in package.flow.nodes.values():
        if node.adhoc is None:
            continue
        begun |= set(node.adhoc.startable)
        if not node.adhoc.completion and node.id not in tasks:
            yield problem_about(
                "adhoc_never_ends",
                node.id,
                "Tiểu quy trình tùy biến “{0}” không bao giờ kết thúc: cần completionCondition, hoặc mục tasks.{0} "
                "có thao tác kết thúc",
                "The ad-hoc subprocess “{0}” never ends: it needs a completionCondition, or acts under tasks.{0}",
            )
        if node.id in tasks and tasks[node.id].silence:
            yield problem_about(
                "adhoc_silence",
                node.id,
                "Im lặng không thể kết thúc tiểu quy trình tùy biến “{0}”",
                "Silence cannot end the ad-hoc subprocess “{0}”",
            )
    for task, said in tasks.items():
        if said.agency == CHOSEN and (task not in begun or said.started_by is None):
            yield problem_about(
                "chosen_agency",
                task,
                "“{0}”: chỉ việc bắt đầu trong tiểu quy trình tùy biến, và có started_by, mới chọn cơ quan (chosen)",
                "“{0}”: an agency is chosen only for a task that is begun in an ad-hoc subprocess, with started_by",
            )
        if said.started_by is not None and task not in begun:
            yield problem_about(
                "started_by",
                task,
                "“{0}” không phải việc bắt đầu được trong tiểu quy trình tùy biến, nên không có started_by",
                "“{0}” is no task that is begun in an ad-hoc subprocess: started_by means nothing there",
            )


def _acts(task: str, acts: Sequence[Act]) -> Iterator[Problem]:
    for name, times in Counter(act.id for act in acts).items():
        if times > 1 or name == "silence":
            yield problem_about(
                "act_twice",
                f"tasks.{task}.acts.{name}",
                "Mã thao tác bị trùng hoặc dành riêng: {0}",
                "The act's id is used twice, or reserved: {0}",
            )
    if not any(act.kind == "advance" for act in acts):
        yield problem_about(
            "no_advance",
            task,
            "Bước “{0}” không có thao tác nào đưa hồ sơ đi tiếp (kind: advance)",
            "No act of “{0}” leads on (kind: advance)",
        )


def _services(package: Package) -> Iterator[Problem]:
    known = {name for name, rule in package.rules.items() if rule.kind != "user"}
    said = package.procedure.services
    for name in sorted(said.keys() - known):
        yield problem_about(
            "service_unknown",
            name,
            "Mục services.{0} không có phần tử cùng mã trong process.bpmn",
            "services.{0}: process.bpmn has no such element",
        )
    for name in sorted(known - said.keys()):
        node = package.flow.nodes[name]
        if node.kind in TASKS or (node.trigger.kind == "message" and node.kind not in _THROWN):
            yield problem_about(
                "service_undescribed",
                name,
                "Bước tự động hoặc thông điệp “{0}” chưa được mô tả ở mục services",
                "Describe “{0}” under services: which system does it, or who sends the message",
            )
    for name in sorted(name for name in package.rules if "." in name):
        yield problem_about(
            "bpmn_id",
            name,
            "Mã “{0}” có dấu chấm, không gọi tên được trong thao tác và điều kiện. Hãy đổi mã",
            "The id “{0}” has a dot and cannot be named in acts and conditions. Change it",
        )


def _posts(package: Package, posts: Posts | None) -> Iterator[Problem]:
    for task, said in package.procedure.tasks.items():
        if posts is None:
            continue
        agencies = said.agencies if isinstance(said.agencies, tuple) else ()
        asked = (
            []
            if said.party or isinstance(said.agencies, str)
            else [(agency, said.post) for agency in agencies or (said.agency,)]
        )
        asked += [(said.started_by.agency, said.started_by.post)] if said.started_by else []
        for agency, post in asked:
            if agency != CHOSEN and post != ANY_POST and (agency, post) not in posts:
                yield Problem(
                    "post_nobody_holds",
                    task,
                    f"Không ai giữ vị trí “{post}” tại “{agency}” để làm bước “{task}”. "
                    "Bổ nhiệm người vào vị trí đó hoặc đổi vị trí",
                    f"Nobody holds the post “{post}” at “{agency}” to do “{task}”. "
                    "Appoint somebody, or name another post",
                )


# -- parts and other names


def _parts(package: Package) -> Iterator[Problem]:
    form = set(package.form_schema.get("properties", {})) if isinstance(package.form_schema, dict) else set()
    placed: Counter[str] = Counter()
    for part, pointers in package.procedure.parts.items():
        for pointer in pointers:
            name = pointer.removeprefix("/")
            placed[name] += 1
            if name not in form or placed[name] > 1:
                yield Problem(
                    "part_unknown",
                    f"parts.{part}",
                    f"“{pointer}” không phải một mục cấp một của biểu mẫu, hoặc đã thuộc phần khác",
                    f"“{pointer}” is no top-level property of the form, or belongs to another part already",
                )
    known = set(package.procedure.parts) | {f"form.{name}" for name in form - placed.keys()}
    known |= {f"document.{document.kind}" for document in package.procedure.documents}
    writers: dict[str, set[str]] = {}
    for name, rule in package.rules.items():
        for act in rule.acts.values():
            for part in act.writes:
                writers.setdefault(part, set()).add(name)
    there = sorted(known | writers.keys())
    yield from _reads(package, there)
    for part, tasks in writers.items():
        if len(tasks) > 1 or part in known:
            yield Problem(
                "part_twice",
                part,
                f"Phần “{part}” do nhiều bước ghi: {', '.join(sorted(tasks))}",
                f"The part “{part}” is written by more than one: {', '.join(sorted(tasks))}",
            )


def _reads(package: Package, there: Sequence[str]) -> Iterator[Problem]:
    """What tasks and parties read has to be there."""
    named = [(name, pattern) for name, rule in package.rules.items() for pattern in (*rule.reads, *rule.sees)]
    for name, rule in package.rules.items():
        named += [(f"{name}.{act.id}", pattern) for act in rule.acts.values() for pattern in act.reads]
    for party in package.procedure.parties.values():
        named += [(f"parties.{party.id}", pattern) for pattern in party.reads]
    for name, pattern in named:
        if not _covered(pattern, there):
            yield Problem(
                "reads_unknown",
                name,
                f"“{name}” đọc “{pattern}” nhưng không có phần nào như vậy",
                f"“{name}” reads “{pattern}”, but there is no such part",
            )


def _covered(pattern: str, parts: Sequence[str]) -> bool:
    """Whether a pattern means one of the sorted parts: they stand where the pattern would."""
    prefix = pattern.removesuffix("*")
    at = bisect_left(parts, prefix)
    return any(
        covers(pattern, part)
        for part in takewhile(lambda part: part.startswith(prefix), islice(parts, at, None))
    )


def _names(package: Package) -> Iterator[Problem]:
    said = package.procedure
    for kind, times in Counter(document.kind for document in said.documents).items():
        if times > 1:
            yield problem_about(
                "document_twice", kind, "Giấy tờ “{0}” bị khai hai lần", "“{0}” is asked for twice"
            )
    for name in sorted(said.authority_limits.keys() - said.tasks.keys()):
        yield problem_about(
            "limit", name, "authority_limits.{0}: không có bước này", "authority_limits.{0}: no such task"
        )
    yield from _pointers(package)
    template = said.result.template if said.result else ""
    if template and template not in package.files:
        yield problem_about(
            "file_missing", template, "Thiếu mẫu kết quả “{0}”", "The template “{0}” is missing"
        )


def _pointers(package: Package) -> Iterator[Problem]:
    """What is said to be an answer of the form, and is none."""
    said = package.procedure
    named = {
        "result.compare": said.result.compare if said.result else (),
        "owner": (said.owner,) if said.owner else (),
        "found_by": said.found_by,
    }
    for member, pointers in named.items():
        for pointer in pointers:
            if not _is_text(package.form_schema, pointer):
                yield problem_about(
                    member.rpartition(".")[2],
                    pointer,
                    f"{member}: biểu mẫu không có nội dung chữ “{{0}}”",
                    f"{member}: the form has no answer in letters at “{{0}}”",
                )


def _is_text(schema: Any, pointer: str) -> bool:
    """Whether a pointer leads to an answer that people type as letters or as a day, with a label to ask it by."""
    for step in pointer.strip("/").split("/"):
        schema = schema.get("properties", {}).get(step, {})
    return bool(schema.get("type") == "string" and schema.get("x-ui", {}).get("label"))
