"""DMN 1.3 in, decision tables out. What is not covered is refused by name.

Covered: decisions that are decision tables, hit policies UNIQUE, FIRST and COLLECT with SUM; inputs that are CEL;
entries in S-FEEL (`feel.py`); outputs that are whole numbers, texts and booleans. What only draws is read over.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element

from xactin.kernel.procedure.decisions.feel import KINDS, Entry, entry_of, literal_of
from xactin.kernel.procedure.decisions.tables import Input, Row, Table
from xactin.kernel.procedure.drawing.bpmn import parsed
from xactin.kernel.procedure.problems import PackageError, Problem

DMN: Final = re.compile(r"\{https?://www\.omg\.org/spec/DMN/\d+/MODEL/?\}")
POLICIES: Final = {("UNIQUE", ""): "U", ("FIRST", ""): "F", ("COLLECT", "SUM"): "C+"}
MOST_ROWS: Final = 200
MOST_INPUTS: Final = 10

_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DRAWN: Final = frozenset({"description", "inputData", "DMNDI", "question", "allowedAnswers", "variable"})


def read_dmn(name: str, data: bytes) -> list[Table]:
    """The tables of a file. Raises PackageError naming all that is not covered or not right."""
    return _Reader(name).read(data)


def _tag(element: Element) -> str:
    return re.sub(DMN, "", element.tag)


def _children(element: Element, tag: str) -> list[Element]:
    return [child for child in element if _tag(child) == tag]


def _text(element: Element | None) -> str:
    found = [] if element is None else _children(element, "text")
    return (found[0].text or "").strip() if found else ""


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []

    def read(self, data: bytes) -> list[Table]:
        top = parsed(data)
        if _tag(top) != "definitions" or not DMN.match(top.tag):
            self.refuse(top, "definitions", "tệp không phải DMN 1.3", "the file is no DMN 1.3")
        found = []
        for element in top:
            if _tag(element) == "decision":
                found += self.decision(element)
            elif _tag(element) not in _DRAWN and "DMNDI" not in element.tag:
                self.refuse(element, _tag(element), "không được hỗ trợ", "is not covered")
        if self.problems:
            raise PackageError(self.problems)
        return found

    def decision(self, element: Element) -> list[Table]:
        id = element.get("id", "")
        for child in element:
            known = _tag(child) in _DRAWN or _tag(child) in ("informationRequirement", "decisionTable")
            asks = any("requiredDecision" in _tag(inner) for inner in child)
            if not known or asks:
                self.refuse(
                    element, _tag(child), "không được hỗ trợ trong quyết định", "is not covered in a decision"
                )
        tables = _children(element, "decisionTable")
        if not _ID.fullmatch(id) or len(tables) != 1:
            self.refuse(
                element,
                id or "decision",
                "cần mã là tên không dấu và đúng một bảng",
                "needs an id that is a name, and one table",
            )
            return []
        try:
            return [self.table(id, tables[0])]
        except ValueError as error:
            self.refuse(element, id, f"{error}", f"{error}")
            return []

    def table(self, id: str, element: Element) -> Table:
        """Raises ValueError naming the cell that is wrong."""
        policy = POLICIES.get((element.get("hitPolicy", "UNIQUE"), element.get("aggregation", "")))
        if policy is None:
            raise ValueError(f"hitPolicy {element.get('hitPolicy')} {element.get('aggregation', '')}")
        for child in element:
            if _tag(child) not in ("input", "output", "rule", "annotation", "description"):
                raise ValueError(f"{_tag(child)}: not covered")
        inputs = tuple(self.input(one) for one in _children(element, "input"))
        outputs = dict(self.output(one, id) for one in _children(element, "output"))
        rules = _children(element, "rule")
        if not inputs or not outputs or len(outputs) != len(_children(element, "output")):
            raise ValueError("inputs and outputs, each with a name of its own, are needed")
        if len(rules) > MOST_ROWS or len(inputs) > MOST_INPUTS or not rules:
            raise ValueError(f"1 to {MOST_ROWS} rules and at most {MOST_INPUTS} inputs")
        if policy == "C+" and list(outputs.values()) != ["int"]:
            raise ValueError("COLLECT SUM needs one output of type integer")
        rows = tuple(self.row(number, rule, inputs, outputs) for number, rule in enumerate(rules, 1))
        return Table(id, self.name, policy, inputs, outputs, rows)

    def input(self, element: Element) -> Input:
        (expression,) = _children(element, "inputExpression") or [element]
        allowed = _children(element, "inputValues")
        kind = self.kind(expression)
        text = _text(expression)
        if not text:
            raise ValueError(f"input {element.get('id', '?')}: no expression")
        return Input(text, kind, entry_of(_text(allowed[0]), kind) if allowed else Entry())

    def output(self, element: Element, id: str) -> tuple[str, str]:
        name = element.get("name") or id
        kind = self.kind(element)
        if not _ID.fullmatch(name) or kind == "date":
            raise ValueError(f"output {name}: a plain name, and integer, string or boolean")
        return name, kind

    def kind(self, element: Element) -> str:
        said = element.get("typeRef", "").split(":")[-1]
        if said not in KINDS:
            raise ValueError(f"typeRef {said or '?'}: one of {', '.join(KINDS)}")
        return KINDS[said]

    def row(self, number: int, element: Element, inputs: tuple[Input, ...], outputs: dict[str, str]) -> Row:
        asked, given = _children(element, "inputEntry"), _children(element, "outputEntry")
        if len(asked) != len(inputs) or len(given) != len(outputs):
            raise ValueError(f"rule {number}: an entry for each column")
        try:
            entries = tuple(
                entry_of(_text(one), column.kind) for one, column in zip(asked, inputs, strict=True)
            )
            values = tuple(
                literal_of(_text(one), kind) for one, kind in zip(given, outputs.values(), strict=True)
            )
        except ValueError as error:
            raise ValueError(f"rule {number}: {error}") from error
        return Row(element.get("id") or f"rule{number}", entries, values)

    def refuse(self, element: Element, what: str, vi: str, en: str) -> None:
        where = element.get("id") or self.name
        self.problems.append(
            Problem(
                "decision_table",
                f"{self.name}: {where}",
                f"“{what}” ({where}): {vi}",
                f"“{what}” ({where}): {en}",
            )
        )
