"""Tokens walking a flow, and the causal history they leave.

State is a plain dict (`engine.py` says its members). A token rests at a node; a step consumes tokens,
passes on through gateways that need nobody, and leaves tokens where somebody or something is awaited:
`steps[id] = {"n": node, "in": {token id: token}, "out": [token ids], ...}`. A join, the end of a subprocess
and an event are steps of their own, so that the history of one branch never holds that of another, and
taking a step back (`undo.py`) touches exactly what followed from it.

Token: n node, f arrow it came by, p token of the scope it is in, at since when, due, i instance number,
end 1 when it rests at the end of its scope, mi how many instances, done how many of them in turn,
timers {event: due}, wait 1 while its task waits for a supplement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from xactin.kernel.attestation import time_text
from xactin.kernel.expressions import ExpressionError, compile_expression
from xactin.kernel.procedure import clock
from xactin.kernel.procedure.model import BODIES, TASKS, Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Refused
from xactin.kernel.working_time import Calendar, add_working

Token = dict[str, Any]
Step = dict[str, Any]

MOST_INSTANCES = 100


class Walk:
    """One act's working copy of a state. Tokens and steps are replaced, never changed in place."""

    def __init__(
        self,
        package: Package,
        state: Mapping[str, Any],
        values: Mapping[str, Any],
        at: datetime,
        calendar: Calendar,
    ) -> None:
        self.package = package
        self.flow = package.flow
        self.state: dict[str, Any] = dict(state)
        self.tokens: dict[str, Token] = dict(state["tokens"])
        self.steps: dict[str, Step] = dict(state["steps"])
        self.parts: dict[str, str] = dict(state["parts"])
        self.written: dict[str, int] = dict(state["written"])
        self.kept: dict[str, Step] = dict(state["kept"])
        self.state |= {
            "tokens": self.tokens,
            "steps": self.steps,
            "parts": self.parts,
            "written": self.written,
            "kept": self.kept,
        }
        self.given = values
        self.at = at
        self.text = time_text(at)
        self.calendar = calendar
        self.messages: list[str] = []
        self.voided: list[dict[str, Any]] = []
        self.arrived: list[str] = []  # task tokens that an act kept from before may answer
        self.loose = False  # whether something rests where only `settle` moves it
        self.arriving: list[tuple[Step, Node, str | None, str, tuple[str, ...]]] = []
        self.trail: tuple[str, ...] = ()  # the nodes passed since a token last rested

    # -- steps

    def number(self) -> int:
        self.state["n"] += 1
        return int(self.state["n"])

    def step(self, node: str, taken: Sequence[str], **facts: Any) -> Step:
        """A new step that consumes tokens."""
        made: Step = {"n": node, "in": {token: self.tokens.pop(token) for token in taken}, "out": []} | facts
        self.steps[f"s{self.number()}"] = made
        return made

    def rest(self, step: Step, token: Token) -> str:
        """Puts a token down as a product of a step."""
        name = f"t{self.number()}"
        self.tokens[name] = token
        step["out"].append(name)
        return name

    # -- moving

    def leave(self, step: Step, node: Node, scope: str | None) -> None:
        """A token goes out by every arrow."""
        for arrow in node.outgoing:
            self.follow(step, arrow, scope)

    def follow(self, step: Step, arrow: str, scope: str | None) -> None:
        self.enter(step, self.flow.nodes[self.flow.arrows[arrow].target], scope, arrow)

    def enter(self, step: Step, node: Node, scope: str | None, arrow: str = "") -> None:
        """A token arrives; it passes on, or rests. Those that arrive while one is passed wait their turn."""
        self.arriving.append((step, node, scope, arrow, self.trail))
        if len(self.arriving) == 1:
            for moved in self.arriving:
                self.arrive(*moved)
            self.arriving.clear()
            self.trail = ()

    def arrive(self, step: Step, node: Node, scope: str | None, arrow: str, trail: tuple[str, ...]) -> None:
        if node.id in trail:
            raise Refused(
                "endless",
                f"Quy trình chạy vòng không dừng tại “{node.id}”",
                f"The flow runs in a circle at “{node.id}”",
                {"where": node.id},
            )
        self.trail = (*trail, node.id)
        kind = node.kind
        if kind in (Kind.PARALLEL, Kind.INCLUSIVE) and len(node.incoming) > 1:
            self.rest(step, _token(node, scope) | {"f": arrow})
            self.loose = True
        elif kind in (Kind.EXCLUSIVE, Kind.INCLUSIVE):
            for chosen in self.choose(node):
                self.follow(step, chosen, scope)
        elif kind is Kind.END:
            self.end(step, node, scope)
        elif kind in TASKS or kind in BODIES:
            self.activity(step, node, scope)
        elif node.waits:
            self.rest(step, self.armed(_token(node, scope) | {"at": self.text}, self.events(node)))
        else:
            if node.trigger.kind == "message":
                self.messages.append(node.trigger.name)
            self.leave(step, node, scope)

    def end(self, step: Step, node: Node, scope: str | None) -> None:
        if node.trigger.kind == "message":
            self.messages.append(node.trigger.name)
        self.rest(step, _token(node, scope) | {"end": 1})
        self.loose = True

    def activity(self, step: Step, node: Node, scope: str | None) -> None:
        """A task is asked, a subprocess begins, or several instances of either."""
        boundary = self.flow.boundaries.get(node.id, ())
        if node.multi is None:
            self.instance(step, node, _token(node, scope), boundary)
            return
        count = self.count(node)
        if count == 0:
            self.leave(step, node, scope)
            return
        host = self.rest(step, self.armed(_token(node, scope) | {"mi": count, "done": 0}, boundary))
        for index in range(1 if node.multi.sequential else count):
            self.instance(step, node, {"n": node.id, "p": host, "i": index}, ())

    def instance(self, step: Step, node: Node, token: Token, boundary: Sequence[Node]) -> None:
        if node.kind in TASKS:
            self.arrived.append(self.rest(step, self.asked(token, boundary)))
            return
        inner = self.rest(step, self.armed(token, boundary))
        self.enter(step, self.flow.nodes[self.flow.scopes[node.body]], inner)

    def asked(self, token: Token, boundary: Sequence[Node] | None = None) -> Token:
        """A task token, asked from now on: its limit and its timers begin."""
        node = self.flow.nodes[token["n"]]
        fresh = {key: token[key] for key in ("n", "p", "i", "wait") if key in token} | {"at": self.text}
        limit = clock.task_limit(self.package, self.state, node.id)
        if limit is not None:
            fresh["due"] = time_text(add_working(self.at, limit, self.calendar))
        if boundary is None:
            boundary = () if "i" in token else self.flow.boundaries.get(node.id, ())
        return self.armed(fresh, boundary)

    def armed(self, token: Token, events: Sequence[Node]) -> Token:
        """The token with the timers of its events set from now."""
        timers = {
            event.id: time_text(clock.timer_due(self.package, event, self.values(), self.at, self.calendar))
            for event in events
            if event.trigger.kind == "timer"
        }
        return token | {"timers": timers} if timers else token

    def events(self, node: Node) -> list[Node]:
        """What a token that rests at a catch event or an event-based gateway waits for."""
        if node.kind is Kind.EVENT_BASED:
            return [self.flow.nodes[self.flow.arrows[arrow].target] for arrow in node.outgoing]
        return [node]

    # -- choosing

    def choose(self, node: Node) -> list[str]:
        """The arrows a gateway's conditions open: one of an exclusive, one or more of an inclusive one."""
        if len(node.outgoing) == 1:
            return list(node.outgoing)
        chosen: list[str] = []
        for arrow in node.outgoing:
            text = self.flow.arrows[arrow].condition
            if arrow != node.default and (not text or self.holds(text, arrow)):
                chosen.append(arrow)
                if node.kind is Kind.EXCLUSIVE:
                    break
        if chosen or node.default:
            return chosen or [node.default]
        raise Refused(
            "no_way",
            f"Không điều kiện nào sau “{node.name or node.id}” đúng và không có nhánh mặc định",
            f"No condition after “{node.name or node.id}” holds and there is no default",
            {"where": node.id},
        )

    def holds(self, text: str, where: str) -> bool:
        value = self.evaluate(text, where)
        if not isinstance(value, bool):
            raise self.failed(where, text)
        return value

    def evaluate(self, text: str, where: str) -> Any:
        try:
            return compile_expression(text, self.package.names).evaluate(self.values())
        except ExpressionError as error:
            raise self.failed(where, text) from error

    def failed(self, where: str, text: str) -> Refused:
        return Refused(
            "condition_failed",
            f"Không tính được điều kiện tại “{where}”",
            f"The condition at “{where}” cannot be evaluated",
            {"where": where, "expression": text},
        )

    def values(self) -> dict[str, Any]:
        """What conditions may ask: given data, and for every task its last act and answer, if any."""
        acts: dict[str, Any] = {}
        for name in self.package.meta["tasks"]:
            node = self.flow.nodes.get(name)
            acts[name] = [] if node is not None and node.multi else ""
        done = [step for step in self.steps.values() if "act" in step and step["n"] in acts]
        for step in sorted(done, key=lambda step: (step["seq"], step.get("i", 0))):
            if "i" in step:
                acts[step["n"]] = [*acts[step["n"]], step["act"]]
            else:
                acts[step["n"]] = step["act"]
        answers: dict[str, Any] = {name: {} for name in acts}
        answers |= self.given.get("answers", {})
        return {**self.given, "acts": acts, "answers": answers}

    def count(self, node: Node) -> int:
        """How many instances: one for each agency, or what the cardinality says."""
        rule = self.package.rules.get(node.id)
        agencies = rule.agencies if rule else ()
        if isinstance(agencies, str):
            agencies = self.evaluate(agencies, node.id)
        found = len(agencies) if agencies else self.evaluate(node.multi.count, node.id) if node.multi else 1
        if type(found) is not int or not 0 <= found <= MOST_INSTANCES:
            raise self.failed(node.id, node.multi.count if node.multi else "")
        return found

    # -- settling

    def settle(self) -> None:
        """Joins that are complete, scopes that have ended, errors and terminations: until nothing moves."""
        while self.loose:
            self.loose = self.fire()

    def fire(self) -> bool:
        """Moves one thing that is ready to move by itself; False when there is none."""
        looked: set[tuple[str, str | None]] = set()
        for name, token in self.tokens.items():
            if "end" in token:
                if self.ended(name, token):
                    return True
            elif "f" in token:
                place = (token["n"], token.get("p"))
                if place not in looked and self.joined(self.flow.nodes[place[0]], place[1]):
                    return True
                looked.add(place)
        return False

    def ended(self, name: str, token: Token) -> bool:
        """What follows from a token at the end of its scope."""
        trigger = self.flow.nodes[token["n"]].trigger
        if trigger.kind == "terminate" and len(self.inside(token.get("p"))) > 1:
            self.terminate(name, token)
            return True
        if self.throws(name):
            self.throw(name, trigger.name)
            return True
        return "p" in token and self.completed(token["p"])

    def joined(self, node: Node, scope: str | None) -> bool:
        waiting: dict[str, str] = {}
        for name, token in self.tokens.items():
            if token["n"] == node.id and token.get("p") == scope:
                waiting.setdefault(token["f"], name)
        missing = [arrow for arrow in node.incoming if arrow not in waiting]
        if missing and (node.kind is Kind.PARALLEL or self.awaited(node, scope, set(missing), set(waiting))):
            return False
        step = self.step(node.id, list(waiting.values()))
        for arrow in self.choose(node) if node.kind is Kind.INCLUSIVE else node.outgoing:
            self.follow(step, arrow, scope)
        return True

    def awaited(self, node: Node, scope: str | None, missing: set[str], there: set[str]) -> bool:
        """Whether a token may still come to an inclusive join by an arrow on which none waits."""
        reach = self.flow.inclusive_reach[node.id]
        for token in self.tokens.values():
            if token["n"] != node.id and token.get("p") == scope and "end" not in token:
                ways = reach[token["n"]]
                if ways & missing and not ways & there:
                    return True
        return False

    def inside(self, scope: str | None) -> list[str]:
        """The tokens of a scope, and of the scopes within."""
        found = [name for name, token in self.tokens.items() if token.get("p") == scope]
        for name in list(found):
            found += self.inside(name)
        return found

    def completed(self, host: str) -> bool:
        """Goes on from a subprocess, or from all instances, once everything in it has ended."""
        within = [name for name, token in self.tokens.items() if token.get("p") == host]
        if not all("end" in self.tokens[name] for name in within) or any(map(self.throws, within)):
            return False
        token = self.tokens[host]
        node = self.flow.nodes[token["n"]]
        step = self.step(node.id, [host, *within])
        if "mi" in token and node.multi and node.multi.sequential and token["done"] + 1 < token["mi"]:
            again = self.rest(step, token | {"done": token["done"] + 1})
            self.instance(step, node, {"n": node.id, "p": again, "i": token["done"] + 1}, ())
        elif "i" in token:
            self.rest(step, {"n": node.id, "p": token["p"], "i": token["i"], "end": 2})
        else:
            self.leave(step, node, token.get("p"))
        return True

    def terminate(self, name: str, token: Token) -> None:
        node = self.flow.nodes[token["n"]]
        step = self.step(node.id, [name, *(other for other in self.inside(token.get("p")) if other != name)])
        self.rest(step, _token(node, token.get("p")) | {"end": 1})

    def throws(self, name: str) -> bool:
        """Whether a token rests at an error end and has not been looked after yet."""
        token = self.tokens[name]
        return token.get("end") == 1 and self.flow.nodes[token["n"]].trigger.kind == "error"

    def throw(self, name: str, code: str) -> None:
        """An error goes up to the nearest boundary event that catches it; uncaught, it ends like any end."""
        host: str | None = self.tokens[name].get("p")
        while host is not None:
            token = self.tokens[host]
            for event in self.flow.boundaries.get(token["n"], ()):
                if event.trigger.kind == "error" and event.trigger.name in ("", code) and "i" not in token:
                    self.interrupt(host, event)
                    return
            host = token.get("p")
        self.tokens[name] = self.tokens[name] | {"end": 2}

    def interrupt(self, host: str, event: Node, **facts: Any) -> None:
        """A boundary event takes over from its activity."""
        token = self.tokens[host]
        step = self.step(event.id, [host, *self.inside(host)], **facts)
        self.leave(step, event, token.get("p"))
        self.loose = True


def _token(node: Node, scope: str | None) -> Token:
    return {"n": node.id} if scope is None else {"n": node.id, "p": scope}
