"""Acts after which their task stays open: whoever does it adds as much as they want and mends what they said.

An act that names what it relies on (`reads`) is offered once that is there.

`add` writes a part of its own each time (`answer.opinion.0.1`, `.2`, ...), `write` its one part anew, `revise` a part
that an `add` wrote; it is offered once for each that stands (`revise.1`). Such an act consumes no token: it is a step
on the task's, so it falls when the content that it saw is another, and nobody else's does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from xactin.kernel.procedure.description import Act
from xactin.kernel.procedure.flow.walk import Token
from xactin.kernel.procedure.plan import Rule, covers

LASTING: Final = frozenset({"add", "write", "revise"})


def of_instance(described: Act, token: Token) -> Act:
    """An act as this instance or run does it: each of several writes a part of its own, `answer.opinion.2`."""
    if not described.writes or ("i" not in token and "r" not in token):
        return described
    number = "".join(f".{token[key]}" for key in ("r", "i") if key in token)
    return replace(described, writes=tuple(f"{part}{number}" for part in described.writes))


def acts_of(rule: Rule, state: Mapping[str, Any], token: Token) -> list[Act]:
    """The acts of a task as it stands open, each with the parts that it would write now."""
    found: list[Act] = []
    for described in rule.acts.values():
        if not _there(described, state):
            continue
        mine = of_instance(described, token)
        if described.kind == "add":
            found.append(
                _with_files(
                    described, replace(mine, writes=tuple(_next(state, part) for part in mine.writes))
                )
            )
        elif described.kind == "revise":
            found += _revising(rule, state, token, described)
        else:
            found.append(mine)
    return found


def _there(described: Act, state: Mapping[str, Any]) -> bool:
    """Whether there is what an act says that it relies on: nobody dissents from a draft that nobody wrote."""
    named = [pattern for pattern in described.reads if not pattern.endswith("*")]
    return all(any(covers(pattern, part) for part in state["parts"]) for pattern in named)


def _revising(rule: Rule, state: Mapping[str, Any], token: Token, described: Act) -> list[Act]:
    first = rule.acts[described.revises]
    added = of_instance(first, token)
    return [
        _with_files(
            replace(first, attaches=described.attaches),
            replace(described, id=f"{described.id}.{number}", writes=(f"{part}.{number}",)),
        )
        for part in added.writes
        for number in _numbers(state, part)
    ]


def _with_files(described: Act, mine: Act) -> Act:
    """The act with the part under which its files stand: `document.photo.0.2` beside `answer.opinion.0.2`."""
    if not described.attaches:
        return mine
    number = mine.writes[0].removeprefix(described.writes[0])
    return replace(mine, attaches=f"document.{described.attaches}{number}")


def _next(state: Mapping[str, Any], part: str) -> str:
    return f"{part}.{max(_numbers(state, part), default=0) + 1}"


def _numbers(state: Mapping[str, Any], part: str) -> list[int]:
    """What stands of a part that is added to: `answer.opinion.0.1`, `answer.opinion.0.2`."""
    ends = (name[len(part) + 1 :] for name in state["parts"] if name.startswith(f"{part}."))
    return sorted(int(end) for end in ends if end.isdigit())


def base(act: str) -> str:
    """The act as the package names it: `revise` of `revise.2`."""
    return act.partition(".")[0]
