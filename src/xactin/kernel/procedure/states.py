"""Is a flow sound? Every state it can come to is visited by the engine's own moves, data ignored.

At each gateway every way is tried, multi-instance is taken as two. Looked for: a state in which nothing can
move but something waits (deadlock), a state from which no end is reached (livelock), two tokens at one place
(token_left: one of them would be left behind), and tasks no state comes to (dead_task).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, Final

from xactin.kernel.procedure import acting
from xactin.kernel.procedure.model import ACTIVITIES, TASKS, Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem, Refused
from xactin.kernel.procedure.walk import Step, Token, Walk
from xactin.kernel.working_time import Calendar

MOST_STATES: Final = 100_000
_TIME: Final = datetime(2026, 1, 5, 1, tzinfo=UTC)
Marking = tuple[Any, ...]
Trail = tuple[str, ...]


class _Untried(Exception):
    def __init__(self, ways: Sequence[Sequence[str]]) -> None:
        self.ways = ways


class _Explorer(Walk):
    """A walk in which a tape of choices stands for data, and time stands still."""

    def __init__(
        self,
        package: Package,
        tokens: Mapping[str, Token],
        tape: Sequence[Sequence[str]],
        calendar: Calendar,
    ) -> None:
        empty: dict[str, Any] = {"steps": {}, "parts": {}, "written": {}, "kept": {}, "limits": {}}
        last = max((int(name[1:]) for name in tokens), default=0)
        super().__init__(package, {"tokens": tokens, "n": last} | empty, {}, _TIME, calendar)
        self.tape = list(tape)
        self.entered: set[str] = set()
        self.doubled: tuple[Trail, Trail] | None = None  # how two tokens came to the same place

    def choose(self, node: Node) -> list[str]:
        if len(node.outgoing) == 1:
            return list(node.outgoing)
        if not self.tape:
            raise _Untried(_ways(node))
        return list(self.tape.pop(0))

    def count(self, node: Node) -> int:
        return 2

    def armed(self, token: Token, events: Sequence[Node]) -> Token:
        return {key: value for key, value in token.items() if key != "at"}

    def asked(self, token: Token, boundary: Sequence[Node] | None = None) -> Token:
        return token

    def arrive(self, step: Step, node: Node, scope: str | None, arrow: str, trail: tuple[str, ...]) -> None:
        self.entered.add(node.id)
        super().arrive(step, node, scope, arrow, trail)

    def rest(self, step: Step, token: Token) -> str:
        place = _place(token)
        for other in self.tokens.values():
            if _place(other) == place:
                self.doubled = (other["trail"], self.trail)
        return super().rest(step, token | {"trail": self.trail})


def _place(token: Token) -> tuple[Any, ...]:
    return (token["n"], token.get("p"), token.get("f"), token.get("i"))


def _ways(node: Node) -> list[list[str]]:
    if node.kind is Kind.EXCLUSIVE:
        return [[arrow] for arrow in node.outgoing]
    every = node.outgoing[:6]
    return [list(some) for size in range(1, len(every) + 1) for some in combinations(every, size)]


def soundness(package: Package, calendar: Calendar) -> list[Problem]:
    """Every problem of the flow as a net; none when it is sound."""
    return _Search(package, calendar).run()


class _Search:
    def __init__(self, package: Package, calendar: Calendar) -> None:
        self.package = package
        self.flow = package.flow
        self.calendar = calendar
        self.entered: set[str] = set()
        self.seen: dict[Marking, dict[str, Token]] = {}
        self.leads: dict[Marking, set[Marking]] = {}
        self.problems: dict[tuple[str, str], Problem] = {}

    def run(self) -> list[Problem]:
        waiting = deque(self.keep(walk) for walk in self.tried({}, ()))
        while waiting:
            marking = waiting.popleft()
            if marking in self.leads:
                continue
            self.leads[marking] = set()
            if len(self.leads) > MOST_STATES:
                self.tell("too_many_states", self.flow.root, *_TOO_MANY)
                return list(self.problems.values())
            tokens = self.seen[marking]
            for name, what in self.moves(tokens):
                for walk in self.tried(tokens, (name, what)):
                    after = self.keep(walk)
                    self.leads[marking].add(after)
                    waiting.append(after)
        self.stuck()
        self.dead()
        return list(self.problems.values())

    def tried(self, tokens: Mapping[str, Token], move: tuple[str, ...]) -> Iterator[_Explorer]:
        """All outcomes of one move, by running it again with each tape of choices."""
        tapes: list[list[Sequence[str]]] = [[]]
        while tapes:
            tape = tapes.pop()
            walk = _Explorer(self.package, tokens, tape, self.calendar)
            try:
                if move:
                    self.move(walk, *move)
                else:
                    root = self.flow.nodes[self.flow.scopes[self.flow.root]]
                    walk.enter(walk.step(root.id, ()), root, None)
                walk.loose = True
                walk.settle()
            except _Untried as untried:
                self.entered |= walk.entered
                tapes += [[*tape, way] for way in untried.ways]
            except Refused:
                continue  # a circle of gateways: another choice leads out of it, or the state is stuck
            else:
                self.entered |= walk.entered
                if walk.doubled is None:
                    yield walk
                else:
                    self.left(*walk.doubled)

    def move(self, walk: _Explorer, name: str, what: str) -> None:
        walk.trail = ()
        if what.startswith("!"):
            acting.finish_task(walk, name, {}, what[1:])
        elif what:
            fired = walk.tokens[name].get("fired", ())
            acting.finish_task(walk, f"{name}:{what}", {})
            if name in walk.tokens:
                walk.tokens[name] = walk.tokens[name] | {"fired": (*fired, what)}
        else:
            acting.finish_task(walk, name, {})

    def moves(self, tokens: Mapping[str, Token]) -> Iterator[tuple[str, str]]:
        """(token, what): "" its task is done or its event comes, an event's id, or "!" and a thrown error."""
        for name, token in tokens.items():
            node = self.flow.nodes[token["n"]]
            if "end" in token:
                continue
            if "mi" not in token and (node.kind in TASKS or node.kind is Kind.CATCH):
                yield name, ""
                for act in self.package.rules[node.id].acts.values() if node.kind is Kind.USER else ():
                    if act.get("throws"):
                        yield name, f"!{act['throws']}"
            if node.kind is Kind.EVENT_BASED:
                for arrow in node.outgoing:
                    yield name, self.flow.arrows[arrow].target
            for event in () if "i" in token else self.flow.boundaries.get(node.id, ()):
                if event.trigger.kind != "error" and event.id not in token.get("fired", ()):
                    yield name, event.id

    def keep(self, walk: _Explorer) -> Marking:
        """The state under a name that does not depend on how it was reached."""
        marking = _marking(walk.tokens)
        if marking not in self.seen:
            self.seen[marking] = {
                name: {key: value for key, value in token.items() if key != "at"}
                for name, token in walk.tokens.items()
            }
        return marking

    # -- what is wrong

    def left(self, one: Trail, other: Trail) -> None:
        """Two tokens at one place: what should have been joined was not. Told once, where they first met; all
        that would follow is doubled too, and is not looked at."""
        if not any(problem.code == "token_left" for problem in self.problems.values()):
            common = [name for name in one if name in other]
            merges = [name for name in common if len(self.flow.nodes[name].incoming) > 1]
            where = (merges or common or [one[-1]])[0]
            self.tell("token_left", where, *_told(_LEFT, self.name(where)))

    def stuck(self) -> None:
        """States without a way on, and states whose ways never come to an end."""
        back: dict[Marking, set[Marking]] = {}
        ended = []
        for marking, after in self.leads.items():
            for later in after:
                back.setdefault(later, set()).add(marking)
            tokens = self.seen[marking]
            if all("end" in token for token in tokens.values()):
                ended.append(marking)
            elif not after and not any(problem.code == "token_left" for problem in self.problems.values()):
                for where in self.waiting(tokens):
                    self.tell("deadlock", where, *_told(_DEADLOCK, self.name(where)))
        ending = set(ended)
        while ended:
            for earlier in back.get(ended.pop(), ()):
                if earlier not in ending:
                    ending.add(earlier)
                    ended.append(earlier)
        if self.problems:
            return
        for marking in self.leads:
            if marking not in ending:
                where = next(iter(self.seen[marking].values()))["n"]
                self.tell("livelock", where, *_told(_LIVELOCK, self.name(where)))
                return

    def waiting(self, tokens: Mapping[str, Token]) -> list[str]:
        """Where a stuck state is stuck: its joins, else whatever holds a token."""
        still = [token["n"] for token in tokens.values() if "end" not in token]
        joins = [name for name in still if self.flow.nodes[name].kind in (Kind.PARALLEL, Kind.INCLUSIVE)]
        return sorted(set(joins or still))

    def dead(self) -> None:
        if any(problem.code in ("deadlock", "token_left") for problem in self.problems.values()):
            never = self.unreachable()
        else:
            never = [node for node in self.flow.nodes.values() if self.never(node)]
        for node in [node for node in never if node.kind in ACTIVITIES] or never:
            self.tell("dead_task", node.id, *_told(_DEAD, self.name(node.id)))

    def never(self, node: Node) -> bool:
        if node.kind is Kind.BOUNDARY or (node.kind is Kind.CATCH and self.after_choice(node)):
            return not all(self.flow.arrows[arrow].target in self.entered for arrow in node.outgoing)
        return node.id not in self.entered

    def after_choice(self, node: Node) -> bool:
        return any(
            self.flow.nodes[self.flow.arrows[arrow].source].kind is Kind.EVENT_BASED
            for arrow in node.incoming
        )

    def unreachable(self) -> list[Node]:
        """Nodes to which no arrows lead: where tokens get stuck, more would be blamed than is wrong."""
        found: set[str] = set()
        waiting = [self.flow.scopes[self.flow.root]]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [target for _, target in self.flow.ways(name)]
                found |= {event.id for event in self.flow.boundaries.get(name, ())}
                if self.flow.nodes[name].body:
                    waiting.append(self.flow.scopes[self.flow.nodes[name].body])
        return [node for node in self.flow.nodes.values() if node.id not in found]

    def name(self, node: str) -> str:
        return self.flow.nodes[node].name or node if node in self.flow.nodes else node

    def tell(self, code: str, where: str, vi: str, en: str) -> None:
        self.problems.setdefault((code, where), Problem(code, where, vi, en))


def _marking(tokens: Mapping[str, Token]) -> Marking:
    """Tokens as nested, sorted tuples: their names do not matter."""
    inside: dict[str | None, list[tuple[str, Token]]] = {}
    for name, token in tokens.items():
        inside.setdefault(token.get("p"), []).append((name, token))

    def scope(host: str | None) -> Marking:
        return tuple(
            sorted([_mark(token, scope(name) if name in inside else ()) for name, token in inside[host]])
        )

    return scope(None)


def _mark(token: Token, within: Marking) -> Marking:
    if within or "i" in token or "done" in token or "fired" in token:
        told = (token.get("i", -1), token.get("done", -1), token.get("fired", ()))
        return (token["n"], token.get("f", ""), token.get("end", 0), told, within)
    return (token["n"], token.get("f", ""), token.get("end", 0))


def _told(words: tuple[str, str], name: str) -> tuple[str, str]:
    return words[0].format(name), words[1].format(name)


_TOO_MANY: Final = (
    f"Quy trình có hơn {MOST_STATES} trạng thái, không thể kiểm tra hết. Hãy tách bớt nhánh song song",
    f"The flow has more than {MOST_STATES} states and cannot be checked. Have fewer parallel branches",
)
_DEADLOCK: Final = (
    "Hồ sơ có thể kẹt mãi tại “{0}”: nút này chờ nhánh không bao giờ đến. "
    "Dùng cổng hợp nhất cùng loại với cổng đã tách nhánh",
    "A dossier can be stuck for ever at “{0}”: it waits for a branch that never comes. "
    "Join with the same kind of gateway that split",
)
_LIVELOCK: Final = (
    "Từ “{0}” hồ sơ không bao giờ đến được kết thúc. Thêm một đường ra khỏi vòng lặp",
    "From “{0}” a dossier never comes to an end. Give the circle a way out",
)
_LEFT: Final = (
    "Tại “{0}” các nhánh song song đi tiếp riêng rẽ, có bước bị bỏ lại khi hồ sơ kết thúc. "
    "Dùng cổng song song để chờ đủ các nhánh",
    "At “{0}” parallel branches run on one by one and steps are left behind when the dossier ends. "
    "Use a parallel gateway that waits for all",
)
_DEAD: Final = (
    "Không có đường nào dẫn đến “{0}”. Nối bước này vào quy trình hoặc bỏ đi",
    "No way leads to “{0}”. Join it to the flow or remove it",
)
