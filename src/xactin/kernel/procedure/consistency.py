"""Do the files of a package speak of the same things? Names, rules, schemas, posts: everything but the flow's
soundness, the limits and the examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from xactin.kernel.expressions import Expression, ExpressionError, compile_expression
from xactin.kernel.procedure import clock
from xactin.kernel.procedure.model import Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import covers
from xactin.kernel.procedure.problems import Problem

Posts = Collection[tuple[str, str]]
_CODES = {
    "syntax": "condition_syntax",
    "unknown_name": "condition_unknown_field",
    "kinds": "condition_kinds",
}


def consistency(package: Package, posts: Posts | None) -> Iterator[Problem]:
    """Every problem of wording. `posts`: (agency function or handling, role) held; None: not asked."""
    schemas = list(_schemas(package))
    yield from schemas
    yield from _tasks(package)
    yield from _services(package)
    yield from _posts(package, posts)
    if not any(problem.code == "form_schema" for problem in schemas):
        yield from _rules(package)
    yield from _gateways(package)
    yield from _events(package)
    yield from _parts(package)
    yield from _names(package)


# -- schemas


def _schemas(package: Package) -> Iterator[Problem]:
    yield from _schema(package.form_schema, "form.schema.json")
    for task, said in package.meta["tasks"].items():
        for act in said["acts"]:
            where = f"tasks.{task}.acts.{act['id']}"
            faults = list(_schema(act.get("data_schema", {}), where))
            yield from faults
            if not faults and "example" in act:
                yield from _fits(act["example"], act.get("data_schema", {}), where)


def _schema(schema: Any, where: str) -> Iterator[Problem]:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = "/".join(str(step) for step in error.absolute_path)
        yield Problem(
            "form_schema",
            where,
            f"Không phải JSON Schema 2020-12, tại “/{path}”: {error.message}",
            f"No JSON Schema 2020-12, at “/{path}”: {error.message}",
        )


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
    drawn = {node.id for node in package.flow.nodes.values() if node.kind is Kind.USER}
    for task in sorted(drawn - package.meta["tasks"].keys()):
        yield _problem(
            "task_undescribed", task, "Bước “{0}” chưa được mô tả ở mục tasks", "Describe “{0}” under tasks"
        )
    for task in sorted(package.meta["tasks"].keys() - drawn):
        yield _problem(
            "task_unknown",
            task,
            "Mục tasks.{0} không có bước cùng mã trong process.bpmn",
            "tasks.{0}: process.bpmn has no such user task",
        )
    reception = package.meta.get("reception")
    if reception is not None and reception not in drawn:
        yield _problem(
            "task_unknown",
            reception,
            "Bước tiếp nhận “{0}” không có trong quy trình",
            "The reception task “{0}” is not in the flow",
        )
    for task, said in package.meta["tasks"].items():
        yield from _acts(task, said["acts"])
        if said.get("silence") == "consent" and "limit" not in said:
            yield _problem(
                "silence_without_limit",
                task,
                "Bước “{0}” coi im lặng là đồng ý nên phải có thời hạn (limit)",
                "At “{0}” silence is consent, so it needs a limit",
            )


def _acts(task: str, acts: list[Mapping[str, Any]]) -> Iterator[Problem]:
    for name, times in Counter(act["id"] for act in acts).items():
        if times > 1 or name == "silence":
            yield _problem(
                "act_twice",
                f"tasks.{task}.acts.{name}",
                "Mã thao tác bị trùng hoặc dành riêng: {0}",
                "The act's id is used twice, or reserved: {0}",
            )
    if not any(act["kind"] == "advance" for act in acts):
        yield _problem(
            "no_advance",
            task,
            "Bước “{0}” không có thao tác nào đưa hồ sơ đi tiếp (kind: advance)",
            "No act of “{0}” leads on (kind: advance)",
        )


def _services(package: Package) -> Iterator[Problem]:
    known = {name for name, rule in package.rules.items() if rule.kind != "user"}
    said = package.meta.get("services", {})
    for name in sorted(said.keys() - known):
        yield _problem(
            "service_unknown",
            name,
            "Mục services.{0} không có phần tử cùng mã trong process.bpmn",
            "services.{0}: process.bpmn has no such element",
        )
    for name in sorted(known - said.keys()):
        if package.flow.nodes[name].kind in (Kind.SERVICE, Kind.SEND):
            yield _problem(
                "service_undescribed",
                name,
                "Bước tự động “{0}” chưa được mô tả ở mục services",
                "Describe “{0}” under services",
            )


def _posts(package: Package, posts: Posts | None) -> Iterator[Problem]:
    for task, said in package.meta["tasks"].items():
        if posts is None or said["agency"] == "applicant":
            continue
        agencies = said.get("agencies")
        for agency in agencies if isinstance(agencies, list) else [said["agency"]]:
            if (agency, said["post"]) not in posts:
                yield Problem(
                    "post_nobody_holds",
                    task,
                    f"Không ai giữ vị trí “{said['post']}” tại “{agency}” để làm bước “{task}”. "
                    "Bổ nhiệm người vào vị trí đó hoặc đổi vị trí",
                    f"Nobody holds the post “{said['post']}” at “{agency}” to do “{task}”. "
                    "Appoint somebody, or name another post",
                )


# -- rules


def _rules(package: Package) -> Iterator[Problem]:
    for where, text, kind in _texts(package):
        try:
            found = compile_expression(text, package.names)
        except ExpressionError as error:
            yield Problem(_CODES.get(error.code, "condition_syntax"), where, error.vi, error.en)
            continue
        if found.parsed.shape.kind not in (kind, "any"):
            yield Problem(
                "condition_kinds",
                where,
                f"“{text}” phải cho giá trị kiểu {kind}, không phải {found.parsed.shape.kind}",
                f"“{text}” must give {kind}, not {found.parsed.shape.kind}",
            )
        yield from _may_lack(found, where)
        yield from _unknown_acts(package, found, where)


def _texts(package: Package) -> Iterator[tuple[str, str, str]]:
    """(where, expression, the kind it must give) of every rule."""
    meta = package.meta
    for arrow in package.flow.arrows.values():
        if arrow.condition:
            yield arrow.id, arrow.condition, "bool"
    for item in meta.get("fee", ()):
        if isinstance(item["amount"], str):
            yield f"fee.{item['kind']}", item["amount"], "int"
    for index, item in enumerate(meta.get("eligibility", ())):
        yield f"eligibility.{index}", item["when"], "bool"
    for item in meta.get("documents", ()):
        if isinstance(item["required"], str):
            yield f"documents.{item['kind']}", item["required"], "bool"
    for node in package.flow.nodes.values():
        if node.multi is not None:
            agencies = meta["tasks"].get(node.id, {}).get("agencies")
            if isinstance(agencies, str):
                yield f"tasks.{node.id}.agencies", agencies, "list"
            elif not agencies:
                yield node.id, node.multi.count, "int"


def _may_lack(found: Expression, where: str) -> Iterator[Problem]:
    for path in sorted(found.parsed.unguarded):
        name = ".".join(path)
        yield Problem(
            "condition_may_lack",
            where,
            f"“{name}” có thể để trống. Hỏi trước bằng has({name}) hoặc bắt buộc nhập trong biểu mẫu",
            f"“{name}” may be missing. Ask has({name}) first, or make it required in the form",
        )


def _unknown_acts(package: Package, found: Expression, where: str) -> Iterator[Problem]:
    roots = found.parsed.roots
    asked = {path[1] for path in found.parsed.paths if path[0] == "acts" and len(path) == 2}
    if set(roots) != {"acts"} or not asked:
        return
    known = {"", "silence"} | {
        act["id"] for task in asked for act in package.meta["tasks"].get(task, {}).get("acts", ())
    }
    for name in sorted(found.parsed.literals - known):
        yield Problem(
            "condition_unknown_act",
            where,
            f"Không có thao tác “{name}” ở bước {', '.join(sorted(asked))}",
            f"{', '.join(sorted(asked))} has no act “{name}”",
        )


def _gateways(package: Package) -> Iterator[Problem]:
    for node in package.flow.nodes.values():
        if node.kind not in (Kind.EXCLUSIVE, Kind.INCLUSIVE) or len(node.outgoing) < 2:
            continue
        for arrow in node.outgoing:
            if not package.flow.arrows[arrow].condition and arrow != node.default:
                yield _problem(
                    "condition_missing",
                    arrow,
                    "Mũi tên “{0}” sau cổng cần có điều kiện, hoặc là nhánh mặc định",
                    "“{0}” leaves a gateway: it needs a condition, or has to be the default",
                )
        if not node.default:
            yield _problem(
                "no_default",
                node.id,
                "Cổng “{0}” chưa có nhánh mặc định: hồ sơ kẹt khi không điều kiện nào đúng",
                "The gateway “{0}” has no default: a dossier is stuck when no condition holds",
            )


def _events(package: Package) -> Iterator[Problem]:
    timers = {node.id for node in package.flow.nodes.values() if node.trigger.kind == "timer"}
    for name in sorted(package.meta.get("timers", {}).keys() - timers):
        yield _problem(
            "timer",
            name,
            "Mục timers.{0} không có hẹn giờ cùng mã",
            "timers.{0}: there is no such timer event",
        )
    for name in sorted(timers):
        yield from _timer(package, package.flow.nodes[name])
    for node in package.flow.nodes.values():
        if node.kind is Kind.END and node.trigger.kind == "error" and not _caught(package, node):
            yield _problem(
                "error_uncaught",
                node.id,
                "Lỗi tại “{0}” không được sự kiện biên nào bắt",
                "No boundary event catches the error thrown at “{0}”",
            )
    ends = {node.id for node in package.flow.nodes.values() if node.kind is Kind.END}
    for name in sorted(package.meta.get("ends", {}).keys() - ends):
        yield _problem("end_unknown", name, "Không có sự kiện kết thúc “{0}”", "There is no end event “{0}”")


def _timer(package: Package, node: Node) -> Iterator[Problem]:
    try:
        if clock.duration_of(package, node) is None and not node.trigger.date:
            raise ValueError("no duration and no date")
    except ValueError as error:
        yield Problem(
            "timer",
            node.id,
            f"Hẹn giờ “{node.id}” chưa có thời gian hợp lệ: {error}",
            f"The timer “{node.id}” has no valid time: {error}",
        )


def _caught(package: Package, node: Node) -> bool:
    """Whether some activity around the scope of an end event catches its error."""
    scopes = {node.scope}
    while scopes:
        hosts = [host for host in package.flow.nodes.values() if host.body in scopes]
        for host in hosts:
            for event in package.flow.boundaries.get(host.id, ()):
                if event.trigger.kind == "error" and event.trigger.name in ("", node.trigger.name):
                    return True
        scopes = {host.scope for host in hosts}
    return False


# -- parts and other names


def _parts(package: Package) -> Iterator[Problem]:
    form = set(package.form_schema.get("properties", {})) if isinstance(package.form_schema, dict) else set()
    placed: Counter[str] = Counter()
    for part, pointers in package.meta.get("parts", {}).items():
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
    known = set(package.meta.get("parts", {})) | {f"form.{name}" for name in form - placed.keys()}
    known |= {f"document.{document['kind']}" for document in package.meta.get("documents", ())}
    writers: dict[str, set[str]] = {}
    for name, rule in package.rules.items():
        for act in rule.acts.values():
            for part in act.get("writes", ()):
                writers.setdefault(part, set()).add(name)
    for name, rule in package.rules.items():
        for pattern in rule.reads:
            if not any(covers(pattern, part) for part in known | writers.keys()):
                yield Problem(
                    "reads_unknown",
                    name,
                    f"“{name}” đọc “{pattern}” nhưng không có phần nào như vậy",
                    f"“{name}” reads “{pattern}”, but there is no such part",
                )
    for part, tasks in writers.items():
        if len(tasks) > 1 or part in known:
            yield Problem(
                "part_twice",
                part,
                f"Phần “{part}” do nhiều bước ghi: {', '.join(sorted(tasks))}",
                f"The part “{part}” is written by more than one: {', '.join(sorted(tasks))}",
            )


def _names(package: Package) -> Iterator[Problem]:
    meta = package.meta
    for kind, times in Counter(document["kind"] for document in meta.get("documents", ())).items():
        if times > 1:
            yield _problem(
                "document_twice", kind, "Giấy tờ “{0}” bị khai hai lần", "“{0}” is asked for twice"
            )
    for name in sorted(meta.get("authority_limits", {}).keys() - meta["tasks"].keys()):
        yield _problem(
            "limit", name, "authority_limits.{0}: không có bước này", "authority_limits.{0}: no such task"
        )
    template = meta.get("result", {}).get("template")
    if template is not None and template not in package.files:
        yield _problem(
            "file_missing", str(template), "Thiếu mẫu kết quả “{0}”", "The template “{0}” is missing"
        )


def _problem(code: str, where: str, vi: str, en: str) -> Problem:
    return Problem(code, where, vi.format(where), en.format(where))
