"""What procedure.yaml says about each node, prepared once so that an act costs no look-up by pattern."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from xactin.kernel.expressions import (
    Expression,
    ExpressionError,
    Names,
    Shape,
    compile_expression,
    shape_of_schema,
)
from xactin.kernel.procedure.decisions.tables import Table
from xactin.kernel.procedure.description import CHOSEN, Act, LimitBy, Procedure, Service, Task
from xactin.kernel.procedure.model import TASKS, Flow, Kind, Node

DONE = Act("done", "advance", {"vi": "Hoàn thành", "en": "Done"})
RECEIVED = Act("received", "advance", {"vi": "Đã nhận", "en": "Received"})
START = Act("start", "start", {"vi": "Bắt đầu", "en": "Start"})
_AGENCY: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["agency"],
    "properties": {
        "agency": {
            "type": "string",
            "minLength": 1,
            "maxLength": 35,
            "x-ui": {"label": {"vi": "Cơ quan", "en": "Agency"}, "choose": "any_agency"},
        }
    },
}
START_AT = Act(
    "start", "start", {"vi": "Mời cơ quan tham gia", "en": "Invite an agency"}, data_schema=_AGENCY
)
RELEASE = Act(
    "release", "release", {"vi": "Cho cơ quan thôi tham gia", "en": "Let an agency go"}, data_schema=_AGENCY
)
"""What is done with a task whose agency is chosen: it is begun there, and ended there for it."""


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
    party: str = ""
    limit: Mapping[str, Any] | None = None
    limit_by: LimitBy | None = None
    silence: bool = False
    reads: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()
    acts: Mapping[str, Act] = field(default_factory=dict)
    reserved: bool = False
    irrevocable: bool = False
    receives: frozenset[str] = frozenset()
    agencies: Sequence[str] | str = ()
    routed: frozenset[str] = frozenset()

    def seen(self, parts: Collection[str], act: str = "") -> list[str]:
        """The parts this node (or this act of it) reads, of those that are there. `form.*` is all of the form; a
        part's name stands also for its numbered ones (`document.drawing.1`)."""
        described = self.acts.get(act.partition(".")[0])
        reads = described.reads if described is not None and described.reads else self.reads
        return [part for part in parts if any(covers(pattern, part) for pattern in reads)]


def covers(pattern: str, part: str) -> bool:
    """Whether a pattern of `reads` or `writes` means a part."""
    if pattern.endswith("*"):
        return part.startswith(pattern[:-1])
    return part == pattern or (part.startswith(pattern) and part[len(pattern)] == ".")


def rules_of(procedure: Procedure, flow: Flow, names: Names) -> dict[str, Rule]:
    """A rule for every node where somebody, a system or a message has to do something."""
    found = {}
    conditions = conditions_by_task(flow, names)
    for node in flow.nodes.values():
        if node.kind is Kind.USER or (node.kind is Kind.ADHOC and node.id in procedure.tasks):
            found[node.id] = _task(node, procedure, conditions.get(node.id, ()))
        elif node.kind in TASKS or node.trigger.kind in ("message", "signal"):
            found[node.id] = _service(node, procedure.services.get(node.id, Service(node.id, "")))
    return found


def offers_of(procedure: Procedure, flow: Flow, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """For every task that may be begun in an ad-hoc subprocess: who may, which is who does it unless `started_by`
    names others."""
    found = {}
    for host in flow.nodes.values():
        for inner in host.adhoc.startable if host.adhoc else ():
            said = procedure.tasks.get(inner)
            starter = said.started_by if said else None
            start = START_AT if rules[inner].agency == CHOSEN else START
            acts = [replace(start, label=starter.label) if starter and starter.label else start]
            acts += [RELEASE] if rules[inner].agency == CHOSEN else []
            found[inner] = replace(
                rules[inner],
                kind="offer",
                agency=starter.agency if starter else rules[inner].agency,
                post=starter.post if starter else rules[inner].post,
                party="" if starter else rules[inner].party,
                acts={act.id: act for act in acts},
                limit=None,
                limit_by=None,
                silence=False,
                reads=(),
                sees=(),
                irrevocable=False,
                receives=frozenset(),
                agencies=(),
                routed=frozenset(),
            )
    return found


def _task(node: Node, procedure: Procedure, conditions: Sequence[Expression]) -> Rule:
    drawn = {"vi": node.name, "en": node.name}
    said = procedure.tasks.get(node.id, Task(node.id, drawn, ()))
    at_counter = node.id == procedure.reception
    acts = {
        act.id: replace(act, receives=act.receives or (at_counter and act.kind == "advance"))
        for act in said.acts
    }
    return Rule(
        node=node.id,
        kind="user",
        name=said.name,
        agency=said.agency,
        post=said.post,
        party=said.party,
        limit=said.limit,
        limit_by=said.limit_by,
        silence=said.silence,
        reads=said.reads,
        sees=said.sees,
        acts=acts,
        reserved=said.reserved,
        irrevocable=said.irrevocable,
        receives=frozenset(act.id for act in acts.values() if act.receives),
        agencies=said.agencies,
        routed=frozenset(_routed(node, acts, conditions)),
    )


def _service(node: Node, said: Service) -> Rule:
    waits_for_message = node.kind is Kind.RECEIVE or node.kind in (Kind.CATCH, Kind.BOUNDARY, Kind.START)
    act = replace(RECEIVED if waits_for_message else DONE, writes=said.writes)
    return Rule(
        node=node.id,
        kind="message" if waits_for_message else "service",
        name=said.name or {"vi": node.name, "en": node.name},
        agency="system",
        limit=said.limit,
        reads=said.reads,
        acts={act.id: act},
        irrevocable=said.irrevocable,
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


def _routed(node: Node, acts: Mapping[str, Act], conditions: Sequence[Expression]) -> Iterator[str]:
    """Acts that are no advance and for which the flow has a way of its own.

    Without this a refusal, at a gateway that knows only of a return, would run on as an approval.
    """
    ways = {name: tuple(_way(node, name, condition) for condition in conditions) for name in acts}
    advances = [ways[name] for name, act in acts.items() if act.kind == "advance"]
    for name, act in acts.items():
        if act.kind in ("return", "refuse") and ways[name] not in advances and any(ways[name]):
            yield name


def _way(node: Node, act: str, condition: Expression) -> str:
    """What a condition about this task says to an act: true, false, or that it names it among others."""
    if condition.parsed.roots != {"acts": frozenset({node.id})}:
        return "named" if act in condition.parsed.literals else ""
    try:
        return str(bool(condition.evaluate({"acts": {node.id: [act] if node.repeats else act}})))
    except ExpressionError:
        return ""


def names_of(procedure: Procedure, schema: Any, flow: Flow, tables: Mapping[str, Table]) -> Names:
    """What rules of this package may speak of."""
    form = shape_of_schema(schema if isinstance(schema, dict) else {})
    acts: dict[str, Shape] = {}
    answers: dict[str, Shape] = {}
    for name, said in procedure.tasks.items():
        node = flow.nodes.get(name)
        many = node is not None and node.repeats
        answer = _answer(said)
        acts[name] = Shape("list", items=Shape("string")) if many else Shape("string")
        answers[name] = Shape("list", items=answer) if many else answer
    asked = {
        "tables": {name: table.shape for name, table in tables.items()},
        "decided": {
            node.id: tables[by].shape
            for node in flow.nodes.values()
            if node.kind is Kind.RULE and (by := procedure.decisions.get(node.id, node.id)) in tables
        },
    }
    return Names(
        {
            "form": form if form.kind == "map" else Shape("map"),
            "applicant": Shape("map", {"kind": Shape("string")}, required=frozenset({"kind"})),
            "acts": Shape("map", acts, required=frozenset(acts)),
            "answers": Shape("map", answers, required=frozenset(answers)),
            "filed": Shape("string"),
        }
        | ({"tables": Shape("map", asked["tables"], required=frozenset(asked["tables"]))} if tables else {})
        | ({"decided": Shape("map", asked["decided"])} if asked["decided"] else {})
    )


def _answer(said: Task) -> Shape:
    """What a task's acts may have answered; silence and other acts answer nothing, so nothing is certain."""
    members: dict[str, Shape] = {}
    for act in said.acts:
        members |= shape_of_schema(act.data_schema or {}).members or {}
    return Shape("map", members)


def asks_content(procedure: Procedure, flow: Flow) -> bool:
    """Whether the engine needs content to decide: some rule on the way speaks of the form, answers, who asks, or a
    table. Fees are asked apart, they are not on the way."""
    texts = [arrow.condition for arrow in flow.arrows.values()]
    texts += [task.agencies for task in procedure.tasks.values() if isinstance(task.agencies, str)]
    for node in flow.nodes.values():
        texts += [node.trigger.date, node.adhoc.completion if node.adhoc else ""]
        texts += [node.multi.count, node.multi.completion] if node.multi else []
    tables = any(task.limit_by for task in procedure.tasks.values())
    tables = tables or any(node.kind is Kind.RULE for node in flow.nodes.values())
    return tables or any(word in text for text in texts for word in _CONTENT)


_CONTENT = ("form", "answers", "applicant", "tables")
