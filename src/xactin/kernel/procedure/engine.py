"""What an act does to a dossier. Pure: (package, state, act, time) -> (state, effect).

Nothing that is given is changed.

State, small JSON without personal data:

    v, n            version of this form, number of the last token or step
    phase           submitted, processing, supplement, done, refused, withdrawn, stopped
    tokens, steps   where the dossier stands and how it came there (`walk.py`)
    kept            acts that stand for their content until the flow comes by again (`undo.py`)
    parts, written  part -> commitment; part -> seq of the entry that wrote it
    limits          what the authority set when the dossier was started
    fee             whole đồng
    submitted_at, received_at, due    RFC 3339 UTC; due is null before receipt and while the clock stands
    handled         an act after receipt was done
    supplement      {asked_at, due, token, times, left} of the last supplement asked for

`values` carries what conditions ask: `{"form": ..., "applicant": ..., "answers": {task: data}}`; it is read
and never stored. Effects name tasks opened, closed and moved (another due date), void acts, messages thrown,
phase, due, fee, and the digest of the calendar. Whatever may not be done raises Refused, and nothing has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from xactin.kernel.attestation import parse_time, time_text
from xactin.kernel.procedure import acting
from xactin.kernel.procedure.model import Kind
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import Rule
from xactin.kernel.procedure.problems import Refused
from xactin.kernel.procedure.walk import Token, Walk
from xactin.kernel.working_time import Calendar

__all__ = [
    "ENDED",
    "OpenTask",
    "Refused",
    "act",
    "amend",
    "next_due",
    "node_name",
    "open_tasks",
    "parts_read",
    "saw_of",
    "start",
    "stop",
    "supply",
    "task_of",
    "tick",
    "withdraw",
]

State = Mapping[str, Any]
Decided = tuple[dict[str, Any], dict[str, Any]]

ENDED: Final = frozenset({"done", "refused", "withdrawn", "stopped"})
SUPPLY: Final = "supply"
_SUPPLY_NAME: Final = {"vi": "Bổ sung hồ sơ", "en": "Supplement the dossier"}


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Something that waits for somebody now. `id` is what `act` takes as `task`.

    `kind`: user, service (a system does it, act `done`), message (act `received`) or supply (the applicant
    answers by `supply`). `acts` are as in procedure.yaml, with `writes` of this instance. `instance` is None
    but for multi-instance.
    """

    id: str
    node: str
    kind: str
    name: Mapping[str, str]
    agency: str
    post: str
    due: datetime | None
    acts: list[Mapping[str, Any]]
    reads: tuple[str, ...]
    silence: bool
    asked_at: datetime
    instance: int | None = None
    reserved: bool = False

    @property
    def token(self) -> str:
        return self.id


# -- what is asked


def open_tasks(package: Package, state: State) -> list[OpenTask]:
    """What waits for somebody, in the order it was asked; nothing once the dossier has ended."""
    if state["phase"] in ENDED:
        return []
    found = [
        _open(package, name, token, rule)
        for name, token, rule in _waiting(package, state)
        if "wait" not in token
    ]
    if state["phase"] == "supplement":
        asked = state["supplement"]
        found.append(
            OpenTask(
                id=SUPPLY,
                node=SUPPLY,
                kind=SUPPLY,
                name=_SUPPLY_NAME,
                agency="applicant",
                post="applicant",
                due=parse_time(asked["due"]),
                acts=[],
                reads=(),
                silence=False,
                asked_at=parse_time(asked["asked_at"]),
            )
        )
    return found


def task_of(package: Package, state: State, task: str) -> OpenTask:
    """The open task of this id. Raises Refused (ended, not_open)."""
    _running(state)
    for found in open_tasks(package, state):
        if found.id == task:
            return found
    raise _not_open(task)


def saw_of(package: Package, state: State, task: str) -> dict[str, str]:
    """What an act of this task relies on: the parts it reads, with their commitments now.

    Raises Refused (ended, not_open)."""
    _running(state)
    _, rule = _token(package, state, task)
    return {part: state["parts"][part] for part in rule.seen(state["parts"])}


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


# -- what is done


def start(
    package: Package,
    *,
    values: Mapping[str, Any],
    parts: Mapping[str, str],
    at: datetime,
    calendar: Calendar,
    limits: Mapping[str, Mapping[str, Any]] | None = None,
) -> Decided:
    """The applicant's submission, entry 0 of the dossier. `parts` are the commitments it wrote.

    Raises Refused (limit) when the authority's own limit is beyond what the package allows.
    """
    text = time_text(at)
    state: dict[str, Any] = {
        "v": 1,
        "n": 0,
        "phase": "submitted",
        "tokens": {},
        "steps": {},
        "kept": {},
        "parts": dict(parts),
        "written": dict.fromkeys(parts, 0),
        "limits": acting.checked_limits(package, limits or {}, calendar),
        "fee": 0,
        "submitted_at": text,
        "received_at": None,
        "due": None,
        "handled": False,
    }
    walk = Walk(package, state, values, at, calendar)
    acting.price(walk)
    if not acting.has_reception(package):
        acting.receive(walk)
    root = package.flow.nodes[package.flow.scopes[package.flow.root]]
    walk.enter(walk.step(root.id, ()), root, None)
    return _decided(walk, state)


def act(
    package: Package,
    state: State,
    *,
    task: str,
    act: str,
    values: Mapping[str, Any],
    by_post: str | None,
    seq: int,
    saw: Mapping[str, str],
    wrote: Mapping[str, str],
    at: datetime,
    calendar: Calendar,
) -> Decided:
    """One act of an open task. `task` is an OpenTask's id, `by_post` the role of who acts (None: a system, or
    an applicant at a task of the applicant), `saw` what `saw_of` gave when the statement was made, `wrote`
    the parts its content sets.

    Raises Refused: ended, not_open, supplement, unknown_act, wrong_post, reserved, stale (facts `changed`:
    parts), wrote, irrevocable, asked_before, condition_failed, no_way, endless.
    """
    _running(state)
    token, rule = _token(package, state, task)
    acting.check(package, state, token, rule, act, by_post, saw, wrote)
    walk = Walk(package, state, values, at, calendar)
    kind = rule.acts[act]["kind"]
    facts = {"act": act, "kind": kind, "seq": seq, "saw": sorted(saw)}
    if kind == "supplement":
        acting.ask_supplement(walk, task)
    elif kind in ("withdraw", "stop") or (kind == "refuse" and act not in rule.routed):
        acting.close(walk, {"withdraw": "withdrawn", "stop": "stopped", "refuse": "refused"}[kind])
    elif kind == "return" and act not in rule.routed:
        acting.take_back(walk, task)
    else:
        acting.complete(walk, task, rule, facts, wrote)
    return _decided(walk, state, seq=seq)


def amend(
    package: Package,
    state: State,
    *,
    wrote: Mapping[str, str],
    values: Mapping[str, Any],
    seq: int,
    at: datetime,
    calendar: Calendar,
) -> Decided:
    """Parts written anew from outside the flow: exactly the acts that saw them fall, the rest stands.

    A part whose commitment is unchanged is not written anew. Raises Refused (ended, irrevocable).
    """
    _running(state)
    walk = Walk(package, state, values, at, calendar)
    acting.write(walk, wrote, seq)
    return _decided(walk, state, seq=seq)


def supply(
    package: Package,
    state: State,
    *,
    wrote: Mapping[str, str],
    values: Mapping[str, Any],
    seq: int,
    at: datetime,
    calendar: Calendar,
) -> Decided:
    """The applicant's answer to a supplement: an amendment that sets the clocks going again.

    Raises Refused (ended, supplement when none was asked for, irrevocable)."""
    _running(state)
    if state["phase"] != "supplement":
        raise Refused("supplement", "Hồ sơ không được yêu cầu bổ sung", "No supplement was asked for")
    walk = Walk(package, state, values, at, calendar)
    acting.resume(walk)
    acting.write(walk, wrote, seq)
    return _decided(walk, state, seq=seq)


def withdraw(package: Package, state: State, *, seq: int, at: datetime, calendar: Calendar) -> Decided:
    """The applicant takes the dossier back. Raises Refused (ended, irrevocable)."""
    return _closed(package, state, "withdrawn", seq, at, calendar)


def stop(package: Package, state: State, *, seq: int, at: datetime, calendar: Calendar) -> Decided:
    """The authority ends the dossier without deciding it. Raises Refused (ended, irrevocable)."""
    return _closed(package, state, "stopped", seq, at, calendar)


def tick(
    package: Package, state: State, *, values: Mapping[str, Any], seq: int, at: datetime, calendar: Calendar
) -> Decided | None:
    """What time alone does until `at`: silence becomes consent, timers fire, a supplement lapses. None if
    nothing is due."""
    if not _ripe(package, state, at):
        return None
    walk = Walk(package, state, values, at, calendar)
    while ripe := _ripe(package, walk.state, at):
        _, token, what = ripe
        if what == "lapse":
            acting.close(walk, "stopped")
        elif what == "silence":
            acting.silence(walk, token, seq)
        else:
            acting.timer(walk, token, package.flow.nodes[what])
        _settled(walk, seq)
    return _decided(walk, state, seq=seq)


# -- within


def _running(state: State) -> None:
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
        if node.kind is Kind.EVENT_BASED:
            beside = [flow.nodes[flow.arrows[arrow].target] for arrow in node.outgoing]
        else:
            beside = [] if "i" in token else list(flow.boundaries.get(node.id, ()))
        found += [
            (f"{name}:{event.id}", token, rules[event.id])
            for event in beside
            if event.trigger.kind == "message"
        ]
    return found


def _token(package: Package, state: State, task: str) -> tuple[Token, Rule]:
    name, _, event = task.partition(":")
    token = state["tokens"].get(name)
    rule = package.rules.get(event or token["n"]) if token else None
    if token is None or rule is None or "end" in token or ("mi" in token and not event):
        raise _not_open(task)
    if event and not any(found == task for found, _, _ in _waiting(package, state)):
        raise _not_open(task)
    return token, rule


def _open(package: Package, name: str, token: Token, rule: Rule) -> OpenTask:
    agency = rule.agency
    if "i" in token and rule.agencies and not isinstance(rule.agencies, str):
        agency = rule.agencies[token["i"]]
    return OpenTask(
        id=name,
        node=rule.node,
        kind=rule.kind,
        name=rule.name,
        agency=token.get("agency", agency),
        post=rule.post,
        due=parse_time(token["due"]) if "due" in token else None,
        acts=[acting.of_instance(described, token) for described in rule.acts.values()],
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
        lapses = package.meta.get("supplement", {}).get("lapse") == "stop"
        return [(state["supplement"]["due"], "", "lapse")] if lapses else []
    found = []
    for name, token in state["tokens"].items():
        found += [(due, name, event) for event, due in token.get("timers", {}).items()]
        if "due" in token and (rule := package.rules.get(token["n"])) and rule.silence:
            found.append((token["due"], name, "silence"))
    return found


def _ripe(package: Package, state: State, at: datetime) -> tuple[str, str, str] | None:
    now = time_text(at)
    return min((timer for timer in _timers(package, state) if timer[0] <= now), default=None)


def _closed(
    package: Package, state: State, phase: str, seq: int, at: datetime, calendar: Calendar
) -> Decided:
    _running(state)
    walk = Walk(package, state, {}, at, calendar)
    acting.close(walk, phase)
    return _decided(walk, state, seq=seq)


def _settled(walk: Walk, seq: int) -> None:
    """Lets everything fall into place: joins, acts kept from before, the end."""
    if walk.state["phase"] in ENDED:
        return
    walk.loose = walk.loose or walk.flow.has_inclusive
    walk.settle()
    while walk.arrived:
        acting.stand_again(walk, walk.arrived.pop(0))
        walk.settle()
    if all("end" in token for token in walk.tokens.values()):
        acting.finish(walk)


def _decided(walk: Walk, before: State, *, seq: int = 0) -> Decided:
    _settled(walk, seq)
    state = walk.state
    was, now = _asked(walk.package, before), _asked(walk.package, state)
    effect: dict[str, Any] = {
        "phase": state["phase"],
        "opened": [task for name, task in now.items() if name not in was],
        "closed": [{"id": name, "node": task["node"]} for name, task in was.items() if name not in now],
        "due": state["due"],
        "fee": state["fee"],
        "calendar": walk.calendar.digest(),
    }
    moved = [task for name, task in now.items() if name in was and was[name] != task]
    for name, told in (("moved", moved), ("voided", walk.voided), ("messages", walk.messages)):
        if told:
            effect[name] = told
    return state, effect


def _asked(package: Package, state: State) -> dict[str, dict[str, Any]]:
    """What waits for somebody, by id, as effects tell it."""
    if state["phase"] in ENDED:
        return {}
    found = {
        name: {"id": name, "node": rule.node, "due": token.get("due")}
        for name, token, rule in _waiting(package, state)
        if "wait" not in token
    }
    if state["phase"] == "supplement":
        found[SUPPLY] = {"id": SUPPLY, "node": SUPPLY, "due": state["supplement"]["due"]}
    return found
