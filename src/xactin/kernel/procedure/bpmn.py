"""BPMN 2.0 in, a Flow out. What is not covered is refused by name, never ignored.

Covered: lanes; user, service, send and receive tasks; call activities of processes in the same file;
embedded subprocesses; exclusive, parallel, inclusive and event-based gateways; multi-instance, at once or in
turn; boundary and intermediate timer and message events, boundary errors, error, message and terminate
ends. What only draws (diagram, notes, groups, data objects, other pools) is read over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from xactin.kernel.procedure.model import ACTIVITIES, Arrow, Flow, Kind, Multi, Node, Trigger
from xactin.kernel.procedure.problems import PackageError, Problem

BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
DRAWING: Final = "{http://www.omg.org/spec/BPMN/20100524/DI}"
MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 64

# Ids are keys of signed effects, and those are ASCII (kernel.md, canonical form).
_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_TOP: Final = frozenset({"process", "itemDefinition", "documentation"})
_DRAWN: Final = frozenset(
    {"documentation", "textAnnotation", "association", "group", "dataObject", "dataObjectReference"}
    | {"dataStoreReference", "laneSet", "incoming", "outgoing"}
)
_TRIGGERS: Final = {
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "errorEventDefinition": "error",
    "terminateEventDefinition": "terminate",
}
_ALLOWED: Final = {
    Kind.START: {"none"},
    Kind.END: {"none", "terminate", "error", "message"},
    Kind.CATCH: {"timer", "message"},
    Kind.THROW: {"none", "message"},
    Kind.BOUNDARY: {"timer", "message", "error"},
}
# Attribute -> the values under which it changes nothing for us (None: any value).
_ATTRIBUTES: Final[Mapping[str, frozenset[str] | None]] = {
    "id": None,
    "name": None,
    "default": None,
    "sourceRef": None,
    "targetRef": None,
    "attachedToRef": None,
    "cancelActivity": frozenset({"true", "false"}),
    "calledElement": None,
    "messageRef": None,
    "gatewayDirection": None,
    "isImmediate": None,
    "implementation": frozenset({"##unspecified", "##WebService"}),
    "isForCompensation": frozenset({"false"}),
    "startQuantity": frozenset({"1"}),
    "completionQuantity": frozenset({"1"}),
    "triggeredByEvent": frozenset({"false"}),
    "instantiate": frozenset({"false"}),
    "eventGatewayType": frozenset({"Exclusive"}),
    "parallelMultiple": frozenset({"false"}),
    "isInterrupting": frozenset({"true"}),
    "isSequential": frozenset({"true", "false"}),
    "behavior": frozenset({"All"}),
}


def _check_depth(top: Element) -> None:
    level = [top]
    for _depth in range(MAX_DEPTH):
        level = [inner for element in level for inner in element]
        if not level:
            return
    raise ValueError(f"more than {MAX_DEPTH} elements inside each other")


def read_bpmn(data: bytes) -> Flow:
    """The flow of a BPMN file. Raises PackageError naming every element that is not covered or not joined."""
    return _Reader().read(data)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.nodes: dict[str, Node] = {}
        self.arrows: dict[str, Arrow] = {}
        self.scopes: dict[str, str] = {}
        self.lanes: dict[str, str] = {}
        self.names: dict[str, str] = {}

    def read(self, data: bytes) -> Flow:
        processes = [element for element in self._definitions(data) if element.tag == f"{BPMN}process"]
        for process in processes:
            self._process(process)
        self._join()
        root = self._root(processes)
        if self.problems:
            # What is not covered is told alone: arrows that lead to it are no faults of their own.
            unknown = [problem for problem in self.problems if problem.code == "unknown_element"]
            raise PackageError(unknown or self.problems)
        return Flow(root, self.nodes, self.arrows, self.scopes, self.lanes)

    # -- the file

    def _definitions(self, data: bytes) -> Element:
        try:
            if len(data) > MAX_BYTES:
                raise ValueError(f"{len(data)} bytes")
            top: Element = fromstring(data, forbid_dtd=True)
            _check_depth(top)
        except (ParseError, DefusedXmlException, ValueError) as error:
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
        if top.tag != f"{BPMN}definitions":
            self._unknown(top)
        for element in top:
            tag = _tag(element)
            if tag in ("message", "error"):
                self._named(element, tag)
            elif tag == "collaboration":
                self._collaboration(element)
            elif tag not in ("process", "itemDefinition", "documentation") and not element.tag.startswith(
                DRAWING
            ):
                self._unknown(element)
        return top

    def _named(self, element: Element, tag: str) -> None:
        name = element.get("errorCode" if tag == "error" else "name", "") or element.get("name", "")
        self.names[element.get("id", "")] = str(name or element.get("id", ""))

    def _collaboration(self, element: Element) -> None:
        for part in element:
            if _tag(part) not in ("participant", "messageFlow", *_DRAWN):
                self._unknown(part)

    def _process(self, process: Element) -> None:
        for lane in process.iter(f"{BPMN}lane"):
            for reference in lane.findall(f"{BPMN}flowNodeRef"):
                self.lanes[(reference.text or "").strip()] = lane.get("name", "") or lane.get("id", "")
        self._scope(process, process.get("id", ""))

    def _scope(self, element: Element, scope: str) -> None:
        starts = []
        for child in element:
            tag = _tag(child)
            if tag == "sequenceFlow":
                self._arrow(child)
            elif tag in Kind.__members__.values():
                node = self._node(child, Kind(tag), scope)
                if node.kind is Kind.START:
                    starts.append(node.id)
            elif tag not in _DRAWN and tag != "multiInstanceLoopCharacteristics":
                self._unknown(child)
        if len(starts) == 1:
            self.scopes[scope] = starts[0]
        else:
            self._problem(
                "start",
                scope,
                f"“{scope}” cần đúng một sự kiện bắt đầu, đang có {len(starts)}",
                f"“{scope}” needs exactly one start event and has {len(starts)}",
            )

    # -- elements

    def _node(self, element: Element, kind: Kind, scope: str) -> Node:
        self._attributes(element)
        name = element.get("id", "")
        node = Node(
            id=name,
            kind=kind,
            name=element.get("name", ""),
            scope=scope,
            trigger=self._trigger(element, kind),
            default=element.get("default", ""),
            attached_to=element.get("attachedToRef", "") if kind is Kind.BOUNDARY else "",
            interrupting=element.get("cancelActivity", "true") == "true",
            multi=self._multi(element) if kind in ACTIVITIES else None,
            body=name if kind is Kind.SUBPROCESS else element.get("calledElement", ""),
        )
        if not _ID.fullmatch(name) or name in self.nodes or name in self.arrows:
            self._problem(
                "bpmn_id",
                name or node.name or kind,
                f"Phần tử {kind} “{node.name}” thiếu mã, trùng mã hoặc mã “{name}” không phải chữ không dấu",
                f"The {kind} “{node.name}” has no id, one used twice, or one that is not plain ASCII: “{name}”",
            )
        self.nodes[name] = node
        if kind is Kind.SUBPROCESS:
            self._scope(element, name)
        return node

    def _trigger(self, element: Element, kind: Kind) -> Trigger:
        if kind is Kind.RECEIVE or kind is Kind.SEND:
            reference = element.get("messageRef", "")
            self._children(element, ("multiInstanceLoopCharacteristics",))
            return Trigger("message", self.names.get(reference, reference) or element.get("id", ""))
        if kind not in _ALLOWED:
            if kind is not Kind.SUBPROCESS:
                self._children(element, ("multiInstanceLoopCharacteristics",) if kind in ACTIVITIES else ())
            return Trigger()
        found = [child for child in element if _tag(child) in _TRIGGERS]
        self._children(element, tuple(_TRIGGERS))
        trigger = self._defined(found[0]) if found else Trigger()
        if len(found) > 1 or trigger.kind not in _ALLOWED[kind]:
            self._unknown(element, f"{kind} ({', '.join(_tag(child) for child in found) or 'none'})")
        return trigger

    def _defined(self, element: Element) -> Trigger:
        kind = _TRIGGERS[_tag(element)]
        reference = element.get("messageRef") or element.get("errorRef") or ""
        duration = date = ""
        for child in element:
            text = (child.text or "").strip()
            if _tag(child) == "timeDuration":
                duration = text
            elif _tag(child) == "timeDate":
                date = text
            elif _tag(child) not in _DRAWN:
                self._unknown(child)
        return Trigger(kind, self.names.get(reference, reference), duration, date)

    def _multi(self, element: Element) -> Multi | None:
        found = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
        if found is None:
            return None
        self._attributes(found)
        count = ""
        for child in found:
            if _tag(child) != "loopCardinality":
                self._unknown(child)
            count = (child.text or "").strip()
        return Multi(found.get("isSequential", "false") == "true", count)

    def _arrow(self, element: Element) -> None:
        self._attributes(element)
        name = element.get("id", "")
        condition = ""
        for child in element:
            if _tag(child) == "conditionExpression":
                condition = (child.text or "").strip()
                if not condition:
                    self._unknown(child)
            elif _tag(child) not in _DRAWN:
                self._unknown(child)
        if not name or name in self.arrows or name in self.nodes:
            self._problem(
                "bpmn_id",
                name or "sequenceFlow",
                f"Mũi tên thiếu mã hoặc trùng mã “{name}”",
                f"A sequence flow has no id, or one that is used twice: “{name}”",
            )
        self.arrows[name] = Arrow(name, element.get("sourceRef", ""), element.get("targetRef", ""), condition)

    # -- what is refused

    def _children(self, element: Element, allowed: tuple[str, ...]) -> None:
        for child in element:
            if _tag(child) not in _DRAWN and _tag(child) not in allowed:
                self._unknown(child, within=element)

    def _attributes(self, element: Element) -> None:
        for name, value in element.attrib.items():
            allowed = _ATTRIBUTES.get(name, frozenset())
            if allowed is not None and value not in allowed and not name.startswith(XSI):
                self._unknown(element, f"{_tag(element)} {name}={value!r}")

    def _unknown(self, element: Element, what: str = "", within: Element | None = None) -> None:
        what = what or _tag(element)
        where = element.get("id") or (within.get("id") if within is not None else None) or what
        self._problem(
            "unknown_element",
            where,
            f"“{what}” (mã {where}) không được hỗ trợ. Hãy thay bằng phần tử được hỗ trợ",
            f"“{what}” (id {where}) is not covered. Replace it by an element that is",
        )

    def _problem(self, code: str, where: str, vi: str, en: str) -> None:
        self.problems.append(Problem(code, where, vi, en))

    # -- joining

    def _join(self) -> None:
        into: dict[str, list[str]] = {}
        out: dict[str, list[str]] = {}
        for arrow in self.arrows.values():
            ends = [self.nodes.get(end) for end in (arrow.source, arrow.target)]
            if None in ends or ends[0].scope != ends[1].scope:  # type: ignore[union-attr]
                self._problem(
                    "arrow",
                    arrow.id,
                    f"Mũi tên “{arrow.id}” phải nối hai phần tử có thật trong cùng một quy trình",
                    f"The sequence flow “{arrow.id}” must join two existing elements of one process",
                )
                continue
            out.setdefault(arrow.source, []).append(arrow.id)
            into.setdefault(arrow.target, []).append(arrow.id)
            self._condition(arrow, self.nodes[arrow.source])
        for name, node in self.nodes.items():
            self.nodes[name] = replace(
                node, incoming=tuple(into.get(name, ())), outgoing=tuple(out.get(name, ()))
            )
        for node in list(self.nodes.values()):
            self._connected(node)

    def _condition(self, arrow: Arrow, source: Node) -> None:
        if arrow.condition and source.kind not in (Kind.EXCLUSIVE, Kind.INCLUSIVE):
            self._problem(
                "unknown_element",
                arrow.id,
                f"Điều kiện trên mũi tên “{arrow.id}” chỉ được đặt sau cổng loại trừ hoặc cổng bao gồm",
                f"The condition on “{arrow.id}” may only stand after an exclusive or inclusive gateway",
            )

    def _connected(self, node: Node) -> None:
        no_way_in = node.kind in (Kind.START, Kind.BOUNDARY)
        if (
            bool(node.incoming) == no_way_in
            or bool(node.outgoing) == (node.kind is Kind.END)
            or (node.default and node.default not in node.outgoing)
            or (node.attached_to and self._stands_wrong(node))
        ):
            self._problem(
                "connection",
                node.id,
                f"“{node.name or node.id}” ({node.kind}) chưa được nối đúng: thiếu hoặc thừa mũi tên vào, ra",
                f"“{node.name or node.id}” ({node.kind}) is not joined rightly: arrows in or out",
            )
        if node.kind is Kind.EVENT_BASED:
            for arrow in node.outgoing:
                target = self.nodes[self.arrows[arrow].target]
                if target.kind is not Kind.CATCH:
                    self._problem(
                        "connection",
                        node.id,
                        f"Sau cổng sự kiện “{node.id}” chỉ được là sự kiện chờ",
                        f"Only catch events may follow the event-based gateway “{node.id}”",
                    )

    def _stands_wrong(self, boundary: Node) -> bool:
        host = self.nodes.get(boundary.attached_to)
        return host is None or host.kind not in ACTIVITIES or host.scope != boundary.scope

    def _root(self, processes: list[Element]) -> str:
        called = {node.body for node in self.nodes.values() if node.kind is Kind.CALL}
        for node in self.nodes.values():
            if node.kind is Kind.CALL and node.body not in self.scopes:
                self._unknown(Element(Kind.CALL, {"id": node.id}), f"callActivity -> {node.body or '?'}")
        roots = [process.get("id", "") for process in processes if process.get("id") not in called]
        if len(roots) != 1:
            self._problem(
                "processes",
                "process.bpmn",
                f"Cần đúng một quy trình chính, đang có {len(roots)}: {', '.join(roots)}",
                f"There must be exactly one main process, not {len(roots)}: {', '.join(roots)}",
            )
            return ""
        self._calls_end(roots[0], ())
        return roots[0]

    def _calls_end(self, scope: str, above: tuple[str, ...]) -> None:
        """A process that calls itself, on whatever way, would never end."""
        if scope in above:
            self._problem(
                "processes", scope, f"Quy trình “{scope}” tự gọi lại chính nó", f"“{scope}” calls itself"
            )
            return
        for node in self.nodes.values():
            if node.scope == scope and node.body:
                self._calls_end(node.body, (*above, scope))


def _tag(element: Element) -> str:
    """The name of an element: bare in BPMN's namespace, else with its own."""
    return element.tag.removeprefix(BPMN)
