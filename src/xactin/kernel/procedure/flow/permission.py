"""May this post do this act now, and with what? Each refusal says why, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xactin.kernel.procedure.description import ANY_POST, Act
from xactin.kernel.procedure.flow import lasting
from xactin.kernel.procedure.flow.walk import Token
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.plan import Rule, covers
from xactin.kernel.procedure.problems import Refused
from xactin.kernel.working_time import Calendar, longest


def check(
    package: Package,
    state: Mapping[str, Any],
    token: Token,
    rule: Rule,
    act: str,
    by_post: str | None,
    saw: Mapping[str, str],
    wrote: Mapping[str, str],
) -> Act:
    """The act as this task offers it now. Raises Refused unless this post may do it, having seen what is so now."""
    if "wait" in token:
        raise Refused(
            "supplement", "Đang chờ người nộp bổ sung hồ sơ", "The applicant's supplement is awaited"
        )
    described = next((one for one in lasting.acts_of(rule, state, token) if one.id == act), None)
    if described is None:
        raise Refused(
            "unknown_act",
            f"Bước “{rule.name['vi']}” không có thao tác “{act}”",
            f"The task “{rule.name['en']}” has no act “{act}”",
            {"acts": list(rule.acts)},
        )
    _post(rule, by_post)
    _fresh(rule, state["parts"], saw, act)
    allowed = (*described.writes, *([described.attaches] if described.attaches else []))
    if described.kind == "add" and (taken := wrote.keys() & state["parts"].keys()):
        raise stale(taken)  # a colleague added something since this was made ready to be signed
    if any(not any(covers(pattern, part) for pattern in allowed) for part in wrote):
        raise Refused(
            "wrote",
            "Thao tác này không được ghi các phần đó",
            "This act may not write these parts",
            {"wrote": sorted(wrote), "may": list(allowed)},
        )
    return described


def _post(rule: Rule, by_post: str | None) -> None:
    if by_post is None and rule.reserved:
        raise Refused(
            "reserved",
            f"Bước “{rule.name['vi']}” phải do người giữ vị trí thực hiện, hệ thống không được làm thay",
            f"The task “{rule.name['en']}” is reserved to a person in a post",
            {"post": rule.post},
        )
    if by_post is not None and by_post != (rule.party or rule.post) and rule.post != ANY_POST:
        raise Refused(
            "wrong_post",
            f"Bước “{rule.name['vi']}” thuộc vị trí khác",
            f"The task “{rule.name['en']}” belongs to another post",
            {"post": rule.party or rule.post, "by": by_post},
        )


def _fresh(rule: Rule, parts: Mapping[str, str], saw: Mapping[str, str], act: str) -> None:
    now = {part: parts[part] for part in rule.seen(parts, act)}
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
