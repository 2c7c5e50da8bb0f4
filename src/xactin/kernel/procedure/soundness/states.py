"""Is a flow sound? Every state it can come to is visited by the engine's own moves, data ignored (`net.py`).

Looked for: a state in which nothing can move but something waits (deadlock), a state from which no end is reached
(livelock), two tokens at one place (token_left: one of them would be left behind), tasks no state comes to
(dead_task), circles in which nothing ever waits (`circles.py`). What would take more than MOST_WORK steps or
MOST_STATES states is refused, not guessed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from xactin.kernel.procedure.flow.walk import Token
from xactin.kernel.procedure.model import ACTIVITIES, Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem, Refused
from xactin.kernel.procedure.soundness.net import (
    Budget,
    Explorer,
    Marking,
    TooMuch,
    Trail,
    Untried,
    independent,
    marking_of,
    moves,
)
from xactin.kernel.working_time import Calendar

MOST_STATES: Final = 100_000
MOST_WORK: Final = 300_000
"""Steps of a check: some three seconds on a machine of 2020."""


def soundness(package: Package, calendar: Calendar) -> list[Problem]:
    """Every problem of the flow as a net; none when it is sound."""
    first: list[Problem] = []
    budget = Budget(MOST_WORK)
    if independent(package):
        first = _Search(package, calendar, budget, one_by_one=True).run()
        if not first or any(problem.code == "too_many_states" for problem in first):
            return first
    # Where something is wrong, all orders are tried: the place that is told is then the first, not the last.
    found = _Search(package, calendar, budget).run()
    beyond = any(problem.code == "too_many_states" for problem in found)
    return first if beyond and first else found


class _Search:
    def __init__(
        self, package: Package, calendar: Calendar, budget: Budget, *, one_by_one: bool = False
    ) -> None:
        self.package = package
        self.flow = package.flow
        self.calendar = calendar
        self.one_by_one = one_by_one
        self.budget = budget
        self.entered: set[str] = set()
        self.seen: dict[Marking, dict[str, Token]] = {}
        self.leads: dict[Marking, set[Marking]] = {}
        self.problems: dict[tuple[str, str], Problem] = {}

    def run(self) -> list[Problem]:
        try:
            # What inclusive joins wait for is worked out from each of their arrows back through the flow.
            joins = [node for node in self.flow.nodes.values() if node.kind is Kind.INCLUSIVE]
            self.budget.spend(sum(len(node.incoming) for node in joins) * len(self.flow.nodes) // 20)
            self.visit()
        except TooMuch:
            self.tell("too_many_states", self.flow.root, *_TOO_MANY)
            return [problem for problem in self.problems.values() if problem.code == "too_many_states"]
        self.stuck()
        self.dead()
        return list(self.problems.values())

    def visit(self) -> None:
        waiting: deque[Marking] = deque()
        for start in self.flow.starts:
            waiting.extend(self.keep(walk) for walk in self.tried({}, ("", start)))
        while waiting:
            marking = waiting.popleft()
            if marking in self.leads:
                continue
            self.leads[marking] = set()
            if len(self.leads) > MOST_STATES:
                raise TooMuch
            tokens = self.seen[marking]
            for name, what in self.moves(tokens):
                for walk in self.tried(tokens, (name, what)):
                    after = self.keep(walk)
                    self.leads[marking].add(after)
                    waiting.append(after)

    def moves(self, tokens: Mapping[str, Token]) -> list[tuple[str, str]]:
        found = list(moves(self.package, tokens))
        if self.one_by_one:
            return [move for move in found if move[0] == found[0][0]]
        return found

    def tried(self, tokens: Mapping[str, Token], move: tuple[str, str]) -> Iterator[Explorer]:
        """All outcomes of one move, by running it again with each tape of choices."""
        tapes: list[list[Sequence[str]]] = [[]]
        while tapes:
            tape = tapes.pop()
            walk = Explorer(self.package, tokens, tape, self.calendar, self.budget)
            try:
                if move[0]:
                    walk.move(*move)
                else:
                    walk.open(walk.step(move[1], ()), self.flow.root, None, move[1])
                walk.settled()
            except Untried as untried:
                self.entered |= walk.entered
                tapes += [[*tape, way] for way in untried.ways]
            except Refused:
                continue  # a circle of gateways, told by `circles`, or an ad-hoc end while something runs
            else:
                self.entered |= walk.entered
                if walk.doubled is None:
                    yield walk
                else:
                    self.left(*walk.doubled)

    def keep(self, walk: Explorer) -> Marking:
        """The state under a name that does not depend on how it was reached."""
        marking = marking_of(walk.tokens)
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
            if all("end" in token or "ev" in token for token in tokens.values()):
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
                where = self.resting(self.seen[marking])
                self.tell("livelock", where, *_told(_LIVELOCK, self.name(where)))
                return

    def resting(self, tokens: Mapping[str, Token]) -> str:
        """A node where a state rests: rather a task than what it stands in."""
        nodes = [token["n"] for token in tokens.values() if "end" not in token]
        inner = [node for node in nodes if not self.flow.nodes[node].body]
        return str((inner or nodes)[0])

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
        if node.kind is Kind.START and node.trigger.kind != "none":
            return not all(self.flow.arrows[arrow].target in self.entered for arrow in node.outgoing)
        if node.on_event:
            return False  # its start event tells
        return node.id not in self.entered

    def after_choice(self, node: Node) -> bool:
        return any(
            self.flow.nodes[self.flow.arrows[arrow].source].kind is Kind.EVENT_BASED
            for arrow in node.incoming
        )

    def unreachable(self) -> list[Node]:
        """Nodes to which no arrows lead: where tokens get stuck, more would be blamed than is wrong."""
        found: set[str] = set()
        waiting = list(self.flow.starts)
        for scope in (self.flow.root, *(node.body for node in self.flow.nodes.values() if node.body)):
            waiting += [node.id for node in self.flow.listeners.get(scope, ())]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [target for _, target in self.flow.ways(name)]
                found |= {event.id for event in self.flow.boundaries.get(name, ())}
                node = self.flow.nodes[name]
                if node.adhoc:
                    waiting += node.adhoc.startable
                elif node.body:
                    waiting.append(self.flow.scopes[node.body])
        return [node for node in self.flow.nodes.values() if node.id not in found]

    def name(self, node: str) -> str:
        return self.flow.nodes[node].name or node if node in self.flow.nodes else node

    def tell(self, code: str, where: str, vi: str, en: str) -> None:
        self.problems.setdefault((code, where), Problem(code, where, vi, en))


def _told(words: tuple[str, str], name: str) -> tuple[str, str]:
    return words[0].format(name), words[1].format(name)


_TOO_MANY: Final = (
    f"Quy trình có quá nhiều trạng thái (hơn {MOST_STATES} trạng thái hoặc {MOST_WORK} bước), không kiểm tra hết "
    "được. Hãy bớt nhánh song song, bớt đường ra của cổng bao gồm, hoặc tách thành nhiều quy trình",
    f"The flow has too many states (more than {MOST_STATES} states or {MOST_WORK} steps) to be checked. Have fewer "
    "parallel branches and ways out of inclusive gateways, or make several flows of it",
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
