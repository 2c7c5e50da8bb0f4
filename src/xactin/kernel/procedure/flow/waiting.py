"""What waits in a dossier: for whom, since when, until when, and what time alone will do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from xactin.kernel.attestation import parse_time, time_text
from xactin.kernel.canonical import canonical
from xactin.kernel.procedure.description import Act
from xactin.kernel.procedure.flow import lasting, permission
from xactin.kernel.procedure.flow.moving import events_at
from xactin.kernel.procedure.flow.walk import Token
from xactin.kernel.procedure.model import Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import Rule
from xactin.kernel.procedure.problems import Refused

State = Mapping[str, Any]

ENDED: Final = frozenset({"done", "refused", "withdrawn", "stopped"})
SUPPLY: Final = "supply"
_SUPPLY_NAME: Final = {"vi": "Bổ sung hồ sơ", "en": "Supplement the dossier"}


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Something that waits for somebody now. `id` is what `act` takes as `task`.

    `kind`: user, service (a system does it, act `done`), message (act `received`), supply (the applicant
    answers by `supply`) or offer (a task of an ad-hoc subprocess that may be begun, as often as wanted, by act
    `start`; then it is open as a task of its own). `acts` are as in procedure.yaml, with `writes` of this
    instance. `instance` is None but for multi-instance. `party` names who of the case does it where no post
    does; `post` then says the same.
    """

    id: str
    node: str
    kind: str
    name: Mapping[str, str]
    agency: str
    post: str
    due: datetime | None
    acts: list[Act]
    reads: tuple[str, ...]
    silence: bool
    asked_at: datetime
    instance: int | None = None
    reserved: bool = False
    party: str = ""

    @property
    def token(self) -> str:
        return self.id


def open_tasks(package: Package, state: State) -> list[OpenTask]:
    """What waits for somebody, in the order it was asked; nothing once the dossier has ended."""
    if state["phase"] in ENDED:
        return []
    found = [
        _open(package, state, name, token, rule)
        for name, token, rule in _waiting(package, state)
        if "wait" not in token
    ]
    if state["phase"] == "supplement":
        supplement = state["supplement"]
        found.append(
            OpenTask(
                id=SUPPLY,
                node=SUPPLY,
                kind=SUPPLY,
                name=_SUPPLY_NAME,
                agency="",
                post=package.procedure.asks,
                party=package.procedure.asks,
                due=parse_time(supplement["due"]),
                acts=[],
                reads=(),
                silence=False,
                asked_at=parse_time(supplement["asked_at"]),
            )
        )
    return found


def task_of(package: Package, state: State, task: str) -> OpenTask:
    """The open task of this id. Raises Refused (ended, not_open)."""
    running(state)
    for found in open_tasks(package, state):
        if found.id == task:
            return found
    raise _not_open(task)


def saw_of(package: Package, state: State, task: str, act: str = "") -> dict[str, str]:
    """What an act of this task relies on: the parts it reads, with their commitments now.

    Without `act`, what its acts rely on that say nothing else. Raises Refused (ended, not_open)."""
    running(state)
    _, rule = token_of(package, state, task)
    return {part: state["parts"][part] for part in rule.seen(state["parts"], act)}


def shown_of(package: Package, state: State, task: str, act: str = "") -> str:
    """What a screen of this task shows, for the door to carry: `<seq>.<digest>` of the parts it reads.

    `seq` is that of the newest of them, so that a refusal can name what was written since. Raises Refused.
    """
    seen = saw_of(package, state, task, act)
    newest = max((state["written"].get(part, 0) for part in seen), default=0)
    return f"{newest}.{sha256(canonical({'task': task, 'saw': seen})).hexdigest()}"


def check_shown(package: Package, state: State, task: str, told: str, act: str = "") -> None:
    """Raises Refused (stale, with the parts that changed) unless `told` is what a screen would show now."""
    if told == shown_of(package, state, task, act):
        return
    seen, (before, _dot, _digest) = saw_of(package, state, task, act), told.partition(".")
    newest = int(before) if before.isascii() and before.isdecimal() else -1
    changed = [part for part in seen if state["written"].get(part, 0) > newest]
    raise permission.stale(changed or seen)


def objections(package: Package, state: State, task: str) -> list[str]:
    """The parts this task reads whose answer speaks against going on, as they stand now. Raises Refused."""
    running(state)
    return _objecting(package, state, token_of(package, state, task)[1])


def _objecting(package: Package, state: State, rule: Rule) -> list[str]:
    return [part for part in rule.seen(state["parts"]) if objects(package, state, part)]


def objects(package: Package, state: State, part: str) -> bool:
    """Whether the act that wrote a part last speaks against going on."""
    for step in state["steps"].values():
        if step.get("seq") == state["written"].get(part) and part in step.get("wrote", ()):
            described = package.rules[step["n"]].acts.get(step["act"]) if step["n"] in package.rules else None
            return described is not None and described.objects
    return False


def _asked(package: Package, state: State, rule: Rule, described: Act) -> Act:
    """An act with what is asked for now: why one goes on, exactly where something that the task reads objects; and
    what stands in for a part, exactly where that is not there."""
    asked = {name: part not in state["parts"] for part, name in described.lacks.items()}
    if described.despite:
        asked[described.despite] = bool(_objecting(package, state, rule))
    if not asked or described.data_schema is None:
        return described
    schema, given = dict(described.data_schema), dict(described.example or {})
    wanted = [name for name, asks in asked.items() if asks]
    schema["required"] = list(dict.fromkeys([*schema.get("required", ()), *wanted]))
    kept = schema["properties"].keys() - (asked.keys() - set(wanted))
    schema["properties"] = {name: answer for name, answer in schema["properties"].items() if name in kept}
    example = {name: value for name, value in given.items() if name in kept}
    return replace(described, data_schema=schema, example=described.example and example)


def parts_read(package: Package, state: State, node: str) -> set[str]:
    """The parts a node reads, of those that are there."""
    rule = package.rules.get(node)
    return set(rule.seen(state["parts"])) if rule else set()


def node_name(package: Package, node: str) -> Mapping[str, str]:
    """A node's name in both languages; what the diagram says where procedure.yaml does not speak of it."""
    if node == SUPPLY:
        return _SUPPLY_NAME
    rule = package.rules.get(node)
    if rule is not None:
        return rule.name
    drawn = package.flow.nodes[node].name if node in package.flow.nodes else node
    return {"vi": drawn or node, "en": drawn or node}


def next_due(package: Package, state: State) -> datetime | None:
    """When `tick` next has something to do: silence, a timer, the lapse of a supplement."""
    times = [time for time, _, _ in _timers(package, state)]
    return parse_time(min(times)) if times else None


def running(state: State) -> None:
    if state["phase"] in ENDED:
        raise Refused("ended", "Hồ sơ đã kết thúc", "The dossier has ended", {"phase": state["phase"]})


def _not_open(task: str) -> Refused:
    return Refused(
        "not_open",
        "Bước này không còn mở: đã có người xử lý hoặc đã được thu hồi",
        "This task is not open any more: it was done, or taken back",
        {"task": task},
    )


def _waiting(package: Package, state: State) -> list[tuple[str, Token, Rule]]:
    """Tokens that wait for somebody, and message events that wait beside them (`t3:cancelled`)."""
    found: list[tuple[str, Token, Rule]] = []
    rules, flow = package.rules, package.flow
    for name, token in sorted(state["tokens"].items(), key=lambda item: int(item[0][1:])):
        if "end" in token:
            continue
        node = flow.nodes[token["n"]]
        if node.id in rules and "mi" not in token:
            found.append((name, token, rules[node.id]))
        if node.adhoc:
            found += _offers(package, state, name, node)
        for event in events_at(flow, token):
            if event.id != node.id and event.trigger.kind in ("message", "signal"):
                found.append((f"{name}:{event.id}", token, rules[event.id]))
    return found


def _offers(package: Package, state: State, host: str, node: Node) -> list[tuple[str, Token, Rule]]:
    """What may be begun now in an ad-hoc subprocess (`t3:opinion`)."""
    token = state["tokens"][host]
    if node.adhoc is None or "closing" in token or "wait" in token:
        return []
    if node.adhoc.sequential and any(
        other.get("p") == host and "end" not in other for other in state["tokens"].values()
    ):
        return []
    return [(f"{host}:{inner}", {"at": token["at"]}, package.offers[inner]) for inner in node.adhoc.startable]


def token_of(package: Package, state: State, task: str) -> tuple[Token, Rule]:
    name, _, event = task.partition(":")
    token = state["tokens"].get(name)
    if event:
        for found, waiting, rule in _waiting(package, state):
            if found == task:
                return waiting, rule
        raise _not_open(task)
    known = package.rules.get(token["n"]) if token else None
    if token is None or known is None or "end" in token or "mi" in token:
        raise _not_open(task)
    return token, known


def _open(package: Package, state: State, name: str, token: Token, rule: Rule) -> OpenTask:
    agency = rule.agency
    if "i" in token and rule.agencies and not isinstance(rule.agencies, str):
        agency = rule.agencies[token["i"]]
    return OpenTask(
        id=name,
        node=rule.node,
        kind=rule.kind,
        name=rule.name,
        agency=token.get("agency", agency),
        post=rule.party or rule.post,
        party=rule.party,
        due=parse_time(token["due"]) if "due" in token else None,
        acts=[_asked(package, state, rule, described) for described in lasting.acts_of(rule, state, token)],
        reads=rule.reads,
        silence=rule.silence,
        asked_at=parse_time(token.get("at", "1970-01-01T00:00:00.000Z")),
        instance=token.get("i"),
        reserved=rule.reserved,
    )


def _timers(package: Package, state: State) -> list[tuple[str, str, str]]:
    """(when, token, what) of all that time alone does; `what` is silence, lapse or the id of an event."""
    if state["phase"] in ENDED:
        return []
    if state["phase"] == "supplement":
        lapses = package.procedure.supplement is not None and package.procedure.supplement.lapse != ""
        return [(state["supplement"]["due"], "", "lapse")] if lapses else []
    found = []
    for name, token in state["tokens"].items():
        found += [(due, name, event) for event, due in token.get("timers", {}).items()]
        if "due" in token and (rule := package.rules.get(token["n"])) and rule.silence:
            found.append((token["due"], name, "silence"))
    return found


def ripe(package: Package, state: State, at: datetime) -> tuple[str, str, str] | None:
    now = time_text(at)
    return min((timer for timer in _timers(package, state) if timer[0] <= now), default=None)


def asked(package: Package, state: State) -> dict[str, dict[str, Any]]:
    """What waits for somebody, by id, as effects tell it."""
    if state["phase"] in ENDED:
        return {}
    found: dict[str, dict[str, Any]] = {
        name: {"id": name, "node": rule.node, "due": token.get("due")}
        | ({"offer": 1} if rule.kind == "offer" else {})
        for name, token, rule in _waiting(package, state)
        if "wait" not in token
    }
    if state["phase"] == "supplement":
        found[SUPPLY] = {"id": SUPPLY, "node": SUPPLY, "due": state["supplement"]["due"]}
    return found
