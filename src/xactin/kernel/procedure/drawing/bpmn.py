"""BPMN 2.0 in, a Flow out. What is not covered is refused by name, never ignored.

Covered: lanes; user, service, send, receive and business rule tasks; call activities of processes in the same
file; embedded, event and ad-hoc subprocesses; exclusive, parallel, inclusive and event-based gateways;
multi-instance, at once or in turn, with a completion condition; boundary and intermediate timer (also repeating),
message and signal events, boundary errors; error, message, signal and terminate ends; several starts. What only
draws (diagram, notes, groups, data objects, other pools) is read over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from xactin.kernel.procedure.drawing.joins import Joins
from xactin.kernel.procedure.drawing.words import (
    ALLOWED,
    ATTRIBUTES,
    BPMN,
    DECLARED,
    DRAWING,
    DRAWN,
    ID,
    MULTI,
    REASONS,
    TOP,
    TRIGGERS,
    XSI,
    flag,
    reason,
    short,
    tag_of,
)
from xactin.kernel.procedure.model import ACTIVITIES, AdHoc, Arrow, Flow, Kind, Multi, Node, Trigger
from xactin.kernel.procedure.problems import PackageError, Problem

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 64
MOST_ELEMENTS: Final = 2_000
"""Nodes, and twice as many arrows: the largest procedures drawn anywhere have some hundreds."""

MOST_TIMES: Final = 100
"""How often a repeating timer may fire at most."""

_CYCLE: Final = re.compile(r"R(\d{0,9})/(P.+)")


def read_bpmn(data: bytes) -> Flow:
    """The flow of a BPMN file. Raises PackageError naming every element that is not covered or not joined."""
    return _Reader().read(data)


def parsed(data: bytes) -> Element:
    """The XML of a BPMN file, without anything that reaches beyond it. Raises PackageError."""
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"{len(data)} bytes")
        top: Element = fromstring(data, forbid_dtd=True)
        _check_depth(top)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise PackageError(
            [
                Problem(
                    "bpmn_unreadable",
                    "process.bpmn",
                    f"Tệp BPMN không đọc được: {error}",
                    f"The BPMN file cannot be read: {error}",
                )
            ]
        ) from error
    return top


def _check_depth(top: Element) -> None:
    level = [top]
    for _depth in range(MAX_DEPTH):
        level = [inner for element in level for inner in element]
        if not level:
            return
    raise ValueError(f"more than {MAX_DEPTH} elements inside each other")


def _too_large(nodes: int, arrows: int) -> Problem:
    return Problem(
        "too_many_elements",
        "process.bpmn",
        f"Quy trình có {nodes} phần tử và {arrows} mũi tên, nhiều hơn mức {MOST_ELEMENTS} phần tử kiểm tra được. "
        "Hãy tách thành nhiều thủ tục",
        f"The flow has {nodes} elements and {arrows} arrows, more than the {MOST_ELEMENTS} elements that can be "
        "checked. Make several procedures of it",
    )


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.nodes: dict[str, Node] = {}
        self.arrows: dict[str, Arrow] = {}
        self.scopes: dict[str, str] = {}
        self.lanes: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.starts: dict[str, list[str]] = {}
        self.around: list[Kind | None] = []  # the kinds of scope a node stands in, from outside in

    def read(self, data: bytes) -> Flow:
        processes = [element for element in self._definitions(parsed(data)) if tag_of(element) == "process"]
        for process in processes:
            self._process(process)
        if max(len(self.nodes), len(self.arrows) // 2) > MOST_ELEMENTS:
            raise PackageError([_too_large(len(self.nodes), len(self.arrows))])
        joins = Joins(self.nodes, self.arrows, self.scopes, self.starts, self.problems)
        root = joins.joined([process.get("id", "") for process in processes])
        if self.problems:
            # What is not covered is told alone: arrows that lead to it are no faults of their own.
            unknown = [problem for problem in self.problems if problem.code == "unknown_element"]
            raise PackageError(unknown or self.problems)
        starts = tuple(self.starts.get(root, ()))
        return Flow(root, self.nodes, self.arrows, self.scopes, self.lanes, starts)

    # -- the file

    def _definitions(self, top: Element) -> Element:
        if top.tag != f"{BPMN}definitions":
            self._unknown(top)
        for element in top:
            tag = tag_of(element)
            if tag in DECLARED:
                self._attributes(element)
                self._children(element, ())
                self._named(element, tag)
            elif tag == "collaboration":
                self._collaboration(element)
            elif tag not in TOP and not element.tag.startswith(DRAWING):
                self._unknown(element)
        return top

    def _named(self, element: Element, tag: str) -> None:
        name = element.get("errorCode" if tag == "error" else "name", "") or element.get("name", "")
        self.names[element.get("id", "")] = str(name or element.get("id", ""))

    def _collaboration(self, element: Element) -> None:
        for part in element:
            if tag_of(part) not in ("participant", "messageFlow", *DRAWN):
                self._unknown(part, within=element)

    def _process(self, process: Element) -> None:
        self._attributes(process)
        for lane in process.iter(f"{BPMN}lane"):
            self._attributes(lane)
            for reference in lane.findall(f"{BPMN}flowNodeRef"):
                self.lanes[(reference.text or "").strip()] = lane.get("name", "") or lane.get("id", "")
        self._scope(process, process.get("id", ""), None)

    def _scope(self, element: Element, scope: str, kind: Kind | None) -> None:
        self.around.append(kind)
        for child in element:
            tag = tag_of(child)
            if tag == "sequenceFlow":
                self._arrow(child)
            elif tag in Kind.__members__.values():
                node = self._node(child, Kind(tag), scope)
                if node.kind is Kind.START:
                    self.starts.setdefault(scope, []).append(node.id)
            elif tag not in DRAWN and tag not in (MULTI, "completionCondition"):
                self._unknown(child, within=element)
        self.around.pop()

    # -- elements

    def _node(self, element: Element, kind: Kind, scope: str) -> Node:
        self._attributes(element)
        name = element.get("id", "")
        event = kind is Kind.SUBPROCESS and flag(element, "triggeredByEvent")
        asks = "isInterrupting" if kind is Kind.START else "cancelActivity"
        node = Node(
            id=name,
            kind=kind,
            name=element.get("name", ""),
            scope=scope,
            trigger=self._trigger(element, kind),
            default=element.get("default", ""),
            attached_to=element.get("attachedToRef", "") if kind is Kind.BOUNDARY else "",
            interrupting=flag(element, asks, "true"),
            multi=self._multi(element) if kind in ACTIVITIES else None,
            body=name if kind in (Kind.SUBPROCESS, Kind.ADHOC) else element.get("calledElement", ""),
            adhoc=self._adhoc(element) if kind is Kind.ADHOC else None,
            on_event=event,
            within_adhoc=Kind.ADHOC in self.around,
        )
        self._id(node)
        self.nodes[name] = node
        if kind in (Kind.SUBPROCESS, Kind.ADHOC):
            self._scope(element, name, kind)
        return node

    def _id(self, node: Node) -> None:
        if not ID.fullmatch(node.id) or node.id in self.nodes or node.id in self.arrows:
            self._problem(
                "bpmn_id",
                node.id or node.name or node.kind,
                f"Phần tử {node.kind} “{node.name}” thiếu mã, trùng mã hoặc mã “{node.id}” "
                "không phải chữ không dấu",
                f"The {node.kind} “{node.name}” has no id, one used twice, or one that is not plain ASCII: "
                f"“{node.id}”",
            )

    def _trigger(self, element: Element, kind: Kind) -> Trigger:
        if kind is Kind.RECEIVE or kind is Kind.SEND:
            reference = element.get("messageRef", "")
            self._children(element, (MULTI,))
            return Trigger("message", self.names.get(reference, reference) or element.get("id", ""))
        if kind not in ALLOWED:
            if kind not in (Kind.SUBPROCESS, Kind.ADHOC):
                self._children(element, (MULTI,) if kind in ACTIVITIES else ())
            return Trigger()
        found = [child for child in element if tag_of(child) in TRIGGERS]
        self._children(element, tuple(TRIGGERS))
        trigger = self._defined(found[0], element) if found else Trigger()
        if len(found) > 1 or trigger.kind not in ALLOWED[kind]:
            told = ", ".join(tag_of(child) for child in found) or "none"
            self._unknown(element, f"{kind} ({told})", why=REASONS["event"])
        return trigger

    def _defined(self, element: Element, event: Element) -> Trigger:
        self._attributes(element, within=event)
        kind = TRIGGERS[tag_of(element)]
        reference = element.get("messageRef") or element.get("errorRef") or element.get("signalRef") or ""
        if kind in ("message", "signal") and not reference:
            reference = event.get("id", "")
        said: dict[str, str] = {}
        for child in element:
            self._attributes(child, within=event)
            if tag_of(child) in ("timeDuration", "timeDate", "timeCycle"):
                said[tag_of(child)] = (child.text or "").strip()
            elif tag_of(child) not in DRAWN:
                self._unknown(child, within=event)
        times, duration = 0, said.get("timeDuration", "")
        if "timeCycle" in said:
            times, duration = self._cycle(said["timeCycle"], event)
        return Trigger(kind, self.names.get(reference, reference), duration, said.get("timeDate", ""), times)

    def _cycle(self, text: str, event: Element) -> tuple[int, str]:
        match = _CYCLE.fullmatch(text)
        times = int(match[1] or 0) if match else 0
        if match is None or not 1 <= times <= MOST_TIMES:
            self._problem(
                "timer",
                event.get("id", ""),
                f"Hẹn giờ lặp “{text}” tại “{event.get('id', '')}” phải có dạng R3/P1D, từ 1 đến {MOST_TIMES} lần",
                f"The repeating timer “{text}” at “{event.get('id', '')}” must read like R3/P1D, 1 to "
                f"{MOST_TIMES} times",
            )
            return 1, "P1D"
        return times, match[2]

    def _multi(self, element: Element) -> Multi | None:
        found = element.find(f"{BPMN}{MULTI}")
        if found is None:
            return None
        if tag_of(element) == Kind.ADHOC or flag(element, "triggeredByEvent"):
            self._unknown(found, within=element)
        self._attributes(found, within=element)
        self._children(found, ("loopCardinality", "completionCondition"), within=element)
        count, completion = (
            self._text(found, name, element) for name in ("loopCardinality", "completionCondition")
        )
        return Multi(found.get("isSequential") == "true", count, completion)

    def _adhoc(self, element: Element) -> AdHoc:
        return AdHoc(
            sequential=element.get("ordering", "Parallel") == "Sequential",
            completion=self._text(element, "completionCondition", element),
            cancels=flag(element, "cancelRemainingInstances", "true"),
        )

    def _text(self, element: Element, name: str, within: Element) -> str:
        """The text of a rule inside an element, or nothing."""
        found = element.find(f"{BPMN}{name}")
        if found is None:
            return ""
        self._attributes(found, within=within)
        return (found.text or "").strip()

    def _arrow(self, element: Element) -> None:
        self._attributes(element)
        name = element.get("id", "")
        condition = ""
        for child in element:
            if tag_of(child) == "conditionExpression":
                self._attributes(child, within=element)
                condition = (child.text or "").strip()
                if not condition:
                    self._unknown(child, within=element)
            elif tag_of(child) not in DRAWN:
                self._unknown(child, within=element)
        if not ID.fullmatch(name) or name in self.arrows or name in self.nodes:
            self._problem(
                "bpmn_id",
                name or "sequenceFlow",
                f"Mũi tên thiếu mã, trùng mã hoặc mã “{name}” không phải chữ không dấu",
                f"A sequence flow has no id, one that is used twice, or one that is not plain ASCII: “{name}”",
            )
        self.arrows[name] = Arrow(name, element.get("sourceRef", ""), element.get("targetRef", ""), condition)

    # -- what is refused

    def _children(self, element: Element, allowed: Sequence[str], within: Element | None = None) -> None:
        for child in element:
            if tag_of(child) not in DRAWN and tag_of(child) not in allowed:
                self._unknown(child, within=element if within is None else within)

    def _attributes(self, element: Element, within: Element | None = None) -> None:
        for name, value in element.attrib.items():
            allowed = ATTRIBUTES.get(name, frozenset())
            if allowed is not None and value not in allowed and not name.startswith(XSI):
                why = REASONS["vendor" if name.startswith("{") else "usual"]
                self._unknown(element, f"{tag_of(element)} {short(name)}={value!r}", within=within, why=why)

    def _unknown(
        self,
        element: Element,
        what: str = "",
        within: Element | None = None,
        why: tuple[str, str] | None = None,
    ) -> None:
        what = what or short(element.tag) if element.tag.startswith("{") else what or element.tag
        holder = within.get("id") if within is not None else None
        where = element.get("id") or holder or what
        vi, en = why or reason(tag_of(element))
        at = f" {holder}" if holder and holder != where else ""
        self._problem(
            "unknown_element",
            where,
            f"“{what}” (mã {where}{f', trong{at}' if at else ''}) không được hỗ trợ: {vi}",
            f"“{what}” (id {where}{f', in{at}' if at else ''}) is not covered: {en}",
        )

    def _problem(self, code: str, where: str, vi: str, en: str) -> None:
        self.problems.append(Problem(code, where, vi, en))
