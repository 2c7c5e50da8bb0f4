"""The events of a flow: is there a time for each timer, does somebody catch each error?"""

from __future__ import annotations

from collections.abc import Iterator

from xactin.kernel.expressions import ExpressionError, compile_expression
from xactin.kernel.procedure.flow import clock
from xactin.kernel.procedure.model import Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem, problem_about

_SECONDS = {"hour": 3600, "minute": 60, "second": 1}
_REMINDING = (Kind.SEND, Kind.SERVICE, Kind.THROW, Kind.RULE, Kind.EXCLUSIVE, Kind.END)


def event_problems(package: Package) -> Iterator[Problem]:
    """Timers that cannot be, errors nobody catches, ends that are not there."""
    timers = {node.id for node in package.flow.nodes.values() if node.trigger.kind == "timer"}
    for name in sorted(package.procedure.timers.keys() - timers):
        yield problem_about(
            "timer",
            name,
            "Mục timers.{0} không có hẹn giờ cùng mã",
            "timers.{0}: there is no such timer event",
        )
    for name in sorted(timers):
        yield from _timer(package, package.flow.nodes[name])
    yield from _equal(package)
    yield from _reminders(package)
    for node in package.flow.nodes.values():
        if node.kind is Kind.END and node.trigger.kind == "error" and not _caught(package, node):
            yield problem_about(
                "error_uncaught",
                node.id,
                "Lỗi tại “{0}” không được sự kiện biên nào bắt",
                "No boundary event catches the error thrown at “{0}”",
            )
    ends = {node.id for node in package.flow.nodes.values() if node.kind is Kind.END}
    for name in sorted(package.procedure.ends.keys() - ends):
        yield problem_about(
            "end_unknown", name, "Không có sự kiện kết thúc “{0}”", "There is no end event “{0}”"
        )


def _timer(package: Package, node: Node) -> Iterator[Problem]:
    try:
        if clock.duration_of(package, node) is None:
            if not node.trigger.date:
                raise ValueError("no duration and no date")
            _date(package, node.trigger.date)
    except ValueError as error:
        yield Problem(
            "timer",
            node.id,
            f"Hẹn giờ “{node.id}” chưa có thời gian hợp lệ: {error}",
            f"The timer “{node.id}” has no valid time: {error}",
        )


def _date(package: Package, text: str) -> None:
    """Raises ValueError for a date that is the same for every dossier and is none. Other rules: `conditions.py`."""
    if clock.is_moment(text):
        return
    try:
        rule = compile_expression(text, package.names)
        if rule.parsed.roots or clock.is_moment(str(rule.evaluate({}))):
            return
    except ExpressionError:
        return
    raise ValueError(f"not a date: {text}")


def _equal(package: Package) -> Iterator[Problem]:
    """Events that come at the same moment where only one can win: which one would be chance."""
    flow = package.flow
    groups = [
        [flow.nodes[flow.arrows[arrow].target] for arrow in node.outgoing]
        for node in flow.nodes.values()
        if node.kind is Kind.EVENT_BASED
    ]
    groups += [list(events) for events in flow.boundaries.values()]
    for group in groups:
        seen: dict[str, Node] = {}
        for event in group:
            other = seen.setdefault(_when(package, event), event)
            if other is not event and (other.interrupting or event.interrupting):
                yield Problem(
                    "equal_events",
                    event.id,
                    f"“{other.id}” và “{event.id}” luôn đến cùng lúc, không biết nhánh nào thắng. Bỏ bớt một",
                    f"“{other.id}” and “{event.id}” always come at once, and which wins is chance. Remove one",
                )


def _when(package: Package, event: Node) -> str:
    trigger = event.trigger
    if trigger.kind == "timer":
        try:
            duration = clock.duration_of(package, event)
        except ValueError:
            duration = None
        if duration and not duration.keys() - _SECONDS.keys():
            duration = {"second": sum(_SECONDS[unit] * number for unit, number in duration.items())}
        return f"timer {sorted(duration.items()) if duration else trigger.date or event.id}"
    return f"{trigger.kind} {trigger.name}"


def _reminders(package: Package) -> Iterator[Problem]:
    """What a repeating timer sets going comes more than once: it may only send, throw and end."""
    flow = package.flow
    for event in flow.nodes.values():
        if not event.trigger.times or event.id in flow.starts:
            continue
        waiting = [flow.arrows[arrow].target for arrow in event.outgoing]
        looked: set[str] = set()
        while waiting:
            node = flow.nodes[waiting.pop()]
            if node.id in looked:
                continue
            looked.add(node.id)
            waiting += [target for _, target in flow.ways(node.id)]
            if node.kind not in _REMINDING or len(node.incoming) > 1:
                yield Problem(
                    "reminder",
                    event.id,
                    f"Hẹn giờ lặp “{event.id}” dẫn đến “{node.id}” ({node.kind}): nhắc nhiều lần chỉ được gửi, phát "
                    "thông điệp rồi kết thúc, trên nhánh riêng",
                    f"The repeating timer “{event.id}” leads to “{node.id}” ({node.kind}): what comes more than once "
                    "may only send or throw and end, on a branch of its own",
                )
                break


def _caught(package: Package, node: Node) -> bool:
    """Whether something around an end event catches its error: an event subprocess beside it, or the boundary of
    an activity it stands in, on any level."""
    flow = package.flow
    hosts: dict[str, list[Node]] = {}
    for host in flow.nodes.values():
        if host.body:
            hosts.setdefault(host.body, []).append(host)
    scopes, looked = [node.scope], set[str]()
    while scopes:
        scope = scopes.pop()
        looked.add(scope)
        catching = [flow.nodes[flow.scopes[one.id]] for one in flow.listeners.get(scope, ())]
        for host in hosts.get(scope, ()):
            catching += flow.boundaries.get(host.id, ())
            scopes += [host.scope] if host.scope not in looked else []
        if any(e.trigger.kind == "error" and e.trigger.name in ("", node.trigger.name) for e in catching):
            return True
    return False
