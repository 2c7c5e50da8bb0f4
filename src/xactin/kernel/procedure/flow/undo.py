"""Taking back: what was seen is signed, so what is no longer so takes the acts that saw it with it.

`void` is given the acts that may not stand. They fall, and with them the parts they wrote and every act that
saw those. All steps that followed from a fallen act are undone and the tokens they took are put back:
siblings wait at their join again, fallen tasks are open again. An act that is undone only because something
before it fell, and that saw nothing that changed, is no void act: it is kept, and stands again by itself
when the flow comes to its task and what it reads is still exactly what it saw.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from xactin.kernel.procedure.flow.moving import events_at
from xactin.kernel.procedure.flow.walk import Step, Token, Walk
from xactin.kernel.procedure.model import TASKS, Kind
from xactin.kernel.procedure.problems import Refused


def rewrite(walk: Walk, parts: Collection[str], own: str | None = None) -> None:
    """Parts were written anew: every act that saw them falls, but those from which the writing followed.

    `own`: the step that wrote them, or None when the content was changed from outside the flow.
    """
    before = _ancestors(walk, own) if own else set()
    seeds = {
        name
        for name, step in walk.steps.items()
        if name not in before and not set(parts).isdisjoint(step.get("saw", ()))
    }
    dropped = [name for name, step in walk.kept.items() if not set(parts).isdisjoint(step["saw"])]
    void(walk, seeds, dropped)


def void(walk: Walk, seeds: Iterable[str], dropped: Iterable[str] = ()) -> None:
    """Takes back the given steps and all that followed. Raises Refused (irrevocable)."""
    fallen, gone = set(seeds), set(dropped)
    if not fallen and not gone:
        return
    undone = _closure(walk, fallen, gone)
    for name in undone:
        if walk.steps[name].get("hard"):
            raise Refused(
                "irrevocable",
                "Đã có bước không thể thu hồi (phát hành, thu tiền); cần mở thủ tục đính chính",
                "A step that cannot be taken back was done (issue, payment); a correction is needed",
                {"task": walk.steps[name]["n"]},
            )
    for name in sorted(gone, key=_order):
        _forget(walk, walk.kept.pop(name))
    _restore(walk, undone)
    for name in sorted(undone, key=_order, reverse=True):
        step = walk.steps.pop(name)
        if name in fallen and "act" in step:
            _forget(walk, step)
        elif "act" in step:
            walk.kept[name] = {key: step[key] for key in _KEPT if key in step}
    walk.loose = True


_KEPT = ("n", "i", "r", "act", "kind", "seq", "saw", "wrote", "was")


def _order(name: str) -> int:
    return int(name[1:])


def _closure(walk: Walk, fallen: set[str], gone: set[str]) -> set[str]:
    """All steps to undo; `fallen` and `gone` grow by the acts that saw what the fallen ones wrote."""
    consumers: dict[str, list[str]] = {}
    for name, step in walk.steps.items():
        for token in (*step["in"], *step.get("on", ())):
            consumers.setdefault(token, []).append(name)
    undone: set[str] = set()
    looked: set[str] = set()
    while fresh := (fallen | gone) - looked:
        looked |= fresh
        waiting = [name for name in fresh if name in walk.steps]
        while waiting:
            name = waiting.pop()
            if name not in undone:
                undone.add(name)
                waiting += [after for token in walk.steps[name]["out"] for after in consumers.get(token, ())]
        fallen |= {
            name for name in undone if "act" in walk.steps[name] and not _stands(walk, walk.steps[name])
        }
        for name in fallen | gone:
            writer = walk.steps.get(name) or walk.kept[name]
            for part in writer.get("wrote", ()):
                fallen |= {
                    other for other, step in walk.steps.items() if _saw(walk, step, part, writer["seq"])
                }
                gone |= {other for other, step in walk.kept.items() if _saw(walk, step, part, writer["seq"])}
    return undone


def _stands(walk: Walk, step: Step) -> bool:
    """An advance that is bound to content stands for that content. Decisions to go back, to end or to begin
    (ad-hoc) were about the way so far, as is the one that enough was done; and what saw nothing cannot be shown
    to be unaffected: all of them are asked again."""
    bound = bool(step.get("saw")) and step.get("kind") == "advance"
    return bound and walk.flow.nodes[step["n"]].kind is not Kind.ADHOC


def _saw(walk: Walk, step: Step, part: str, written: int) -> bool:
    """Whether an act saw the version of a part that was written at this place, not a later one."""
    if part not in step.get("saw", ()) or step["seq"] <= written:
        return False
    return not any(
        part in other.get("wrote", ()) and written < other["seq"] < step["seq"]
        for other in walk.steps.values()
    )


def _restore(walk: Walk, undone: set[str]) -> None:
    """Puts back the tokens that undone steps took from steps that stand, and removes those they made."""
    made = {token for name in undone for token in walk.steps[name]["out"]}
    for token in made:
        walk.tokens.pop(token, None)
    for name in sorted(undone, key=_order, reverse=True):
        for token, was in sorted(walk.steps[name]["in"].items(), key=lambda item: _order(item[0])):
            if token in made:
                continue
            node = walk.flow.nodes[was["n"]]
            walk.tokens[token] = _again(walk, was)
            if node.kind in TASKS and not was.keys() & {"end", "f", "mi"}:
                walk.arrived.append(token)
    # In the order of their numbers, as a state comes back from where it is stored: what moves first may not
    # depend on where the state was.
    tokens = sorted(walk.tokens.items(), key=lambda item: _order(item[0]))
    for index, (name, token) in enumerate(tokens):
        if "closing" in token:  # whether the condition still holds is asked again
            tokens[index] = name, {key: value for key, value in token.items() if key != "closing"}
    walk.tokens.clear()
    walk.tokens.update(tokens)


def _again(walk: Walk, was: Token) -> Token:
    """A token as it waits again: asked anew, its timers set anew."""
    node = walk.flow.nodes[was["n"]]
    if "end" in was or "f" in was:
        return was
    if "mi" in was:
        return walk.armed(was, walk.flow.boundaries.get(node.id, ()))
    if node.kind in TASKS or node.kind is Kind.ADHOC:
        return walk.asked(was)
    return walk.armed(was, events_at(walk.flow, was))


def _forget(walk: Walk, step: Step) -> None:
    """What a fallen act wrote disappears; what stood there before it stands again."""
    walk.voided.append({"task": step["n"], "seq": step["seq"]})
    for part in step.get("wrote", ()):
        if walk.written.get(part) != step["seq"]:
            continue
        walk.parts.pop(part, None)
        walk.written.pop(part, None)
        if part in step.get("was", {}):
            walk.parts[part], walk.written[part] = step["was"][part]


def _ancestors(walk: Walk, name: str) -> set[str]:
    """The steps from which a step followed, itself included."""
    makers = {token: maker for maker, step in walk.steps.items() for token in step["out"]}
    found: set[str] = set()
    waiting = [name]
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            taken = (*walk.steps[step]["in"], *walk.steps[step].get("on", ()))
            waiting += [makers[token] for token in taken if token in makers]
    return found
