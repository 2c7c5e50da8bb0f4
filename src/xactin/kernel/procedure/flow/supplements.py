"""An applicant is asked for more: all clocks stand until it comes, and then go on as the procedure says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xactin.kernel.attestation import time_text
from xactin.kernel.procedure.flow import acting, clock
from xactin.kernel.procedure.flow.waiting import OpenTask
from xactin.kernel.procedure.flow.walk import Token, Walk
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Refused
from xactin.kernel.working_time import add_working


def may_ask(package: Package, state: Mapping[str, Any]) -> bool:
    """Whether the procedure lets the applicant be asked for more, and not yet as often as it says."""
    said = package.procedure.supplement
    asked = (state.get("supplement") or {}).get("times", 0)
    return said is not None and (said.times is None or asked < said.times)


def offered(package: Package, state: Mapping[str, Any], task: OpenTask) -> OpenTask:
    """The task with the acts that have a use: who typed what is missing shall not learn then that it was asked once."""
    if may_ask(package, state):
        return task
    return replace(task, acts=[act for act in task.acts if act.kind != "supplement"])


def ask_supplement(walk: Walk, task: str) -> None:
    """The applicant is asked for more: all clocks stand."""
    said = walk.package.procedure.supplement
    before = walk.state.get("supplement") or {}
    times = before.get("times", 0)
    if walk.state["phase"] == "supplement":
        raise Refused("supplement", "Hồ sơ đang chờ bổ sung", "A supplement is already awaited")
    if not said or not may_ask(walk.package, walk.state):
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
        acting.close(walk, "stopped")


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
