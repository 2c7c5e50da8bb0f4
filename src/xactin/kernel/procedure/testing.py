"""Small procedures for tests: a flow in a few lines of text, made into BPMN and a whole package.

    start s
    user a            user b *3 (three at once)      user c **3 (one after the other)
    service x         send m     receive r           message w (an intermediate event)
    xor g default=g_b and f      or i                events e (event-based gateway)
    timer t PT2H      timer t on a PT2H              timer t on a PT2H aside (does not interrupt)
    message n on a    error o on p oops              throw y
    end z             end z terminate                end z error=oops
    signal n stop     signal n on a stop             throw y signal=stop       end z message=m
    timer t on a R3/PT2H aside                       start q timer=PT2H        start q message=m aside
    rule d            user a *5 until=size(acts.a)>2
    sub p {           call q process                 process process {
    ...               }                              }
    event p {         adhoc p {                      adhoc p one keep until=... {
    ...               }                              }      (one at a time; what runs is awaited)
    s -> a -> g                                      one arrow after the other; ids are `s_a`, `a_g`
    g -> b : form.x > 1                              with a condition

`*n` takes any word of CEL without blanks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from typing import Any, Final

import orjson

from xactin.kernel.procedure.package import Package, load_package

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
MORNING: Final = datetime(2026, 7, 20, 1, 0, tzinfo=UTC)
"""Monday, 20 July 2026, 08:00 in Viet Nam: an ordinary working week begins."""

_TAGS: Final = {
    "user": "userTask",
    "service": "serviceTask",
    "send": "sendTask",
    "receive": "receiveTask",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "events": "eventBasedGateway",
    "throw": "intermediateThrowEvent",
    "start": "startEvent",
    "end": "endEvent",
    "call": "callActivity",
    "rule": "businessRuleTask",
}


def bpmn(text: str) -> bytes:
    """The BPMN file of a flow told in lines."""
    made = _Writer()
    for line in text.strip().splitlines():
        made.line(line.strip())
    return made.whole()


class _Writer:
    def __init__(self) -> None:
        self.main: list[str] = []
        self.inside: list[list[str]] = [self.main]
        self.tops: list[str] = []
        self.names: dict[str, str] = {}
        self.bodies: list[str] = []

    def whole(self) -> bytes:
        body = "".join(self.main)
        return (
            f'<definitions xmlns="{BPMN}" targetNamespace="urn:test" id="d">{"".join(self.tops)}'
            f'<process id="main" isExecutable="true">{body}</process></definitions>'
        ).encode()

    def line(self, line: str) -> None:
        if not line or line.startswith("#"):
            return
        if line == "}":
            body = "".join(self.inside.pop())
            if len(self.inside) == 1 and self.process:
                self.tops.append(f'<process id="{self.process}" isExecutable="true">{body}</process>')
                self.process = ""
            else:
                self.inside[-1].append(f"{body}</{self.bodies.pop()}>")
        elif "->" in line:
            self.arrows(line)
        else:
            self.element(line)

    process = ""

    def put(self, text: str) -> None:
        self.inside[-1].append(text)

    def arrows(self, line: str) -> None:
        path, _, condition = line.partition(" : ")
        steps = [step.strip() for step in path.split("->")]
        inner = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
        for source, target in pairwise(steps):
            self.put(
                f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}'
                "</sequenceFlow>"
            )

    def element(self, line: str) -> None:
        word, name, *rest = line.split()
        if word == "process":
            self.process = name
            self.inside.append([])
        elif word in ("sub", "event", "adhoc"):
            self.body(word, name, rest)
        elif word in ("timer", "message", "error", "signal"):
            self.event(word, name, rest)
        else:
            self.put(self.node(word, name, rest))

    def body(self, word: str, name: str, rest: list[str]) -> None:
        tag = "adHocSubProcess" if word == "adhoc" else "subProcess"
        extra = ' triggeredByEvent="true"' if word == "event" else ""
        extra += ' ordering="Sequential"' if "one" in rest else ""
        extra += ' cancelRemainingInstances="false"' if "keep" in rest else ""
        until = next((part[6:] for part in rest if part.startswith("until=") and word == "adhoc"), "")
        inner = f"<completionCondition>{escape(until)}</completionCondition>" if until else _multi(rest)
        self.put(f'<{tag} id="{name}"{extra}>{inner}')
        self.inside.append([])
        self.bodies.append(tag)

    def node(self, word: str, name: str, rest: list[str]) -> str:
        tag = _TAGS[word]
        inner, extra = _multi(rest), ""
        for part in rest:
            if part.startswith("default="):
                extra = f' default="{part[8:]}"'
            elif part == "terminate":
                inner = "<terminateEventDefinition/>"
            elif part == "aside":
                extra = ' isInterrupting="false"'
            elif part.startswith("timer="):
                inner = _timer(part[6:])
            elif part.startswith(("error=", "message=", "signal=")):
                kind, _, said = part.partition("=")
                inner = f'<{kind}EventDefinition {kind}Ref="{self.named(kind, said)}"/>'
        if word == "call":
            extra = f' calledElement="{rest[0]}"'
        if word in ("send", "receive"):
            extra = f' messageRef="{self.named("message", name)}"'
        return f'<{tag} id="{name}" name="{name}"{extra}>{inner}</{tag}>'

    def event(self, word: str, name: str, rest: list[str]) -> None:
        aside = "aside" in rest
        host = rest[rest.index("on") + 1] if "on" in rest else ""
        said = [part for part in rest if part not in ("aside", "on", host)]
        if word == "timer":
            inner = _timer(said[0])
        elif word == "signal":
            inner = f'<signalEventDefinition signalRef="{self.named("signal", said[0])}"/>'
        elif word == "message":
            inner = f'<messageEventDefinition messageRef="{self.named("message", name)}"/>'
        else:
            inner = f'<errorEventDefinition errorRef="{self.named("error", said[0])}"/>'
        if host:
            cancel = "false" if aside else "true"
            self.put(
                f'<boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{cancel}">{inner}'
                "</boundaryEvent>"
            )
        else:
            self.put(f'<intermediateCatchEvent id="{name}">{inner}</intermediateCatchEvent>')

    def named(self, kind: str, name: str) -> str:
        """The id of a message or error, declared once."""
        reference = f"{kind}_{name}"
        if reference not in self.names:
            self.names[reference] = name
            code = f' errorCode="{name}"' if kind == "error" else ""
            self.tops.append(f'<{kind} id="{reference}" name="{name}"{code}/>')
        return reference


def _timer(said: str) -> str:
    when = {"P": "timeDuration", "R": "timeCycle"}.get(said[0], "timeDate")
    return f"<timerEventDefinition><{when}>{said}</{when}></timerEventDefinition>"


def _multi(rest: list[str]) -> str:
    until = next((part[6:] for part in rest if part.startswith("until=")), "")
    early = f"<completionCondition>{escape(until)}</completionCondition>" if until else ""
    for part in rest:
        if part.startswith("*"):
            turn = "true" if part.startswith("**") else "false"
            count = escape(part.lstrip("*"))
            return (
                f'<multiInstanceLoopCharacteristics isSequential="{turn}">'
                f"<loopCardinality>{count}</loopCardinality>{early}</multiInstanceLoopCharacteristics>"
            )
    return ""


def task(name: str, **said: Any) -> dict[str, Any]:
    """What procedure.yaml says of a task: an officer who may go on, return or refuse."""
    label = {"vi": name, "en": name}
    kinds = ("advance", "return", "supplement", "refuse", "withdraw", "stop")
    usual = {"go": "advance", **{kind: kind for kind in kinds[1:]}}
    acts = [{"id": act, "kind": kind, "label": label} for act, kind in usual.items()]
    writes = said.pop("writes", None)
    if writes:
        acts[0]["writes"] = writes
    return {"name": label, "agency": "handling", "post": "officer", "acts": acts} | said


def meta_of(tasks: Mapping[str, Any], **said: Any) -> dict[str, Any]:
    """A procedure.yaml with all that has to be there."""
    words = {"vi": "Thử", "en": "Test"}
    return {
        "code": "9.999999",
        "version": "1",
        "effective": {"from": "2026-01-01", "until": None},
        "name": words,
        "field": {"code": "T", "name": words},
        "level": "commune",
        "handled_by": words,
        "legal_basis": ["-"],
        "privacy": {
            "purpose": words,
            "legal_basis": ["-"],
            "receivers": {"vi": ["-"], "en": ["-"]},
            "retention": {"years": 1},
        },
        "limit": {"working_day": 7},
        "supplement": {"within": {"working_day": 3}, "restart": "zero"},
        "tasks": dict(tasks),
    } | said


def written(package: Package) -> dict[str, Any]:
    """The procedure.yaml of a package made here, as data."""
    return dict(orjson.loads(package.files["procedure.yaml"]))


def package_of(
    flow: str,
    tasks: Mapping[str, Any] | None = None,
    form: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes] | None = None,
    **said: Any,
) -> Package:
    """A package of a flow told in lines. Tasks not described are done by an officer; `form`: properties."""
    described = dict(tasks or {})
    for line in flow.splitlines():
        word, *rest = [*line.split(), ""]
        if word == "user":
            described.setdefault(rest[0], task(rest[0]))
    schema = {"type": "object", "properties": dict(form or {}), "required": list(form or {})}
    return load_package(
        {
            "procedure.yaml": orjson.dumps(meta_of(described, **said)),
            "process.bpmn": bpmn(flow),
            "form.schema.json": orjson.dumps(schema),
            **(files or {}),
        }
    )
