"""Do the limits of the steps fit the limit of the law? The longest way through, loops left out.

Branches at once count as the longest of them, instances in turn one after the other; the authority's own
limits count at their maximum. The task that receives the dossier is before the clock, and is not counted.
"""

from __future__ import annotations

from xactin.kernel.procedure.model import Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem
from xactin.kernel.working_time import Calendar, CalendarError, longest

Way = tuple[int, tuple[str, ...]]


def path_problems(package: Package, calendar: Calendar) -> list[Problem]:
    """path_too_long at the longest step of the longest way; limits beyond their maximum."""
    try:
        whole = longest([package.meta["limit"]], calendar)
        seconds, tasks = _Ways(package, calendar).longest(package.flow.scopes[package.flow.root])
    except CalendarError as error:
        return [Problem("limit", "limit", f"Thời hạn không hợp lệ: {error}", f"Not a limit: {error}")]
    if seconds <= whole or not tasks:
        return []
    where = max(tasks, key=lambda task: limit_of(package, package.flow.nodes[task], calendar))
    path = " → ".join(tasks)
    return [
        Problem(
            "path_too_long",
            where,
            f"Tổng thời hạn các bước ({_hours(seconds)} giờ làm việc: {path}) vượt thời hạn của thủ tục "
            f"({_hours(whole)} giờ). Bước dài nhất là “{where}”, hãy rút ngắn",
            f"The limits of the steps ({_hours(seconds)} working hours: {path}) exceed that of the procedure "
            f"({_hours(whole)} hours). The longest step is “{where}”: shorten it",
        )
    ]


def limit_of(package: Package, node: Node, calendar: Calendar) -> int:
    """The working seconds a task may take at most; 0 without a limit."""
    rule = package.rules.get(node.id)
    if rule is None or rule.receives:
        return 0
    own = package.meta.get("authority_limits", {}).get(node.id)
    limit = own["maximum"] if own else rule.limit
    times = 1
    if node.multi is not None and node.multi.sequential:
        known = len(rule.agencies) if not isinstance(rule.agencies, str) else 0
        times = known or (int(node.multi.count) if node.multi.count.isdigit() else 2)
    return longest([limit], calendar) * times if limit else 0


class _Ways:
    def __init__(self, package: Package, calendar: Calendar) -> None:
        self.package = package
        self.flow = package.flow
        self.calendar = calendar
        self.known: dict[str, Way] = {}
        self.open: set[str] = set()

    def longest(self, name: str) -> Way:
        """The longest way from a node to the end of its scope, itself included."""
        if name in self.known:
            return self.known[name]
        self.open.add(name)
        node = self.flow.nodes[name]
        after: Way = (0, ())
        for _, target in self.flow.ways(name):
            if target not in self.open:
                after = max(after, self.longest(target), key=lambda way: way[0])
        self.open.discard(name)
        seconds, tasks = self.own(node)
        self.known[name] = (seconds + after[0], (*tasks, *after[1]))
        return self.known[name]

    def own(self, node: Node) -> Way:
        if node.kind in (Kind.SUBPROCESS, Kind.CALL):
            seconds, tasks = self.longest(self.flow.scopes[node.body])
            turns = 2 if node.multi and node.multi.sequential else 1
            return seconds * turns, tasks
        seconds = limit_of(self.package, node, self.calendar)
        return seconds, (node.id,) if seconds else ()


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:.1f}".removesuffix(".0")
