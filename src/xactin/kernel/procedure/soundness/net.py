"""Tokens without data: every way is tried, time stands still, and work is counted.

At each gateway every way is taken, multi-instance is two, a completion condition may hold or not. In an ad-hoc
subprocess one task at a time is begun: its runs never wait for each other (`drawing/joins.py`), so what is right
for one is right for many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, Final

from xactin.kernel.procedure.description import CHOSEN
from xactin.kernel.procedure.flow import acting
from xactin.kernel.procedure.flow.moving import events_at
from xactin.kernel.procedure.flow.walk import Step, Token, Walk
from xactin.kernel.procedure.model import TASKS, Flow, Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.working_time import Calendar

Marking = tuple[Any, ...]
Trail = tuple[str, ...]
MOST_WAYS: Final = 10
"""Ways out of an inclusive gateway: ten are 1,023 choices."""

_TIME: Final = datetime(2026, 1, 5, 1, tzinfo=UTC)


class Untried(Exception):
    """A choice that the tape does not have yet."""

    def __init__(self, ways: Sequence[Sequence[str]]) -> None:
        self.ways = ways


class TooMuch(Exception):
    """The work a check may do is used up."""


class Budget:
    """Work in steps, not in seconds: the same input always gets the same answer, on whatever machine."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooMuch


class Explorer(Walk):
    """A walk in which a tape of choices stands for data, and time stands still."""

    def __init__(
        self,
        package: Package,
        tokens: Mapping[str, Token],
        tape: Sequence[Sequence[str]],
        calendar: Calendar,
        budget: Budget,
    ) -> None:
        empty: dict[str, Any] = {"steps": {}, "parts": {}, "written": {}, "kept": {}, "limits": {}}
        empty["received_at"] = None
        last = max((int(name[1:]) for name in tokens), default=0)
        super().__init__(package, {"tokens": tokens, "n": last} | empty, {}, _TIME, calendar)
        self.tape = list(tape)
        self.budget = budget
        self.entered: set[str] = set()
        self.doubled: tuple[Trail, Trail] | None = None  # how two tokens came to the same place
        budget.spend(2 + len(tokens))

    def choose(self, node: Node) -> list[str]:
        return list(node.outgoing) if len(node.outgoing) == 1 else self.taken(ways_of(node))

    def early(self, node: Node, text: str) -> bool:
        return bool(text) and self.taken([["yes"], ["no"]]) == ["yes"]

    def taken(self, ways: Sequence[Sequence[str]]) -> list[str]:
        if not self.tape:
            raise Untried(ways)
        return list(self.tape.pop(0))

    def count(self, node: Node) -> int:
        return 2

    def begun(self, step: Step, node: Node, host: str) -> None:
        """What is begun at once is begun like what is begun later: that is tried where it is offered."""

    def put(self, step: Step, node: Node, host: str, place: str) -> None:
        self.enter(step, node, host)

    def placed(self, node: Node, index: int) -> Token:
        return {}

    def runs(self, node: Node) -> int:
        return 0

    def decide(self, node: Node) -> Any:
        return None

    def armed(self, token: Token, events: Sequence[Node]) -> Token:
        return {key: value for key, value in token.items() if key != "at"}

    def asked(self, token: Token, boundary: Sequence[Node] | None = None) -> Token:
        return token

    def after_firing(self, token: Token, event: Node) -> Token:
        return token

    def fire(self) -> bool:
        self.budget.spend(1 + len(self.tokens) // 4)
        return super().fire()

    def arrive(self, step: Step, node: Node, scope: str | None, arrow: str, trail: tuple[str, ...]) -> None:
        self.budget.spend()
        self.entered.add(node.id)
        super().arrive(step, node, scope, arrow, trail)

    def rest(self, step: Step, token: Token) -> str:
        place = _place(token)
        for other in self.tokens.values():
            if _place(other) == place:
                self.doubled = (other["trail"], self.trail)
        return super().rest(step, token | {"trail": self.trail})

    def move(self, name: str, what: str) -> None:
        """One move of `moves`."""
        self.trail = ()
        if what.startswith("!"):
            acting.finish_task(self, name, {}, what[1:])
        elif what.startswith("+"):
            acting.begin(self, f"{name}:{what[1:]}", {}, CHOSEN)
        elif what:
            fired = self.tokens[name].get("fired", ())
            acting.finish_task(self, f"{name}:{what}", {})
            if name in self.tokens:
                self.tokens[name] = self.tokens[name] | {"fired": (*fired, what)}
        else:
            acting.finish_task(self, name, {})

    def settled(self) -> None:
        """Lets everything fall into place. What has ended in an ad-hoc subprocess is forgotten: it is for data
        to say what it means."""
        self.loose = True
        self.settle()
        for name, token in list(self.tokens.items()):
            holder = self.tokens.get(token.get("p", ""))
            if "end" in token and holder and self.flow.nodes[holder["n"]].adhoc:
                del self.tokens[name]


def _place(token: Token) -> tuple[Any, ...]:
    return (token["n"], token.get("p"), token.get("f"), token.get("i"), token.get("ev"))


def ways_of(node: Node) -> list[list[str]]:
    """The choices of a gateway. Raises TooMuch where there are too many to try."""
    if node.kind is Kind.EXCLUSIVE:
        return [[arrow] for arrow in node.outgoing]
    if len(node.outgoing) > MOST_WAYS:
        raise TooMuch
    every = node.outgoing
    return [list(some) for size in range(1, len(every) + 1) for some in combinations(every, size)]


def moves(package: Package, tokens: Mapping[str, Token]) -> Iterator[tuple[str, str]]:
    """(token, what): "" its task is done or its event comes, an event's id, "!" and a thrown error, "+" and a task
    that is begun."""
    flow = package.flow
    for name, token in tokens.items():
        node = flow.nodes[token["n"]]
        if "end" in token:
            continue
        if "mi" not in token and (node.kind in TASKS or node.kind is Kind.CATCH):
            yield name, ""
            for act in package.rules[node.id].acts.values() if node.kind is Kind.USER else ():
                if act.throws:
                    yield name, f"!{act.throws}"
        if node.adhoc:
            yield from _adhoc(package, tokens, name, node)
        for event in events_at(flow, token):
            known = event.trigger.kind == "error" or event.id == node.id or event.id in token.get("fired", ())
            if not known:
                yield name, event.id


def _adhoc(package: Package, tokens: Mapping[str, Token], name: str, node: Node) -> Iterator[tuple[str, str]]:
    running = any(token.get("p") == name for token in tokens.values())
    if node.adhoc and not running and "closing" not in tokens[name]:
        for inner in node.adhoc.startable:
            yield name, f"+{inner}"
    if node.id in package.rules:
        yield name, ""


def marking_of(tokens: Mapping[str, Token]) -> Marking:
    """Tokens as nested, sorted tuples: their names do not matter."""
    inside: dict[str | None, list[tuple[str, Token]]] = {}
    for name, token in tokens.items():
        inside.setdefault(token.get("p"), []).append((name, token))

    def scope(host: str | None) -> Marking:
        return tuple(
            sorted([_mark(token, scope(name) if name in inside else ()) for name, token in inside[host]])
        )

    return scope(None) if None in inside else ()


def _mark(token: Token, within: Marking) -> Marking:
    end = token.get("end", 0) + 4 * token.get("closing", 0) + 8 * token.get("ev", 0)
    if within or "i" in token or "done" in token or "fired" in token:
        told = (token.get("i", -1), token.get("done", -1), token.get("fired", ()))
        return (token["n"], token.get("f", ""), end, told, within)
    return (token["n"], token.get("f", ""), end)


def independent(package: Package) -> bool:
    """Whether what one token does never takes a way from another: then one token at a time is tried.

    So it is where nothing ends what runs beside it and no inclusive join looks at others. Such a flow is a
    free-choice net: to a state that cannot end, or holds two tokens at one place, an order of moves leads that
    always moves the token chosen first, or a state that is wrong in the same way (Desel, Esparza: Free Choice
    Petri Nets, 1995, on conflict-free orders of moves).
    """
    flow = package.flow
    throws = any(act.throws for rule in package.rules.values() for act in rule.acts.values())
    return not (flow.has_inclusive or flow.listeners or throws) and not any(
        node.adhoc
        or node.trigger.kind in ("error", "terminate", "signal")
        or (node.multi and node.multi.completion)
        or _interrupts_many(flow, node)
        for node in flow.nodes.values()
    )


def _interrupts_many(flow: Flow, node: Node) -> bool:
    host = flow.nodes.get(node.attached_to)
    return host is not None and node.interrupting and (host.multi is not None or host.kind not in TASKS)
