"""Do the limits of the steps fit the limit of the law? The longest way through, loops left out.

Branches at once count as the longest of them, instances in turn one after the other; the authority's own
limits count at their maximum. The task that receives the dossier is before the clock, and is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping

from xactin.kernel.procedure.model import BODIES, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import Rule
from xactin.kernel.procedure.problems import Problem
from xactin.kernel.working_time import Calendar, CalendarError, longest

Way = tuple[int, tuple[str, ...]]


def path_problems(package: Package, calendar: Calendar) -> list[Problem]:
    """path_too_long at the longest step of the longest way; limits beyond their maximum."""
    try:
        whole = longest([package.procedure.limit], calendar)
        ways = _Ways(package, calendar)
        begun = [*package.flow.starts, *(one.id for one in package.flow.listeners.get(package.flow.root, ()))]
        seconds, tasks = max((ways.longest(name) for name in begun), key=lambda way: way[0])
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
    own = package.procedure.authority_limits.get(node.id)
    limit = own.maximum if own else _by_table(package, rule) or rule.limit
    times = 1
    if node.multi is not None and node.multi.sequential:
        known = len(rule.agencies) if not isinstance(rule.agencies, str) else 0
        times = known or (int(node.multi.count) if node.multi.count.isdigit() else 2)
    return longest([limit], calendar) * times if limit else 0


def _by_table(package: Package, rule: Rule) -> Mapping[str, int] | None:
    """The longest limit a decision table gives."""
    table = package.tables.get(rule.limit_by.table) if rule.limit_by else None
    if table is None or rule.limit_by is None or list(table.outputs.values()) != ["int"]:
        return None
    values = [row.values[0] for row in table.rows]
    most = sum(value for value in values if value > 0) if table.policy == "C+" else max(values)
    return {rule.limit_by.unit: max(0, most)}


class _Ways:
    def __init__(self, package: Package, calendar: Calendar) -> None:
        self.package = package
        self.flow = package.flow
        self.calendar = calendar
        self.known: dict[str, Way] = {}
        self.open: set[str] = set()

    def longest(self, first: str) -> Way:
        """The longest way from a node to the end of its scope, itself included."""
        waiting = [(first, False)]
        while waiting:
            name, after_it = waiting.pop()
            if after_it:
                self.open.discard(name)
                self.known[name] = self.through(name)
            elif name not in self.known and name not in self.open:
                self.open.add(name)
                waiting.append((name, True))
                waiting += [(target, False) for target in reversed(self.next(name))]
        return self.known[first]

    def next(self, name: str) -> list[str]:
        """What a node needs to be known before it: where it leads, and what stands in it."""
        node = self.flow.nodes[name]
        within = [*self.flow.listeners.get(node.body, ())] if node.body else []
        inside = list(node.adhoc.startable) if node.adhoc else []
        if node.kind in BODIES:
            inside = [self.flow.scopes[node.body]]
        return [*inside, *(one.id for one in within), *(target for _, target in self.flow.ways(name))]

    def through(self, name: str) -> Way:
        """A node, and the longest way after it; what is open still is a loop, and left out."""
        after: Way = (0, ())
        for _, target in self.flow.ways(name):
            after = max(after, self.known.get(target, after), key=lambda way: way[0])
        seconds, tasks = self.own(self.flow.nodes[name])
        return seconds + after[0], (*tasks, *after[1])

    def own(self, node: Node) -> Way:
        """The longest way within a node: of an ad-hoc subprocess its own limit, else that of its longest task."""
        own = limit_of(self.package, node, self.calendar)
        if node.adhoc:
            inner = max(
                (self.known.get(one, (0, ())) for one in node.adhoc.startable), key=lambda way: way[0]
            )
            return (own, (node.id,)) if own else inner
        if node.kind in BODIES:
            scope = [self.flow.scopes[node.body], *(one.id for one in self.flow.listeners.get(node.body, ()))]
            seconds, tasks = max((self.known.get(one, (0, ())) for one in scope), key=lambda way: way[0])
            return seconds * (2 if node.multi and node.multi.sequential else 1), tasks
        return own, (node.id,) if own else ()


def _hours(seconds: int) -> str:
    return f"{seconds / 3600:.1f}".removesuffix(".0")
