"""What an act does to a dossier. Pure: (package, state, act, time) -> (state, effect).

Nothing that is given is changed.

State, small JSON without personal data:

    v, n            version of this form, number of the last token or step
    phase           submitted, processing, supplement, done, refused, withdrawn, stopped
    tokens, steps   where the dossier stands and how it came there (`flow/walk.py`)
    kept            acts that stand for their content until the flow comes by again (`flow/undo.py`)
    parts, written  part -> commitment; part -> seq of the entry that wrote it
    limits          what the authority set when the dossier was started
    fee             whole đồng
    submitted_at, received_at, due    RFC 3339 UTC; due is null before receipt and while the clock stands
    handled         an act after receipt was done
    extended        {was, seq}: the due date that stood before it was put off, by which entry; absent where it was not
    supplement      {asked_at, due, token, times, left} of the last supplement asked for

`values` carries what conditions ask: `{"form": ..., "applicant": ..., "answers": {task: data}}`; it is read
and never stored. Effects name tasks opened, closed and moved (another due date), void acts, messages thrown,
signals, phase, due, fee, and the digest of the calendar; where one act can end several tasks of one node (ad-hoc,
completion conditions) also `task`, which of them it was. Whatever may not be done raises Refused, and nothing has
changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from xactin.kernel.attestation import time_text
from xactin.kernel.procedure.flow import acting, extension, lasting, permission, supplements
from xactin.kernel.procedure.flow.moving import endless
from xactin.kernel.procedure.flow.supplements import offered
from xactin.kernel.procedure.flow.waiting import (
    ENDED,
    SUPPLY,
    OpenTask,
    State,
    asked,
    check_shown,
    next_due,
    node_name,
    objections,
    objects,
    open_tasks,
    parts_read,
    ripe,
    running,
    saw_of,
    shown_of,
    task_of,
    token_of,
)
from xactin.kernel.procedure.flow.walk import Walk
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Refused
from xactin.kernel.working_time import Calendar

__all__ = [
    "ENDED",
    "ENGINE",
    "SUPPLY",
    "OpenTask",
    "Refused",
    "act",
    "amend",
    "check_shown",
    "extend",
    "next_due",
    "node_name",
    "objections",
    "objects",
    "offered",
    "open_tasks",
    "parts_read",
    "saw_of",
    "shown_of",
    "signal",
    "start",
    "stop",
    "supply",
    "task_of",
    "tick",
    "withdraw",
]

ENGINE: Final = "1"
"""The version that effects name. It changes when the same act on the same state comes out otherwise than the golden
vectors say: older effects are then no longer decided again, but only folded."""

MOST_FIRED: Final = 1_000
"""What one `tick` does at most; more is a circle of timers that `check` refuses."""

Decided = tuple[dict[str, Any], dict[str, Any]]


# -- what is done


def start(
    package: Package,
    *,
    values: Mapping[str, Any],
    parts: Mapping[str, str],
    at: datetime,
    calendar: Calendar,
    limits: Mapping[str, Mapping[str, Any]] | None = None,
    event: str = "",
    received: bool = False,
) -> Decided:
    """The submission, entry 0 of the dossier. `parts` are the commitments it wrote; `event`: the start event, where
    the procedure has several (else the one without a trigger). `received`: a counter took it in, so that the limit of
    the whole runs already, whoever looks at it first.

    Raises Refused: limit, when the authority's own limit is beyond what the package allows; start_unknown.
    """
    if event and event not in package.flow.starts:
        raise Refused(
            "start_unknown",
            f"Quy trình không có sự kiện bắt đầu “{event}”",
            f"The flow has no start event “{event}”",
            {"starts": list(package.flow.starts)},
        )
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
        "limits": permission.checked_limits(package, limits or {}, calendar),
        "fee": 0,
        "submitted_at": text,
        "received_at": None,
        "due": None,
        "handled": False,
    }
    walk = Walk(package, state, values, at, calendar)
    acting.price(walk)
    if received or not acting.has_reception(package):
        acting.receive(walk)
    root = package.flow.root
    walk.open(walk.step(event or package.flow.scopes[root], ()), root, None, event)
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
    place: str = "",
) -> Decided:
    """One act of an open task. `task` is an OpenTask's id, `by_post` the role of who acts (None: a system, or
    an applicant at a task of the applicant), `saw` what `saw_of` gave when the statement was made, `wrote`
    the parts its content sets, `place` the code of the agency that was chosen, where one is.

    Raises Refused: ended, not_open, supplement, unknown_act, wrong_post, reserved, stale (facts `changed`:
    parts), wrote, irrevocable, asked_before, condition_failed, no_way, endless, running, too_often, no_place,
    placed_twice, not_placed.
    """
    running(state)
    token, rule = token_of(package, state, task)
    kind = permission.check(package, state, token, rule, act, by_post, saw, wrote).kind
    walk = Walk(package, state, values, at, calendar)
    act = lasting.base(act)
    if package.flow.cuts:
        walk.acted = task
    facts = {"act": act, "kind": kind, "seq": seq, "saw": sorted(saw)}
    if kind == "supplement":
        supplements.ask_supplement(walk, task)
    elif kind in ("withdraw", "stop") or (kind == "refuse" and act not in rule.routed):
        acting.close(walk, {"withdraw": "withdrawn", "stop": "stopped", "refuse": "refused"}[kind])
    elif kind == "return" and act not in rule.routed:
        acting.take_back(walk, task)
    elif kind == "start":
        acting.begin(walk, task, facts, place)
    elif kind == "release":
        acting.release(walk, task, facts, place)
    elif kind in lasting.LASTING:
        acting.last(walk, task, facts, wrote)
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
    running(state)
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
    running(state)
    if state["phase"] != "supplement":
        raise Refused("supplement", "Hồ sơ không được yêu cầu bổ sung", "No supplement was asked for")
    walk = Walk(package, state, values, at, calendar)
    supplements.resume(walk)
    acting.write(walk, wrote, seq)
    return _decided(walk, state, seq=seq)


def extend(
    package: Package, state: State, *, due: datetime, seq: int, at: datetime, calendar: Calendar
) -> Decided:
    """The due date of the whole is put off, once. Raises Refused (ended, no_due, asked_before, too_late, not_later,
    holiday)."""
    running(state)
    walk = Walk(package, state, {}, at, calendar)
    extension.extend(walk, due, seq)
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
    nothing is due. Raises Refused (condition_failed, no_way, endless)."""
    if not ripe(package, state, at):
        return None
    walk = Walk(package, state, values, at, calendar)
    fired = 0
    while due := ripe(package, walk.state, at):
        _, token, what = due
        fired += 1
        if fired > MOST_FIRED:
            raise endless(what)
        if what == "lapse":
            supplements.lapse(walk)
        elif what == "silence":
            acting.silence(walk, token, seq)
        else:
            acting.timer(walk, token, package.flow.nodes[what])
        _settled(walk, seq)
    return _decided(walk, state, seq=seq)


def signal(
    package: Package,
    state: State,
    *,
    name: str,
    values: Mapping[str, Any],
    seq: int,
    at: datetime,
    calendar: Calendar,
) -> Decided | None:
    """A signal from outside (another dossier, a sensor, a leader's order) comes to all that wait for it; None when
    nothing does. Raises Refused (ended, condition_failed, no_way)."""
    running(state)
    walk = Walk(package, state, values, at, calendar)
    before = dict(walk.tokens)
    walk.spread(name)
    if walk.tokens == before:
        return None
    return _decided(walk, state, seq=seq)


# -- within


def _closed(
    package: Package, state: State, phase: str, seq: int, at: datetime, calendar: Calendar
) -> Decided:
    running(state)
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
    if all("end" in token or "ev" in token for token in walk.tokens.values()):
        acting.finish(walk)


def _decided(walk: Walk, before: State, *, seq: int = 0) -> Decided:
    _settled(walk, seq)
    state = walk.state
    was, now = asked(walk.package, before), asked(walk.package, state)
    effect: dict[str, Any] = {
        "phase": state["phase"],
        "opened": [task for name, task in now.items() if name not in was],
        "closed": [{"id": name, "node": task["node"]} for name, task in was.items() if name not in now],
        "due": state["due"],
        "fee": state["fee"],
        "calendar": walk.calendar.digest(),
    }
    moved = [task for name, task in now.items() if name in was and was[name] != task]
    for name, told in (
        ("moved", moved),
        ("voided", walk.voided),
        ("messages", walk.messages),
        ("signals", walk.signals),
        ("task", walk.acted),
    ):
        if told:
            effect[name] = told
    return state, effect
