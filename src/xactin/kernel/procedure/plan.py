"""What procedure.yaml says about each node, prepared once so that an act costs no look-up by pattern."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from xactin.kernel.expressions import (
    Expression,
    ExpressionError,
    Names,
    Shape,
    compile_expression,
    shape_of_schema,
)
from xactin.kernel.procedure.model import TASKS, Flow, Kind, Node

DONE = {"id": "done", "kind": "advance", "label": {"vi": "Hoàn thành", "en": "Done"}}
RECEIVED = {"id": "received", "kind": "advance", "label": {"vi": "Đã nhận", "en": "Received"}}
START = {"id": "start", "kind": "start", "label": {"vi": "Bắt đầu", "en": "Start"}}


@dataclass(frozen=True, slots=True)
class Rule:
    """What stands behind a node where a token waits for somebody. `kind`: user, service, message or offer.

    `routed`: acts of kind return, refuse, ... that the flow's own conditions lead somewhere.
    """

    node: str
    kind: str
    name: Mapping[str, str]
    agency: str = ""
    post: str = ""
    limit: Mapping[str, Any] | None = None
    silence: bool = False
    reads: tuple[str, ...] = ()
    acts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reserved: bool = False
    irrevocable: bool = False
    receives: frozenset[str] = frozenset()
    agencies: Sequence[str] | str = ()
    routed: frozenset[str] = frozenset()

    def seen(self, parts: Collection[str]) -> list[str]:
        """The parts this node reads, of those that are there. `form.*` is all of the form; a part's name
        stands also for its numbered ones (`document.drawing.1`)."""
        return [part for part in parts if any(covers(pattern, part) for pattern in self.reads)]


def covers(pattern: str, part: str) -> bool:
    """Whether a pattern of `reads` or `writes` means a part."""
    if pattern.endswith("*"):
        return part.startswith(pattern[:-1])
    return part == pattern or (part.startswith(pattern) and part[len(pattern)] == ".")


def rules_of(meta: Mapping[str, Any], flow: Flow, names: Names) -> dict[str, Rule]:
    """A rule for every node where somebody, a system or a message has to do something."""
    reception = meta.get("reception", "")
    found = {}
    conditions = conditions_by_task(flow, names)
    for node in flow.nodes.values():
        if node.kind is Kind.USER or (node.kind is Kind.ADHOC and node.id in meta["tasks"]):
            found[node.id] = _task(
                node, meta["tasks"].get(node.id, {}), reception, conditions.get(node.id, ())
            )
        elif node.kind in TASKS or node.trigger.kind in ("message", "signal"):
            found[node.id] = _service(node, meta.get("services", {}).get(node.id, {}))
    return found


def offers_of(meta: Mapping[str, Any], flow: Flow, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """For every task that may be begun in an ad-hoc subprocess: who may, which is who does it unless `started_by`
    names others."""
    found = {}
    for host in flow.nodes.values():
        for inner in host.adhoc.startable if host.adhoc else ():
            starter = meta["tasks"].get(inner, {}).get("started_by", {})
            found[inner] = replace(
                rules[inner],
                kind="offer",
                agency=starter.get("agency", rules[inner].agency),
                post=starter.get("post", rules[inner].post),
                acts={"start": START},
                limit=None,
                silence=False,
                reads=(),
                irrevocable=False,
                receives=frozenset(),
                agencies=(),
                routed=frozenset(),
            )
    return found


def _task(node: Node, said: Mapping[str, Any], reception: str, conditions: Sequence[Expression]) -> Rule:
    acts = {str(act["id"]): act for act in said.get("acts", ())}
    receives = {
        name
        for name, act in acts.items()
        if act.get("receives") or (node.id == reception and act["kind"] == "advance")
    }
    return Rule(
        node=node.id,
        kind="user",
        name=said.get("name") or {"vi": node.name, "en": node.name},
        agency=said.get("agency", ""),
        post=said.get("post", ""),
        limit=said.get("limit"),
        silence=said.get("silence") == "consent",
        reads=tuple(said.get("reads", ())),
        acts=acts,
        reserved=bool(said.get("reserved")),
        irrevocable=bool(said.get("irrevocable")),
        receives=frozenset(receives),
        agencies=said.get("agencies", ()),
        routed=frozenset(_routed(node, acts, conditions)),
    )


def _service(node: Node, said: Mapping[str, Any]) -> Rule:
    waits_for_message = node.kind is Kind.RECEIVE or node.kind in (Kind.CATCH, Kind.BOUNDARY, Kind.START)
    act = {**(RECEIVED if waits_for_message else DONE), "writes": list(said.get("writes", ()))}
    return Rule(
        node=node.id,
        kind="message" if waits_for_message else "service",
        name=said.get("name") or {"vi": node.name, "en": node.name},
        agency="system",
        limit=said.get("limit"),
        reads=tuple(said.get("reads", ())),
        acts={str(act["id"]): act},
        irrevocable=bool(said.get("irrevocable")),
    )


def conditions_by_task(flow: Flow, names: Names) -> dict[str, list[Expression]]:
    """The conditions that ask for a task's last act, by task."""
    found: dict[str, list[Expression]] = {}
    for arrow in flow.arrows.values():
        if arrow.condition:
            try:
                expression = compile_expression(arrow.condition, names)
            except ExpressionError:
                continue  # told by `check`
            for path in sorted(expression.parsed.paths):
                if path[0] == "acts" and len(path) == 2:
                    found.setdefault(path[1], []).append(expression)
    return found


def _routed(
    node: Node, acts: Mapping[str, Mapping[str, Any]], conditions: Sequence[Expression]
) -> Iterator[str]:
    """Acts that are no advance and for which the flow has a way of its own.

    Without this a refusal, at a gateway that knows only of a return, would run on as an approval.
    """
    ways = {name: tuple(_way(node, name, condition) for condition in conditions) for name in acts}
    advances = [ways[name] for name, act in acts.items() if act["kind"] == "advance"]
    for name, act in acts.items():
        if act["kind"] in ("return", "refuse") and ways[name] not in advances and any(ways[name]):
            yield name


def _way(node: Node, act: str, condition: Expression) -> str:
    """What a condition about this task says to an act: true, false, or that it names it among others."""
    if condition.parsed.roots != {"acts": frozenset({node.id})}:
        return "named" if act in condition.parsed.literals else ""
    try:
        return str(bool(condition.evaluate({"acts": {node.id: [act] if node.repeats else act}})))
    except ExpressionError:
        return ""


def names_of(meta: Mapping[str, Any], schema: Any, flow: Flow) -> Names:
    """What rules of this package may speak of."""
    form = shape_of_schema(schema if isinstance(schema, dict) else {})
    acts: dict[str, Shape] = {}
    answers: dict[str, Shape] = {}
    for name, said in meta.get("tasks", {}).items():
        node = flow.nodes.get(name)
        many = node is not None and node.repeats
        answer = _answer(said)
        acts[name] = Shape("list", items=Shape("string")) if many else Shape("string")
        answers[name] = Shape("list", items=answer) if many else answer
    return Names(
        {
            "form": form if form.kind == "map" else Shape("map"),
            "applicant": Shape("map", {"kind": Shape("string")}, required=frozenset({"kind"})),
            "acts": Shape("map", acts, required=frozenset(acts)),
            "answers": Shape("map", answers, required=frozenset(answers)),
        }
    )


def _answer(said: Mapping[str, Any]) -> Shape:
    """What a task's acts may have answered; silence and other acts answer nothing, so nothing is certain."""
    members: dict[str, Shape] = {}
    for act in said.get("acts", ()):
        members |= shape_of_schema(act.get("data_schema") or {}).members or {}
    return Shape("map", members)
