"""The parts of an act: is it allowed, what does it complete, ask, take back or end. Used by `engine` only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xactin.kernel.procedure.description import CHOSEN
from xactin.kernel.procedure.flow import clock, undo
from xactin.kernel.procedure.flow.walk import Token, Walk
from xactin.kernel.procedure.model import Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import Rule
from xactin.kernel.procedure.problems import Refused

MOST_STARTS: Final = 100
"""How often a task of an ad-hoc subprocess may be begun in one dossier."""

# -- receipt, price, writing


def has_reception(package: Package) -> bool:
    """Whether some act receives the dossier; else its submission does."""
    return any(rule.receives for rule in package.rules.values())


def receive(walk: Walk) -> None:
    """The limit of the whole begins, once."""
    if walk.state["received_at"] is None:
        walk.state["received_at"] = walk.text
        walk.state["due"] = clock.case_due(walk.package, walk.at, walk.calendar)
        walk.state["phase"] = "processing"


def price(walk: Walk) -> None:
    """What the dossier costs by the package's rules."""
    total = 0
    for item in walk.package.procedure.fee:
        amount = item.amount
        value = walk.evaluate(amount, f"fee {item.kind}") if isinstance(amount, str) else amount
        if type(value) is not int or value < 0:
            raise walk.failed(f"fee {item.kind}", str(amount))
        total += value
    walk.state["fee"] = total


def write(walk: Walk, wrote: Mapping[str, str], seq: int) -> None:
    """Content written from outside the flow."""
    changed = [part for part, commitment in wrote.items() if walk.parts.get(part) != commitment]
    existing = [part for part in changed if part in walk.parts]
    undo.rewrite(walk, existing)
    for part in changed:
        walk.parts[part] = wrote[part]
        walk.written[part] = seq
    price(walk)


# -- acts


def complete(walk: Walk, task: str, rule: Rule, facts: dict[str, Any], wrote: Mapping[str, str]) -> None:
    """An act that brings its task to an end: the flow goes on."""
    described = rule.acts[facts["act"]]
    if facts["act"] in rule.receives:
        receive(walk)
    elif walk.state["received_at"] is not None:
        walk.state["handled"] = True
    was = _written(walk, facts, wrote)
    if rule.irrevocable:
        facts["hard"] = 1
    step = finish_task(walk, task, facts, described.throws)
    if was:
        undo.rewrite(walk, was, step)


def _written(walk: Walk, facts: dict[str, Any], wrote: Mapping[str, str]) -> dict[str, Any]:
    """Sets the parts that an act writes, and says so in its facts; returns what stood there before."""
    changed = sorted(part for part, commitment in wrote.items() if walk.parts.get(part) != commitment)
    was = {part: [walk.parts[part], walk.written[part]] for part in changed if part in walk.parts}
    if changed:
        facts["wrote"] = changed
    if was:
        facts["was"] = was
    for part in changed:
        walk.parts[part], walk.written[part] = wrote[part], facts["seq"]
    return was


def last(walk: Walk, task: str, facts: dict[str, Any], wrote: Mapping[str, str]) -> None:
    """An act after which its task stays open; whatever saw what it writes anew falls."""
    if walk.state["received_at"] is not None:
        walk.state["handled"] = True
    token = walk.tokens[task]
    was = _written(walk, facts, wrote)
    place = {key: token[key] for key in ("r", "i") if key in token}
    number = f"s{walk.state['n'] + 1}"
    walk.step(token["n"], (), on=[task], **facts, **place)
    if was:
        undo.rewrite(walk, was, number)


def begin(walk: Walk, task: str, facts: dict[str, Any], place: str = "") -> None:
    """A task of an ad-hoc subprocess is begun: from now on it is open, beside all that is open already; at `place`,
    the code of an agency, where that is chosen."""
    host, _, inner = task.partition(":")
    chosen = walk.package.rules[inner].agency == CHOSEN
    if chosen and not place:
        raise Refused("no_place", "Chưa chọn cơ quan", "No agency was chosen")
    if chosen and _at(walk, host, inner, place):
        raise Refused(
            "placed_twice",
            "Cơ quan này đang tham gia rồi, không cần mời lại",
            "This agency takes part already",
            {"agency": place},
        )
    begun = sum(step.get("kind") == "start" and step["n"] == inner for step in walk.steps.values())
    if begun >= MOST_STARTS:
        raise Refused(
            "too_often",
            f"Việc này đã được bắt đầu {begun} lần, không thể thêm",
            f"This task was begun {begun} times already; no more",
            {"task": inner, "times": begun},
        )
    if walk.state["received_at"] is not None:
        walk.state["handled"] = True
    step = walk.step(inner, (), on=[host], **facts)
    if chosen:
        walk.put(step, walk.flow.nodes[inner], host, place)
    else:
        walk.enter(step, walk.flow.nodes[inner], host)


def _at(walk: Walk, host: str, inner: str, place: str) -> list[str]:
    """The open tasks of this node at an agency."""
    return [
        name
        for name, token in walk.tokens.items()
        if token["n"] == inner
        and token.get("p") == host
        and token.get("agency") == place
        and "end" not in token
    ]


def release(walk: Walk, task: str, facts: dict[str, Any], place: str) -> None:
    """A task that was begun at an agency ends there, by who began it; what the agency wrote stands."""
    host, _, inner = task.partition(":")
    found = _at(walk, host, inner, place)
    if not found:
        raise Refused(
            "not_placed", "Cơ quan này không tham gia", "This agency does not take part", {"agency": place}
        )
    step = walk.step(inner, found, on=[host], **facts)
    walk.leave(step, walk.flow.nodes[inner], host)


def finish_task(walk: Walk, task: str, facts: dict[str, Any], throws: str = "") -> str:
    """Consumes the task's token by a step with these facts, and goes on. Returns the step's id."""
    name, _, event = task.partition(":")
    token = walk.tokens[name]
    node = walk.flow.nodes[token["n"]]
    number = f"s{walk.state['n'] + 1}"
    if "r" in token:
        facts = facts | {"r": token["r"]}
        walk.loose = True  # whether enough was done in its ad-hoc subprocess is asked after each task
    if event:
        walk.happens(name, walk.flow.nodes[event], **facts)
    elif throws and (found := _catcher(walk, name, throws)):
        walk.happens(*found, **facts | {"n": node.id})
    elif "i" in token:
        step = walk.step(node.id, [name], **facts, i=token["i"])
        walk.rest(step, {"n": node.id, "p": token["p"], "i": token["i"], "end": 2})
        walk.loose = True
    elif node.adhoc:
        _close_adhoc(walk, name, node, facts)
    else:
        walk.leave(walk.step(node.id, [name], **facts), node, token.get("p"))
    return number


def _close_adhoc(walk: Walk, name: str, node: Node, facts: dict[str, Any]) -> None:
    """Somebody says that an ad-hoc subprocess is done."""
    inside = walk.inside(name)
    running = sorted({walk.tokens[one]["n"] for one in inside if "end" not in walk.tokens[one]})
    if running and node.adhoc and not node.adhoc.cancels:
        raise Refused(
            "running",
            "Còn việc đang làm, chưa thể kết thúc",
            "Something that was begun is still open: this cannot end yet",
            {"tasks": running},
        )
    scope = walk.tokens[name].get("p")
    walk.leave(walk.step(node.id, [name, *inside], **facts), node, scope)


def _catcher(walk: Walk, name: str, code: str) -> tuple[str, Node] | None:
    """The token and event that catch an error of a task, the task itself first."""
    if event := walk.catches(walk.tokens[name], code):
        return name, event
    return walk.catcher(walk.tokens[name].get("p"), code)


def silence(walk: Walk, task: str, seq: int) -> None:
    """No answer in time is consent, to exactly what could be seen then."""
    rule = walk.package.rules[walk.tokens[task]["n"]]
    facts = {"act": "silence", "kind": "advance", "seq": seq, "saw": sorted(rule.seen(walk.parts))}
    finish_task(walk, task, facts)


def timer(walk: Walk, task: str, event: Node) -> None:
    """A timer event fires."""
    walk.happens(task, event)


def stand_again(walk: Walk, task: str) -> None:
    """A task that was asked is answered by the act kept for it, if what it reads is what that act saw."""
    token = walk.tokens.get(task)
    if token is None or not walk.kept:
        return
    rule = walk.package.rules[token["n"]]
    mine = [name for name, step in walk.kept.items() if _same(step, token)]
    if not mine:
        return
    name = min(mine, key=lambda kept: int(walk.kept[kept]["seq"]))
    kept = walk.kept[name]
    seen = rule.seen(walk.parts)
    if sorted(seen) == sorted(kept["saw"]) and all(walk.written[part] < kept["seq"] for part in seen):
        del walk.kept[name]
        finish_task(walk, task, {key: value for key, value in kept.items() if key not in ("n", "i", "r")})
    else:
        undo.void(walk, (), [name])


def _same(step: Mapping[str, Any], token: Token) -> bool:
    return step["n"] == token["n"] and all(step.get(key) == token.get(key) for key in ("i", "r"))


def take_back(walk: Walk, task: str) -> None:
    """Returned where the flow has no way back: the last human acts before this task are open again."""
    makers = {token: name for name, step in walk.steps.items() for token in step["out"]}
    seeds: set[str] = set()
    waiting, looked = [task.partition(":")[0]], set()
    while waiting:
        maker = makers.get(waiting.pop())
        if maker is None or maker in looked:
            continue
        looked.add(maker)
        step = walk.steps[maker]
        rule = walk.package.rules.get(step["n"])
        if "act" in step and rule and rule.kind == "user":
            seeds.add(maker)
        else:
            waiting += [*step["in"], *step.get("on", ())]
    if not seeds:
        raise Refused("no_way", "Không có bước nào trước để trả lại", "There is no task before to return to")
    undo.void(walk, seeds)


# -- the end


def close(walk: Walk, phase: str) -> None:
    """Ends the dossier before its time. Refused once a step was done that cannot be taken back."""
    hard = next((step["n"] for step in walk.steps.values() if step.get("hard")), None)
    if hard is not None:
        raise Refused(
            "irrevocable",
            "Kết quả đã phát hành, không thể dừng hoặc rút hồ sơ",
            "The result was issued: the dossier can neither be stopped nor withdrawn",
            {"task": hard},
        )
    walk.tokens.clear()
    walk.kept.clear()
    walk.state["phase"] = phase


def finish(walk: Walk) -> None:
    """All tokens have come to an end: what became of the dossier?"""
    ends = walk.package.procedure.ends
    said = [ends[token["n"]] for token in walk.tokens.values() if token["n"] in ends]
    walk.state["phase"] = said[0] if said else _outcome(walk)
    walk.tokens.clear()
    walk.kept.clear()


def _outcome(walk: Walk) -> str:
    """Refused when the last act of some task was a refusal and nothing irrevocable was issued after all."""
    last: dict[str, dict[str, Any]] = {}
    for step in walk.steps.values():
        if "act" in step and step["kind"] != "start" and step["seq"] >= last.get(step["n"], step)["seq"]:
            last[step["n"]] = step
    issued = any(step.get("hard") for step in walk.steps.values())
    refused = any(step.get("kind") == "refuse" for step in last.values())
    return "refused" if refused and not issued else "done"
