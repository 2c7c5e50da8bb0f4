"""An application before it is a dossier: is it complete, right and eligible?

Pure: the law's words are in the package.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from xactin.identity.queries import is_citizen_number
from xactin.kernel.expressions import compile_expression
from xactin.kernel.procedure.checks import caught
from xactin.kernel.procedure.description import Document
from xactin.kernel.procedure.package import Package
from xactin.ui.schema_form import Field, fields_of, validate


def evaluate(package: Package, text: str, values: Mapping[str, Any]) -> Any:
    """A CEL expression of the package over an application's values. Raises ExpressionError."""
    return compile_expression(text, package.names).evaluate(package.with_tables(values))


def asked_documents(package: Package, values: Mapping[str, Any]) -> list[tuple[Document, bool]]:
    """The documents this application has to bring, each with whether its rule says that it is needed."""
    asked = []
    for document in package.procedure.documents:
        if document.show_only:
            continue
        required = document.required
        needed = evaluate(package, required, values) if isinstance(required, str) else required
        asked.append((document, bool(needed)))
    return asked


_NO_CITIZEN = {
    "vi": "Số này không thể là số CCCD: mã nơi đăng ký hoặc năm sinh trong số không có thật.",
    "en": "This cannot be an identity number: its place of registration or year of birth does not exist.",
}


def _no_citizens(package: Package, data: Mapping[str, Any], today: date) -> Iterator[str]:
    """Where a number of the form `cccd` cannot be one: 000000000000, a place or a century that is none."""
    for where, number in _numbers(fields_of(package.form_schema), data, ""):
        if not is_citizen_number(number, year=today.year):
            yield where


def _numbers(fields: Sequence[Field], data: Any, above: str) -> Iterator[tuple[str, str]]:
    """(pointer, number) of every field of the form `cccd` that is filled in."""
    for field in fields:
        where, value = f"{above}/{field.name}", data.get(field.name)
        if value is None:
            continue
        if field.kind == "cccd":
            yield where, value
        for index, row in enumerate(value if field.kind == "rows" else ()):
            yield from _numbers(field.children, row, f"{where}/{index}")
        if field.kind == "section":
            yield from _numbers(field.children, value, where)


def faults(
    package: Package,
    data: Mapping[str, Any],
    kinds: Collection[str],
    applicant: Mapping[str, Any],
    language: str,
    today: date,
) -> dict[str, str]:
    """What is wrong with an application, by JSON pointer or `document.<kind>`; "" for what bars it as a whole.

    Data that is not of the form's schema is told first, since rules may not be asked about it; then facts that
    cannot be.
    """
    found = dict(validate(package.form_schema, data, language))
    if not found:
        found = dict.fromkeys(_no_citizens(package, data, today), _NO_CITIZEN[language])
    if not found:
        for check in caught(package, data, today.isoformat(), "refuse"):
            found.setdefault(check.at, check.message[language])
    if found:
        return found
    values = {"form": data, "applicant": applicant, "acts": {}, "answers": {}, "filed": today.isoformat()}
    known = {document.kind for document in package.procedure.documents}
    missing = {"vi": "Ông/Bà chưa đính kèm giấy tờ này.", "en": "This document is not attached yet."}
    strange = {
        "vi": "Thủ tục này không nhận loại giấy tờ này.",
        "en": "This procedure takes no such document.",
    }
    for document, needed in asked_documents(package, values):
        if needed and document.kind not in kinds:
            found[f"document.{document.kind}"] = missing[language]
    for kind in sorted(set(kinds) - known):
        found[f"document.{kind}"] = strange[language]
    for rule in package.procedure.eligibility:
        if not found and not evaluate(package, rule.when, values):
            found[""] = rule.message[language]
    return found


def fee(package: Package, data: Mapping[str, Any], applicant: Mapping[str, Any], today: date) -> int:
    """What the application costs when it is filed today, in whole đồng. Raises ExpressionError."""
    values = {"form": data, "applicant": applicant, "acts": {}, "answers": {}, "filed": today.isoformat()}
    total = 0
    for item in package.procedure.fee:
        amount = item.amount
        total += int(evaluate(package, amount, values)) if isinstance(amount, str) else int(amount)
    return total
