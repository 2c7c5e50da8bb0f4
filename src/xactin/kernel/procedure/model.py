"""A flow as the engine walks it: nodes, arrows and scopes, read from BPMN once and never changed.

A scope is what tokens live in: the process, an embedded subprocess, or a process that is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What a node does with a token. The values are BPMN's element names."""

    START = "startEvent"
    END = "endEvent"
    USER = "userTask"
    SERVICE = "serviceTask"
    SEND = "sendTask"
    RECEIVE = "receiveTask"
    SUBPROCESS = "subProcess"
    CALL = "callActivity"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT_BASED = "eventBasedGateway"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"


TASKS = frozenset({Kind.USER, Kind.SERVICE, Kind.SEND, Kind.RECEIVE})
BODIES = frozenset({Kind.SUBPROCESS, Kind.CALL})
ACTIVITIES = TASKS | BODIES


@dataclass(frozen=True, slots=True)
class Trigger:
    """What an event waits for or throws. `kind`: none, timer, message, error, terminate.

    `name`: the message's name or the error's code; `duration` or `date`: a timer's text.
    """

    kind: str = "none"
    name: str = ""
    duration: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Multi:
    """Multi-instance: one after the other or at once; `count` is CEL for how many, or empty."""

    sequential: bool
    count: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A sequence flow. `condition` is CEL, or empty."""

    id: str
    source: str
    target: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node; `scope` is where it stands, `body` the scope it opens."""

    id: str
    kind: Kind
    name: str
    scope: str
    trigger: Trigger = field(default_factory=Trigger)
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default: str = ""
    attached_to: str = ""
    interrupting: bool = True
    multi: Multi | None = None
    body: str = ""

    @property
    def waits(self) -> bool:
        """Whether a token rests here until somebody acts, time passes or a message comes."""
        return self.kind in TASKS or self.kind in (Kind.CATCH, Kind.EVENT_BASED)


@dataclass(frozen=True)
class Flow:
    """A whole process. `scopes`: scope -> its start event; `root`: the scope a dossier starts in."""

    root: str
    nodes: Mapping[str, Node]
    arrows: Mapping[str, Arrow]
    scopes: Mapping[str, str]
    lanes: Mapping[str, str]

    @cached_property
    def boundaries(self) -> Mapping[str, tuple[Node, ...]]:
        """Boundary events by the activity they stand on."""
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes.values():
            if node.attached_to:
                found[node.attached_to] = (*found.get(node.attached_to, ()), node)
        return found

    @cached_property
    def inclusive_reach(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """For each inclusive join: which of its arrows each node of its scope reaches without passing it.

        Whether the join still has to wait follows from it (BPMN 2.0.2, 13.4.3)."""
        return {
            node.id: self._reach(node)
            for node in self.nodes.values()
            if node.kind is Kind.INCLUSIVE and len(node.incoming) > 1
        }

    def _reach(self, join: Node) -> dict[str, frozenset[str]]:
        inside = [node.id for node in self.nodes.values() if node.scope == join.scope]
        found: dict[str, set[str]] = {node: set() for node in inside}
        changed = True
        while changed:
            changed = False
            for node in inside:
                if node == join.id:
                    continue
                now = set(found[node])
                for arrow, target in self.ways(node):
                    now |= {arrow} if target == join.id else found[target]
                if now != found[node]:
                    found[node], changed = now, True
        return {node: frozenset(arrows) for node, arrows in found.items()}

    def ways(self, node: str) -> Iterator[tuple[str, str]]:
        """Arrows and targets a token at a node can take, by its boundary events too."""
        for source in (self.nodes[node], *self.boundaries.get(node, ())):
            for arrow in source.outgoing:
                yield arrow, self.arrows[arrow].target

    @cached_property
    def has_inclusive(self) -> bool:
        return bool(self.inclusive_reach)
