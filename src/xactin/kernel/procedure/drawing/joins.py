"""How the elements of a drawn process hang together: arrows, starts, what stands where, which is the main one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xactin.kernel.procedure.model import ACTIVITIES, Arrow, Kind, Node
from xactin.kernel.procedure.problems import Problem

MOST_SCOPES = 64
"""How deep processes may call each other."""


class Joins:
    """Joins what was read; whatever does not fit is told to `problems`."""

    def __init__(
        self,
        nodes: dict[str, Node],
        arrows: Mapping[str, Arrow],
        scopes: dict[str, str],
        starts: dict[str, list[str]],
        problems: list[Problem],
    ) -> None:
        self.nodes = nodes
        self.arrows = arrows
        self.scopes = scopes
        self.starts = starts
        self.problems = problems

    def joined(self, processes: Sequence[str]) -> str:
        """Gives every node its arrows and every scope its start. Returns the main process."""
        self._arrows()
        for node in list(self.nodes.values()):
            self._connected(node)
        root = self._root(processes)
        for scope in (*processes, *(node.id for node in self.nodes.values() if node.kind is Kind.SUBPROCESS)):
            self._starts(scope, root)
        for node in self.nodes.values():
            if node.adhoc:
                self._adhoc(node)
        return root

    # -- arrows

    def _arrows(self) -> None:
        into: dict[str, list[str]] = {}
        out: dict[str, list[str]] = {}
        for arrow in self.arrows.values():
            source, target = self.nodes.get(arrow.source), self.nodes.get(arrow.target)
            if source is None or target is None or source.scope != target.scope:
                self._tell(
                    "arrow",
                    arrow.id,
                    f"Mũi tên “{arrow.id}” ({arrow.source or '?'} → {arrow.target or '?'}) phải nối hai phần tử "
                    "có thật trong cùng một quy trình",
                    f"The sequence flow “{arrow.id}” ({arrow.source or '?'} → {arrow.target or '?'}) must join "
                    "two existing elements of one process",
                )
                continue
            out.setdefault(arrow.source, []).append(arrow.id)
            into.setdefault(arrow.target, []).append(arrow.id)
            self._condition(arrow, source)
        for name, node in self.nodes.items():
            self.nodes[name] = replace(
                node, incoming=tuple(into.get(name, ())), outgoing=tuple(out.get(name, ()))
            )

    def _condition(self, arrow: Arrow, source: Node) -> None:
        if arrow.condition and source.kind not in (Kind.EXCLUSIVE, Kind.INCLUSIVE):
            self._tell(
                "unknown_element",
                arrow.id,
                f"Điều kiện trên mũi tên “{arrow.id}” chỉ được đặt sau cổng loại trừ hoặc cổng bao gồm, "
                f"không đặt sau {source.kind} “{source.id}”",
                f"The condition on “{arrow.id}” may only stand after an exclusive or inclusive gateway, not "
                f"after the {source.kind} “{source.id}”",
            )

    def _connected(self, node: Node) -> None:
        for vi, en in self._faults(node):
            self._tell(
                "connection",
                node.id,
                f"“{node.name or node.id}” ({node.kind}) chưa được nối đúng: {vi}",
                f"“{node.name or node.id}” ({node.kind}) is not joined rightly: {en}",
            )

    def _faults(self, node: Node) -> list[tuple[str, str]]:
        found = []
        if node.incoming and (node.kind in (Kind.START, Kind.BOUNDARY) or node.on_event):
            found.append(("không được có mũi tên vào", "no arrow may lead to it"))
        if node.outgoing and (node.kind is Kind.END or node.on_event):
            found.append(("không được có mũi tên ra", "no arrow may leave it"))
        if self._lacks_in(node):
            found.append(("thiếu mũi tên vào", "no arrow leads to it"))
        if self._lacks_out(node):
            found.append(("thiếu mũi tên ra", "no arrow leaves it"))
        if node.default and node.default not in node.outgoing:
            found.append(
                (
                    f"nhánh mặc định “{node.default}” không đi ra từ đây",
                    f"its default “{node.default}” is none of its arrows",
                )
            )
        if node.kind is Kind.BOUNDARY and self._stands_wrong(node):
            found.append(("không gắn trên một bước nào cùng cấp", "it stands on no activity beside it"))
        if node.trigger.times and (node.interrupting or node.kind not in (Kind.BOUNDARY, Kind.START)):
            found.append(
                ("chỉ hẹn giờ không ngắt mới được lặp", "only a timer that does not interrupt may repeat")
            )
        if node.kind is Kind.EVENT_BASED and not all(
            self.nodes[self.arrows[arrow].target].kind is Kind.CATCH for arrow in node.outgoing
        ):
            found.append(("sau cổng sự kiện chỉ được là sự kiện chờ", "only catch events may follow it"))
        return found

    def _in_adhoc(self, node: Node) -> bool:
        holder = self.nodes.get(node.scope)
        return holder is not None and holder.kind is Kind.ADHOC

    def _lacks_in(self, node: Node) -> bool:
        free = node.kind in (Kind.START, Kind.BOUNDARY) or node.on_event or self._in_adhoc(node)
        return not node.incoming and not free

    def _lacks_out(self, node: Node) -> bool:
        free = node.kind is Kind.END or node.on_event or (self._in_adhoc(node) and node.kind in ACTIVITIES)
        return not node.outgoing and not free

    def _stands_wrong(self, boundary: Node) -> bool:
        host = self.nodes.get(boundary.attached_to)
        return host is None or host.kind not in ACTIVITIES or host.scope != boundary.scope or host.on_event

    # -- scopes

    def _starts(self, scope: str, root: str) -> None:
        """The start of a scope: exactly one; an event subprocess has one with a trigger, a process may have more."""
        found = [self.nodes[name] for name in self.starts.get(scope, ())]
        holder = self.nodes.get(scope)
        plain = [node for node in found if node.trigger.kind == "none"]
        on_event = holder is not None and holder.on_event
        if scope == root and found:
            right = len(plain) <= 1 and not any(node.trigger.kind == "error" for node in found)
            found.sort(key=lambda node: node.trigger.kind != "none")
            self.starts[scope] = [node.id for node in found]
        else:
            right = len(found) == 1 and len(plain) == (0 if on_event else 1)
        self.scopes[scope] = found[0].id if found else ""
        if any(not node.interrupting and not on_event for node in found) or any(
            not node.interrupting and node.trigger.kind == "error" for node in found
        ):
            right = False
        if not right:
            self._tell(
                "start",
                scope,
                f"“{scope}” cần đúng một sự kiện bắt đầu{' có điều kiện kích hoạt' if on_event else ''}, "
                f"đang có {len(found)} ({len(plain)} không điều kiện)",
                f"“{scope}” needs exactly one start event{' with a trigger' if on_event else ''} and has "
                f"{len(found)} ({len(plain)} without a trigger)",
            )

    def _adhoc(self, host: Node) -> None:
        """What may stand in an ad-hoc subprocess: tasks to begin, and what follows from each by itself."""
        inside = [node for node in self.nodes.values() if node.scope == host.id]
        startable = tuple(node.id for node in inside if not node.incoming and node.kind is not Kind.BOUNDARY)
        for node in inside:
            wrong = self._wrong_in_adhoc(node)
            if wrong:
                self._tell(
                    "adhoc", node.id, wrong[0].format(node.id, host.id), wrong[1].format(node.id, host.id)
                )
        if not startable:
            self._tell(
                "adhoc",
                host.id,
                f"Tiểu quy trình tùy biến “{host.id}” không có việc nào để bắt đầu",
                f"The ad-hoc subprocess “{host.id}” has no task that could be begun",
            )
        if host.adhoc:
            self.nodes[host.id] = replace(host, adhoc=replace(host.adhoc, startable=startable))

    def _wrong_in_adhoc(self, node: Node) -> tuple[str, str] | None:
        if node.kind in (Kind.START, Kind.END) or node.on_event:
            return (
                "“{0}”: trong tiểu quy trình tùy biến “{1}” không có sự kiện bắt đầu, kết thúc",
                "“{0}”: an ad-hoc subprocess (“{1}”) has no start or end events",
            )
        if not node.incoming and node.kind not in (Kind.USER, Kind.BOUNDARY):
            return (
                "“{0}”: trong “{1}” chỉ bắt đầu được việc của người (userTask); việc khác phải đi sau một việc",
                "“{0}”: in “{1}” only a userTask can be begun; anything else has to follow one",
            )
        if node.kind in (Kind.PARALLEL, Kind.INCLUSIVE) and len(node.incoming) > 1:
            return (
                "“{0}”: trong “{1}” không được hợp nhánh, vì các lần làm không chờ nhau",
                "“{0}”: branches may not be joined in “{1}”, for runs do not wait for each other",
            )
        return None

    # -- processes

    def _root(self, processes: Sequence[str]) -> str:
        called = {node.body for node in self.nodes.values() if node.kind is Kind.CALL}
        for node in self.nodes.values():
            if node.kind is Kind.CALL and node.body not in processes:
                self._tell(
                    "unknown_element",
                    node.id,
                    f"callActivity “{node.id}” gọi “{node.body or '?'}” nhưng tệp không có quy trình đó",
                    f"The callActivity “{node.id}” calls “{node.body or '?'}”, and the file has no such process",
                )
        roots = [process for process in processes if process not in called]
        if len(roots) != 1:
            self._tell(
                "processes",
                "process.bpmn",
                f"Cần đúng một quy trình chính, đang có {len(roots)}: {', '.join(roots)}",
                f"There must be exactly one main process, not {len(roots)}: {', '.join(roots)}",
            )
            return ""
        self._calls_end(roots[0])
        return roots[0]

    def _calls_end(self, root: str) -> None:
        """A process that calls itself, on whatever way, would never end."""
        inner: dict[str, set[str]] = {}
        for node in self.nodes.values():
            if node.body:
                inner.setdefault(node.scope, set()).add(node.body)
        done: set[str] = set()
        stack: list[tuple[str, bool]] = [(root, False)]
        above: list[str] = []
        while stack:
            scope, leaving = stack.pop()
            if leaving:
                done.add(above.pop())
            elif scope in above or len(above) > MOST_SCOPES:
                self._tell(
                    "processes",
                    scope,
                    f"Quy trình “{scope}” tự gọi lại chính nó, hoặc gọi nhau quá {MOST_SCOPES} tầng",
                    f"“{scope}” calls itself, or calls go deeper than {MOST_SCOPES} levels",
                )
                return
            elif scope not in done:
                above.append(scope)
                stack.append((scope, True))
                stack += [(body, False) for body in sorted(inner.get(scope, ()))]

    def _tell(self, code: str, where: str, vi: str, en: str) -> None:
        self.problems.append(Problem(code, where, vi, en))
