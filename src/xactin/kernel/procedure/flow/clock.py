"""When things are due: tasks, the dossier as a whole, timers. Pure over the calendar that is passed in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from xactin.kernel.attestation import parse_time, time_text
from xactin.kernel.expressions import ExpressionError, compile_expression
from xactin.kernel.procedure.model import Node
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Refused
from xactin.kernel.working_time import Calendar, add_working, effective_start, working_between

_ISO: Final = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def duration_of(package: Package, node: Node) -> Mapping[str, Any] | None:
    """How long a timer event waits: `timers` of procedure.yaml, else BPMN's ISO 8601; None for a date."""
    said = package.procedure.timers.get(node.id)
    if said is not None:
        return said
    return iso_duration(node.trigger.duration) if node.trigger.duration else None


def iso_duration(text: str) -> dict[str, int]:
    """`P3DT4H` as elapsed time. Months and years have no fixed length and are no duration: ValueError."""
    match = _ISO.fullmatch(text)
    if match is None or text in ("P", "PT") or text.endswith("T"):
        raise ValueError(f"not a duration: {text}")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return {"hour": (weeks * 7 + days) * 24 + hours, "minute": minutes, "second": seconds}


def timer_due(
    package: Package, node: Node, values: Mapping[str, Any], at: datetime, calendar: Calendar
) -> datetime:
    """When a timer armed at `at` fires. A date may be CEL that gives one as text."""
    duration = duration_of(package, node)
    if duration is not None:
        return add_working(at, duration, calendar)
    text = node.trigger.date
    try:
        return _moment(text, calendar)
    except ValueError:
        pass
    try:
        return _moment(str(compile_expression(text, package.names).evaluate(values)), calendar)
    except (ExpressionError, ValueError) as error:
        raise Refused(
            "condition_failed",
            f"Không tính được thời điểm của “{node.name or node.id}”",
            f"The date of “{node.name or node.id}” cannot be evaluated",
            {"where": node.id, "expression": text},
        ) from error


def is_moment(text: str) -> bool:
    """Whether a timer's date is one as it stands; else it is CEL that gives one."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(text: str, calendar: Calendar) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)


def task_limit(package: Package, state: Mapping[str, Any], node: str) -> Mapping[str, Any] | None:
    """A task's limit: what the authority set, else its default, else the package's own."""
    if node in state["limits"]:
        return state["limits"][node]  # type: ignore[no-any-return]
    set_by_authority = package.procedure.authority_limits.get(node)
    if set_by_authority is not None and set_by_authority.default is not None:
        return set_by_authority.default
    rule = package.rules.get(node)
    return rule.limit if rule else None


def case_due(package: Package, at: datetime, calendar: Calendar) -> str:
    """When the whole has to be done, if its clock starts at `at`."""
    return time_text(add_working(effective_start(at, calendar), package.procedure.limit, calendar))


def left(due: str, at: datetime, calendar: Calendar) -> int:
    """The working seconds that remain of a due date; 0 when it has passed."""
    return max(0, working_between(at, parse_time(due), calendar))


def after(at: datetime, seconds: int, calendar: Calendar) -> str:
    """So many working seconds later."""
    return time_text(add_working(at, {"working_second": seconds}, calendar))
