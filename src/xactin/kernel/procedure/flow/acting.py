"""The parts of an act: is it allowed, what does it complete, ask, take back or end. Used by `engine` only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from xactin.kernel.attestation import time_text
from xactin.kernel.procedure.description import Act
from xactin.kernel.procedure.flow import clock, undo
from xactin.kernel.procedure.flow.walk import Token, Walk
from xactin.kernel.procedure.model import Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import Rule, covers
from xactin.kernel.procedure.problems import Refused
from xactin.kernel.working_time import Calendar, add_working, longest

MOST_STARTS: Final = 100
"""How often a task of an ad-hoc subprocess may be begun in one dossier."""

# -- before the act


def check(
    package: Package,
    state: Mapping[str, Any],
    token: Token,
    rule: Rule,
    act: str,
    by_post: str | None,
    saw: Mapping[str, str],
    wrote: Mapping[str, str],
) -> None:
    """Raises Refused unless this post may do this act now, having seen what is so now."""
    if "wait" in token:
        raise Refused(
            "supplement", "Đang chờ người nộp bổ sung hồ sơ", "The applicant's supplement is awaited"
        )
    described = rule.acts.get(act)
    if described is None:
        raise Refused(
            "unknown_act",
            f"Bước “{rule.name['vi']}” không có thao tác “{act}”",
            f"The task “{rule.name['en']}” has no act “{act}”",
            {"acts": list(rule.acts)},
        )
    _post(rule, by_post)
    _fresh(rule, state["parts"], saw)
    allowed = of_instance(described, token).writes
    if any(not any(covers(pattern, part) for pattern in allowed) for part in wrote):
        raise Refused(
            "wrote",
            "Thao tác này không được ghi các phần đó",
            "This act may not write these parts",
            {"wrote": sorted(wrote), "may": list(allowed)},
        )


def _post(rule: Rule, by_post: str | None) -> None:
    if by_post is None and rule.reserved:
        raise Refused(
            "reserved",
            f"Bước “{rule.name['vi']}” phải do người giữ vị trí thực hiện, hệ thống không được làm thay",
            f"The task “{rule.name['en']}” is reserved to a person in a post",
            {"post": rule.post},
        )
    if by_post is not None and by_post != (rule.party or rule.post):
        raise Refused(
            "wrong_post",
            f"Bước “{rule.name['vi']}” thuộc vị trí khác",
            f"The task “{rule.name['en']}” belongs to another post",
            {"post": rule.party or rule.post, "by": by_post},
        )


def _fresh(rule: Rule, parts: Mapping[str, str], saw: Mapping[str, str]) -> None:
    now = {part: parts[part] for part in rule.seen(parts)}
    if now != saw:
        raise stale(part for part in now.keys() | saw.keys() if now.get(part) != saw.get(part))


def stale(changed: Iterable[str]) -> Refused:
    """The refusal of an act over content that is no longer as it was seen; it names the parts that changed."""
    return Refused(
        "stale",
        "Nội dung đã thay đổi từ khi Ông/Bà xem; hãy xem lại phần đã đổi",
        "The content has changed since it was seen; look at what changed",
        {"changed": sorted(changed)},
    )


def of_instance(described: Act, token: Token) -> Act:
    """An act as this instance or run does it: each of several writes a part of its own, `answer.opinion.2`."""
    if not described.writes or ("i" not in token and "r" not in token):
        return described
    number = "".join(f".{token[key]}" for key in ("r", "i") if key in token)
    return replace(described, writes=tuple(f"{part}{number}" for part in described.writes))


def checked_limits(
    package: Package, limits: Mapping[str, Mapping[str, Any]], calendar: Calendar
) -> dict[str, Any]:
    """The authority's limits, refused where they are unknown or longer than the package allows."""
    known = package.procedure.authority_limits
    for name, duration in limits.items():
        said = known.get(name)
        if said is None or longest([duration], calendar) > longest([said.maximum], calendar):
            raise Refused(
                "limit",
                f"Thời hạn “{name}” vượt mức thủ tục cho phép",
                f"The limit “{name}” is beyond what the procedure allows",
                {"name": name, "maximum": said and said.maximum},
            )
    return {name: dict(duration) for name, duration in limits.items()}


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
    changed = sorted(part for part, commitment in wrote.items() if walk.parts.get(part) != commitment)
    was = {part: [walk.parts[part], walk.written[part]] for part in changed if part in walk.parts}
    if changed:
        facts["wrote"] = changed
    if was:
        facts["was"] = was
    if rule.irrevocable:
        facts["hard"] = 1
    for part in changed:
        walk.parts[part], walk.written[part] = wrote[part], facts["seq"]
    step = finish_task(walk, task, facts, described.throws)
    if was:
        undo.rewrite(walk, was, step)


def begin(walk: Walk, task: str, facts: dict[str, Any]) -> None:
    """A task of an ad-hoc subprocess is begun: from now on it is open, beside all that is open already."""
    host, _, inner = task.partition(":")
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
    walk.enter(walk.step(inner, (), on=[host], **facts), walk.flow.nodes[inner], host)


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


# -- supplement


def ask_supplement(walk: Walk, task: str) -> None:
    """The applicant is asked for more: all clocks stand."""
    said = walk.package.procedure.supplement
    before = walk.state.get("supplement") or {}
    times = before.get("times", 0)
    if walk.state["phase"] == "supplement":
        raise Refused("supplement", "Hồ sơ đang chờ bổ sung", "A supplement is already awaited")
    if not said or (said.times is not None and times >= said.times):
        raise Refused(
            "asked_before",
            "Chỉ được yêu cầu bổ sung một lần" if said else "Thủ tục này không có bước bổ sung",
            "A supplement may be asked for only so often" if said else "This procedure knows no supplement",
            {"times": times},
        )
    due = walk.state["due"]
    walk.state["supplement"] = {
        "asked_at": walk.text,
        "due": time_text(add_working(walk.at, said.within, walk.calendar)),
        "times": times + 1,
        "phase": walk.state["phase"],
        "left": clock.left(due, walk.at, walk.calendar) if due else None,
    }
    walk.state["phase"], walk.state["due"] = "supplement", None
    for name, token in walk.tokens.items():
        walk.tokens[name] = _stopped(walk, token) | ({"wait": 1} if name == task else {})


def _stopped(walk: Walk, token: Token) -> Token:
    """The token with its due and timers turned into what was left of them."""
    stopped = {key: value for key, value in token.items() if key not in ("due", "timers")}
    if "due" in token:
        stopped["left"] = clock.left(token["due"], walk.at, walk.calendar)
    if "timers" in token:
        stopped["timers_left"] = {
            event: clock.left(due, walk.at, walk.calendar) for event, due in token["timers"].items()
        }
    return stopped


def lapse(walk: Walk) -> None:
    """The applicant did not answer in time: the dossier ends, or goes on with what it has."""
    said = walk.package.procedure.supplement
    if said is not None and said.lapse == "resume":
        resume(walk)
    else:
        close(walk, "stopped")


def resume(walk: Walk) -> None:
    """The clocks go again, from zero or with what was left, as the procedure says."""
    asked = walk.state["supplement"]
    said = walk.package.procedure.supplement
    anew = said is None or said.restart == "zero"
    walk.state["phase"] = asked["phase"]
    walk.state["supplement"] = {"times": asked["times"], "supplied_at": walk.text}
    if asked["left"] is not None:
        walk.state["due"] = (
            clock.case_due(walk.package, walk.at, walk.calendar)
            if anew
            else clock.after(walk.at, asked["left"], walk.calendar)
        )
    for name, token in walk.tokens.items():
        going = {key: token[key] for key in token if key not in ("wait", "left", "timers_left")}
        if "left" in token:
            seconds = token["left"]
            limit = walk.limit(token["n"])
            going["due"] = (
                time_text(add_working(walk.at, limit, walk.calendar))
                if anew and limit
                else clock.after(walk.at, seconds, walk.calendar)
            )
        if "timers_left" in token:
            going["timers"] = {
                event: clock.after(walk.at, seconds, walk.calendar)
                for event, seconds in token["timers_left"].items()
            }
        walk.tokens[name] = going


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
