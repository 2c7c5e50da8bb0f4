"""Circles in which nothing ever waits: an act that came into one would never come to an end.

A gateway, a thrown event and a decision pass a token on at once; so do a subprocess that can be gone through without
anybody, several instances that may be none, and a timer whose time can lie in the past. Data does not change on
the way, so a way out that is not taken the first time is never taken.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from xactin.kernel.procedure.flow import clock
from xactin.kernel.procedure.model import BODIES, Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem

_PASSED = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.THROW, Kind.RULE})


def circle_problems(package: Package) -> list[Problem]:
    """`endless` at each scope that has such a circle, with the way round."""
    found = []
    passed = _passed(package)
    for scope in (package.flow.root, *(node.body for node in package.flow.nodes.values() if node.body)):
        inside = [node for node in package.flow.nodes.values() if node.scope == scope]
        graph = {node.id: _next(package, node, passed) for node in inside}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            way = list(reversed(error.args[1]))
            told = " → ".join(way[:12]) + (" → …" if len(way) > 12 else "")
            found.append(
                Problem(
                    "endless",
                    min(way),
                    f"Vòng lặp {told} không có bước nào phải chờ: hồ sơ vào đó sẽ chạy vòng không dừng. "
                    "Đặt một bước có người làm vào vòng, hoặc bỏ mũi tên quay lại",
                    f"In the circle {told} nothing ever waits: what comes into it never stops. Put a task into it, "
                    "or take the arrow back away",
                )
            )
    return found


def _next(package: Package, node: Node, passed: set[str]) -> list[str]:
    """Where a token goes on from a node at once."""
    flow = package.flow
    found = [flow.arrows[arrow].target for arrow in node.outgoing] if node.id in passed else []
    for event in flow.boundaries.get(node.id, ()):
        if _may_be_past(package, event):
            found += [flow.arrows[arrow].target for arrow in event.outgoing]
    if node.kind is Kind.EVENT_BASED:
        found += [
            target
            for arrow in node.outgoing
            if _may_be_past(package, flow.nodes[target := flow.arrows[arrow].target])
        ]
    return found


def _passed(package: Package) -> set[str]:
    """Nodes that may pass a token on without anybody. Bodies are looked at until no more are found."""
    flow = package.flow
    found = {
        node.id
        for node in flow.nodes.values()
        if node.kind in _PASSED
        or (node.kind is Kind.CATCH and _may_be_past(package, node))
        or (node.multi and not node.multi.count.isdigit() and not _agencies(package, node))
    }
    more = True
    while more:
        more = False
        for node in flow.nodes.values():
            if (
                node.kind in BODIES
                and not node.on_event
                and node.id not in found
                and _through(package, node, found)
            ):
                found.add(node.id)
                more = True
    return found


def _agencies(package: Package, node: Node) -> bool:
    """Whether a multi-instance task names its agencies one by one: then there is at least one."""
    task = package.procedure.tasks.get(node.id)
    return task is not None and isinstance(task.agencies, tuple) and bool(task.agencies)


def _through(package: Package, body: Node, passed: set[str]) -> bool:
    """Whether an end of a body is reached from its start without anybody."""
    flow = package.flow
    looked: set[str] = set()
    waiting = [flow.scopes[body.body]]
    while waiting:
        node = flow.nodes[waiting.pop()]
        if node.kind is Kind.END:
            return True
        if node.id in looked:
            continue
        looked.add(node.id)
        waiting += _next(package, node, passed | {flow.scopes[body.body]})
    return False


def _may_be_past(package: Package, event: Node) -> bool:
    """Whether a timer may be due the moment it is set."""
    if event.trigger.kind != "timer":
        return False
    try:
        duration = clock.duration_of(package, event)
    except ValueError:
        return False
    return duration is None or not any(duration.values())
