"""The rules of a package: conditions, fees, eligibility. Do they parse, speak of what there is, give what is wanted,
and is there always a way after a gateway?"""

from __future__ import annotations

from collections.abc import Iterator

from xactin.kernel.expressions import Expression, ExpressionError, compile_expression, failing
from xactin.kernel.procedure.checks import check_problems
from xactin.kernel.procedure.decisions.coverage import table_problems
from xactin.kernel.procedure.decisions.tables import Table
from xactin.kernel.procedure.flow import clock
from xactin.kernel.procedure.model import Kind
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem, problem_about

_CODES = {
    "syntax": "condition_syntax",
    "unknown_name": "condition_unknown_field",
    "kinds": "condition_kinds",
}
_MOMENT = ("string", "time", "any")


def condition_problems(package: Package) -> Iterator[Problem]:
    """Every rule that cannot be read or must fail, and gateways without a way."""
    yield from _rules(package)
    yield from check_problems(package)
    yield from _gateways(package)
    yield from _decisions(package)


def _rules(package: Package) -> Iterator[Problem]:
    for where, text, kind in _texts(package):
        try:
            found = compile_expression(
                text, package.names_of_checks if where.startswith("checks.") else package.names
            )
        except ExpressionError as error:
            yield Problem(_CODES.get(error.code, "condition_syntax"), where, error.vi, error.en)
            continue
        if found.parsed.shape.kind not in (_MOMENT if kind == "moment" else (kind, "any")):
            yield Problem(
                "condition_kinds",
                where,
                f"“{text}” phải cho giá trị kiểu {kind}, không phải {found.parsed.shape.kind}",
                f"“{text}” must give {kind}, not {found.parsed.shape.kind}",
            )
        if (fault := failing(found)) is not None:
            yield Problem(
                "condition_fails", where, f"Luôn sai khi tính: {fault.vi}", f"Always fails: {fault.en}"
            )
        yield from _may_lack(found, where)
        yield from _unknown_acts(package, found, where)


def _texts(package: Package) -> Iterator[tuple[str, str, str]]:
    """(where, expression, the kind it must give) of every rule."""
    said = package.procedure
    for arrow in package.flow.arrows.values():
        if arrow.condition:
            yield arrow.id, arrow.condition, "bool"
    for fee in said.fee:
        if isinstance(fee.amount, str):
            yield f"fee.{fee.kind}", fee.amount, "int"
    yield from ((f"eligibility.{index}", rule.when, "bool") for index, rule in enumerate(said.eligibility))
    yield from ((f"checks.{index}", rule.when, "bool") for index, rule in enumerate(said.checks))
    for document in said.documents:
        if isinstance(document.required, str):
            yield f"documents.{document.kind}", document.required, "bool"
    for node in package.flow.nodes.values():
        if node.trigger.date and not clock.is_moment(node.trigger.date):
            yield node.id, node.trigger.date, "moment"
    yield from _texts_drawn(package)


def _texts_drawn(package: Package) -> Iterator[tuple[str, str, str]]:
    """The rules of activities: how many instances there are, and when it is enough."""
    tasks = package.procedure.tasks
    for node in package.flow.nodes.values():
        for text in (node.adhoc and node.adhoc.completion, node.multi and node.multi.completion):
            if text:
                yield node.id, text, "bool"
        if node.multi is not None:
            agencies = tasks[node.id].agencies if node.id in tasks else ()
            if isinstance(agencies, str):
                yield f"tasks.{node.id}.agencies", agencies, "list"
            elif not agencies:
                yield node.id, node.multi.count, "int"


def _decisions(package: Package) -> Iterator[Problem]:
    """Tables that say two things, or nothing; tasks that decide by a table that is not there."""
    drawn = {node.id for node in package.flow.nodes.values() if node.kind is Kind.RULE}
    for task in sorted(drawn):
        if package.table_of(task) not in package.tables:
            yield problem_about(
                "decision_unknown",
                task,
                "Không có bảng quyết định (DMN) cho “{0}”. Thêm tệp .dmn hoặc mục decisions.{0}",
                "There is no decision table (DMN) for “{0}”. Add a .dmn file, or decisions.{0}",
            )
    for task in sorted(package.procedure.decisions.keys() - drawn):
        yield problem_about(
            "decision_unknown",
            task,
            "Mục decisions.{0} không có businessRuleTask cùng mã",
            "decisions.{0}: there is no such business rule task",
        )
    for name, said in package.procedure.tasks.items():
        by = said.limit_by
        table = package.tables.get(by.table) if by else None
        if by and (table is None or list(table.outputs.values()) != ["int"] or _negative(table)):
            yield problem_about(
                "limit",
                name,
                "tasks.{0}.limit_by cần một bảng quyết định cho số nguyên không âm",
                "tasks.{0}.limit_by needs a decision table that gives one whole number, not below 0",
            )
    for table in package.tables.values():
        yield from table_problems(table, package.input_names)


def _negative(table: Table) -> bool:
    return any(row.values[0] < 0 for row in table.rows)


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
        act.id
        for task in asked
        if task in package.procedure.tasks
        for act in package.procedure.tasks[task].acts
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
                yield problem_about(
                    "condition_missing",
                    arrow,
                    "Mũi tên “{0}” sau cổng cần có điều kiện, hoặc là nhánh mặc định",
                    "“{0}” leaves a gateway: it needs a condition, or has to be the default",
                )
        if not node.default:
            yield problem_about(
                "no_default",
                node.id,
                "Cổng “{0}” chưa có nhánh mặc định: hồ sơ kẹt khi không điều kiện nào đúng",
                "The gateway “{0}” has no default: a dossier is stuck when no condition holds",
            )
