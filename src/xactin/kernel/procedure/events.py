"""The events of a flow: is there a time for each timer, does somebody catch each error?"""

from __future__ import annotations

from collections.abc import Iterator

from xactin.kernel.procedure import clock
from xactin.kernel.procedure.model import Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem


def event_problems(package: Package) -> Iterator[Problem]:
    """Timers that cannot be, errors nobody catches, ends that are not there."""
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


def _problem(code: str, where: str, vi: str, en: str) -> Problem:
    return Problem(code, where, vi.format(where), en.format(where))
