"""Another due date for the whole of a dossier, with the apology that the law asks for. Used by `engine` only."""

from __future__ import annotations

from datetime import datetime

from xactin.kernel.attestation import parse_time, time_text
from xactin.kernel.procedure.flow import clock
from xactin.kernel.procedure.flow.walk import Walk
from xactin.kernel.procedure.problems import Refused
from xactin.kernel.working_time import effective_start, working_between


def extend(walk: Walk, due: datetime, seq: int) -> None:
    """Puts the due date off, once, while the old one has not passed (Circular 03/2025, form 04).

    The authority's own open steps get as much working time more as the whole; what counts as consent when it is late,
    and what an applicant has to do, is not put off. Raises Refused (no_due, asked_before, too_late, not_later,
    holiday).
    """
    old = walk.state["due"]
    if old is None:
        raise Refused(
            "no_due", "Hồ sơ đang không tính thời hạn", "The limit of this dossier does not run now"
        )
    if "extended" in walk.state:
        raise Refused(
            "asked_before",
            "Hồ sơ này đã xin lỗi và gia hạn một lần; pháp luật không cho gia hạn lần nữa",
            "This dossier was put off once already; the law allows no second time",
        )
    if walk.at > parse_time(old):
        raise Refused(
            "too_late",
            "Đã quá hạn trả kết quả: chỉ được gia hạn trước khi hết hạn",
            "The due date has passed: it can be put off only before that",
        )
    if due <= parse_time(old):
        raise Refused(
            "not_later", "Ngày hẹn mới phải sau ngày hẹn cũ", "The new date has to be after the old one"
        )
    if effective_start(due, walk.calendar) != due:
        raise Refused(
            "holiday", "Ngày hẹn mới không phải ngày, giờ làm việc", "The new date is no working time"
        )
    more = working_between(parse_time(old), due, walk.calendar)
    walk.state["due"] = time_text(due)
    walk.state["extended"] = {"was": old, "seq": seq}
    for name, token in walk.tokens.items():
        rule = walk.package.rules.get(token["n"])
        if "due" in token and rule is not None and not rule.party and not rule.silence:
            walk.tokens[name] = {**token, "due": clock.after(parse_time(token["due"]), more, walk.calendar)}
