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
    RULE = "businessRuleTask"
    SUBPROCESS = "subProcess"
    ADHOC = "adHocSubProcess"
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
ACTIVITIES = TASKS | BODIES | {Kind.ADHOC}


@dataclass(frozen=True, slots=True)
class Trigger:
    """What an event waits for or throws. `kind`: none, timer, message, signal, error, terminate.

    `name`: the message's or signal's name, or the error's code; `duration` or `date`: a timer's text;
    `times`: how often a repeating timer fires (0: it does not repeat), `duration` apart.
    """

    kind: str = "none"
    name: str = ""
    duration: str = ""
    date: str = ""
    times: int = 0


@dataclass(frozen=True, slots=True)
class Multi:
    """Multi-instance: one after the other or at once; `count` is CEL for how many, or empty.

    `completion` is CEL that ends it before all have answered ("3 of 5 agree"), or empty.
    """

    sequential: bool
    count: str
    completion: str = ""


@dataclass(frozen=True, slots=True)
class AdHoc:
    """A subprocess without a drawn order: `startable` are the tasks in it that may be begun as often as wanted.

    `sequential`: one at a time; `completion`: CEL that ends it, or empty; `cancels`: what still runs then is
    withdrawn (else it is awaited).
    """

    sequential: bool
    completion: str
    cancels: bool
    startable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A sequence flow. `condition` is CEL, or empty."""

    id: str
    source: str
    target: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node; `scope` is where it stands, `body` the scope it opens.

    `on_event`: an event subprocess, begun by its start event while its scope lasts; `within_adhoc`: anywhere
    inside an ad-hoc subprocess.
    """

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
    adhoc: AdHoc | None = None
    on_event: bool = False
    within_adhoc: bool = False

    @property
    def repeats(self) -> bool:
        """Whether its task can be done more than once in one run of its scope, each time with an answer of its own."""
        return self.multi is not None or self.within_adhoc

    @property
    def waits(self) -> bool:
        """Whether a token rests here until somebody acts, time passes or a message comes."""
        return self.kind in TASKS or self.kind in (Kind.CATCH, Kind.EVENT_BASED)


@dataclass(frozen=True)
class Flow:
    """A whole process. `scopes`: scope -> its start event; `root`: the scope a dossier starts in.

    `starts`: all start events of the root, the one without a trigger first: by a message, a signal or a
    schedule a dossier begins elsewhere.
    """

    root: str
    nodes: Mapping[str, Node]
    arrows: Mapping[str, Arrow]
    scopes: Mapping[str, str]
    lanes: Mapping[str, str]
    starts: tuple[str, ...] = ()

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
        """Backwards from each arrow of the join, as far as its scope goes."""
        found: dict[str, set[str]] = {}
        for arrow in join.incoming:
            waiting = [self.arrows[arrow].source]
            while waiting:
                node = self.nodes[waiting.pop()]
                if node.id == join.id or arrow in found.setdefault(node.id, set()):
                    continue
                found[node.id].add(arrow)
                waiting += [self.arrows[before].source for before in node.incoming]
                waiting += [node.attached_to] if node.attached_to else []
        return {node: frozenset(arrows) for node, arrows in found.items()}

    def ways(self, node: str) -> Iterator[tuple[str, str]]:
        """Arrows and targets a token at a node can take, by its boundary events too."""
        for source in (self.nodes[node], *self.boundaries.get(node, ())):
            for arrow in source.outgoing:
                yield arrow, self.arrows[arrow].target

    @cached_property
    def listeners(self) -> Mapping[str, tuple[Node, ...]]:
        """Event subprocesses by the scope they stand in."""
        found: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes.values():
            if node.on_event:
                found[node.scope] = (*found.get(node.scope, ()), node)
        return found

    @cached_property
    def cuts(self) -> bool:
        """Whether one act can end several tasks of one node: effects then say which task it was."""
        return any(node.adhoc or (node.multi and node.multi.completion) for node in self.nodes.values())

    @cached_property
    def has_inclusive(self) -> bool:
        return any(node.kind is Kind.INCLUSIVE and len(node.incoming) > 1 for node in self.nodes.values())
