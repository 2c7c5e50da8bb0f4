"""Tokens walking a flow, and the causal history they leave.

State is a plain dict (`engine.py` says its members). A token rests at a node; a step consumes tokens,
passes on through gateways that need nobody, and leaves tokens where somebody or something is awaited:
`steps[id] = {"n": node, "in": {token id: token}, "out": [token ids], ...}`. A join, the end of a subprocess
and an event are steps of their own, so that the history of one branch never holds that of another, and
taking a step back (`undo.py`) touches exactly what followed from it.

Token: n node, f arrow it came by, p token of the scope it is in, at since when, due, i instance number,
r which run of a task in an ad-hoc subprocess, end 1 when it rests at the end of its scope, mi how many
instances, done how many of them in turn, timers {event: due}, again {event: how often a repeating timer still
fires}, wait 1 while its task waits for a supplement, ev 1 for an event subprocess that listens in its scope,
closing 1 for an ad-hoc subprocess that begins nothing more.

A signal that is thrown has the name of a token in `out` of its step and no token: what it sets going has it in
`on`, as what a non-interrupting event sets going has the token it left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from xactin.kernel.attestation import parse_time, time_text
from xactin.kernel.expressions import ExpressionError, compile_expression
from xactin.kernel.local import local_day
from xactin.kernel.procedure.description import CHOSEN
from xactin.kernel.procedure.flow import clock
from xactin.kernel.procedure.model import ACTIVITIES, TASKS, Flow, Kind, Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Refused
from xactin.kernel.working_time import Calendar, add_working

Token = dict[str, Any]
Step = dict[str, Any]

MOST_INSTANCES = 100


class Moving:
    """One act's working copy of a state. Tokens and steps are replaced, never changed in place.

    Here tokens arrive, rest and choose; what then moves by itself is `walk.py`.
    """

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
        self.signals: list[str] = []
        self.raised: list[tuple[str, str]] = []  # signals to spread: name, and what stands for it in `out`
        self.acted = ""  # the open task whose act this is, where effects have to say so
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
        """A token goes out by every arrow; where none is drawn (ad-hoc and event subprocesses) it has ended."""
        for arrow in node.outgoing:
            self.follow(step, arrow, scope)
        if not node.outgoing:
            self.rest(step, token_at(node, scope) | {"end": 2})
            self.loose = True

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
            raise endless(node.id)
        self.trail = (*trail, node.id)
        kind = node.kind
        if kind in (Kind.PARALLEL, Kind.INCLUSIVE) and len(node.incoming) > 1:
            self.rest(step, token_at(node, scope) | {"f": arrow})
            self.loose = True
        elif kind in (Kind.EXCLUSIVE, Kind.INCLUSIVE):
            for chosen in self.choose(node):
                self.follow(step, chosen, scope)
        elif kind is Kind.END:
            self.end(step, node, scope)
        elif kind in ACTIVITIES:
            self.activity(step, node, scope)
        elif node.waits:
            waiting = token_at(node, scope) | {"at": self.text}
            self.rest(step, self.armed(waiting, events_at(self.flow, waiting)))
        else:
            if node.kind is Kind.RULE:
                step.setdefault("decided", {})[node.id] = self.decide(node)
            self.throw_out(step, node)
            self.leave(step, node, scope)

    def throw_out(self, step: Step, node: Node) -> None:
        """The message or signal an event throws."""
        if node.trigger.kind == "message":
            self.messages.append(node.trigger.name)
        elif node.trigger.kind == "signal" and node.kind in (Kind.THROW, Kind.END):
            mark = f"t{self.number()}"
            step["out"].append(mark)
            self.signals.append(node.trigger.name)
            self.raised.append((node.trigger.name, mark))

    def end(self, step: Step, node: Node, scope: str | None) -> None:
        self.throw_out(step, node)
        self.rest(step, token_at(node, scope) | {"end": 1})
        self.loose = True

    def activity(self, step: Step, node: Node, scope: str | None) -> None:
        """A task is asked, a subprocess begins, or several instances of either."""
        boundary = self.flow.boundaries.get(node.id, ())
        run = {"r": self.runs(node)} if node.within_adhoc and node.kind in TASKS else {}
        if node.multi is None:
            self.instance(step, node, token_at(node, scope) | run, boundary)
            return
        count = self.count(node)
        if count == 0:
            self.leave(step, node, scope)
            return
        host = self.rest(step, self.armed(token_at(node, scope) | {"mi": count, "done": 0}, boundary))
        for index in range(1 if node.multi.sequential else count):
            self.instance(
                step, node, {"n": node.id, "p": host, "i": index} | run | self.placed(node, index), ()
            )

    def runs(self, node: Node) -> int:
        """How often a task of an ad-hoc subprocess was asked before: what it writes is numbered by it."""
        known = [token.get("r", -1) for token in self.tokens.values() if token["n"] == node.id]
        known += [step.get("r", -1) for step in self.steps.values() if step["n"] == node.id]
        return max(known, default=-1) + 1

    def instance(self, step: Step, node: Node, token: Token, boundary: Sequence[Node]) -> None:
        if node.kind in TASKS:
            self.arrived.append(self.rest(step, self.asked(token, boundary)))
            return
        if node.kind is Kind.ADHOC:
            self.begun(step, node, self.rest(step, self.asked(token, boundary)))
            return
        inner = self.rest(step, self.armed(token, boundary))
        self.open(step, node.body, inner)

    def begun(self, step: Step, node: Node, host: str) -> None:
        """What a package names agencies for is begun at each of them as soon as its ad-hoc subprocess begins."""
        for inner in node.adhoc.startable if node.adhoc else ():
            rule = self.package.rules.get(inner)
            if rule is not None and rule.agency == CHOSEN and isinstance(rule.agencies, str):
                for place in dict.fromkeys(self.evaluate(rule.agencies, inner)):
                    self.put(step, self.flow.nodes[inner], host, str(place))

    def put(self, step: Step, node: Node, host: str, place: str) -> None:
        """A task of an ad-hoc subprocess is asked of an agency."""
        there = len(step["out"])
        self.activity(step, node, host)
        for name in step["out"][there:]:
            self.tokens[name] = self.tokens[name] | {"agency": place}

    def open(self, step: Step, scope: str, inside: str | None, start: str = "") -> None:
        """A scope begins: its event subprocesses listen, and a token stands at its start event."""
        for node in self.flow.listeners.get(scope, ()):
            listener = token_at(node, inside) | {"ev": 1, "at": self.text}
            self.rest(step, self.armed(listener, [self.flow.nodes[self.flow.scopes[node.id]]]))
        self.enter(step, self.flow.nodes[start or self.flow.scopes[scope]], inside)

    def asked(self, token: Token, boundary: Sequence[Node] | None = None) -> Token:
        """A task token, asked from now on: its limit and its timers begin."""
        node = self.flow.nodes[token["n"]]
        kept = ("n", "p", "i", "r", "agency", "wait")
        fresh = {key: token[key] for key in kept if key in token} | {"at": self.text}
        limit = self.limit(node.id)
        if limit is not None:
            fresh["due"] = time_text(add_working(self.at, limit, self.calendar))
        if boundary is None:
            boundary = () if "i" in token else self.flow.boundaries.get(node.id, ())
        return self.armed(fresh, boundary)

    def limit(self, node: str) -> Mapping[str, Any] | None:
        """A task's limit: what a decision table says of this dossier, else what is set for all."""
        rule = self.package.rules.get(node)
        if rule is None or rule.limit_by is None or node in self.state["limits"]:
            return clock.task_limit(self.package, self.state, node)
        found = self.evaluate(f"tables.{rule.limit_by.table}", node)
        if type(found) is not int or found < 0:
            raise self.failed(node, rule.limit_by.table)
        return {rule.limit_by.unit: found}

    def armed(self, token: Token, events: Sequence[Node]) -> Token:
        """The token with the timers of its events set from now."""
        timers = {
            event.id: time_text(clock.timer_due(self.package, event, self.values(), self.at, self.calendar))
            for event in events
            if event.trigger.kind == "timer"
        }
        return token | {"timers": timers} if timers else token

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
        for name in self.package.procedure.tasks:
            node = self.flow.nodes.get(name)
            acts[name] = [] if node is not None and node.repeats else ""
        answers: dict[str, Any] = {name: [] if act == [] else {} for name, act in acts.items()}
        done = [
            step
            for step in self.steps.values()
            if "act" in step and step["n"] in acts and step.get("kind") not in ("start", "release")
        ]
        for step in sorted(done, key=lambda step: (step["seq"], step.get("i", 0))):
            if isinstance(acts[step["n"]], list):
                acts[step["n"]] = [*acts[step["n"]], step["act"]]
            else:
                acts[step["n"]] = step["act"]
        answers |= self.given.get("answers", {})
        filed = local_day(parse_time(self.state["submitted_at"])).isoformat()
        found = {**self.given, "acts": acts, "answers": answers, "filed": filed}
        if not self.package.tables:
            return found
        decided: dict[str, Any] = {}
        for name in sorted(self.steps, key=lambda name: int(name[1:])):
            decided |= self.steps[name].get("decided", {})
        return dict(self.package.with_tables(found | {"decided": decided}))

    def placed(self, node: Node, index: int) -> Token:
        """Where an instance is done, if a rule says it: the agency that it was for when it was asked."""
        rule = self.package.rules.get(node.id)
        if rule is None or not isinstance(rule.agencies, str):
            return {}
        agencies = self.evaluate(rule.agencies, node.id)
        return {"agency": str(agencies[index])} if index < len(agencies) else {}

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

    def decide(self, node: Node) -> Any:
        """What a business rule task decides by its table, from what is so when the flow comes by."""
        table = self.package.tables[self.package.table_of(node.id)]
        try:
            return table.decide(self.package.input_names, self.values())
        except ExpressionError as error:
            raise self.failed(node.id, table.id) from error

    def early(self, node: Node, text: str) -> bool:
        """Whether a completion condition holds before everything was done."""
        return bool(text) and self.holds(text, node.id)


def endless(where: str) -> Refused:
    return Refused(
        "endless",
        f"Quy trình chạy vòng không dừng tại “{where}”",
        f"The flow runs in a circle at “{where}”",
        {"where": where},
    )


def token_at(node: Node, scope: str | None) -> Token:
    return {"n": node.id} if scope is None else {"n": node.id, "p": scope}


def events_at(flow: Flow, token: Token) -> Sequence[Node]:
    """The events a token waits for: its own, those behind its gateway, on its activity, or of its scope."""
    node = flow.nodes[token["n"]]
    if "ev" in token:
        return [flow.nodes[flow.scopes[node.id]]]
    if node.kind is Kind.EVENT_BASED:
        return [flow.nodes[flow.arrows[arrow].target] for arrow in node.outgoing]
    if node.kind is Kind.CATCH:
        return [node]
    return () if "i" in token else flow.boundaries.get(node.id, ())
