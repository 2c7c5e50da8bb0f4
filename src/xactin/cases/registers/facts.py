"""The lines of a register, and the register as form 07."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from xactin.cases.dossiers.paper_facts import Form, one_stop
from xactin.cases.models import Case, Handover, state_name
from xactin.cases.registers.queries import Period
from xactin.identity.models import Agency
from xactin.kernel.local import local_day, local_time
from xactin.ledger.clock import now


def line(case: Case) -> dict[str, Any]:
    """One dossier as the register has it, in Vietnamese. Where people are reached is what they told us, or left out."""
    person, handed = case.applicant, getattr(case, "handover", None)
    reached = [person.address, person.phone] if person else []
    with override("vi"):
        state = state_name(case)
    notes = ["Đã gia hạn" if "extended" in case.state else "", state, *_late(case)]
    return {
        "number": case.number,
        "procedure": case.version.name_vi,
        "applicant": case.owner_name or case.applicant_name,
        "reached": ", ".join(filter(None, reached)),
        "agency": case.agency.name_vi,
        "received": _day(case.received_at),
        "due": _day(case.due_at),
        "returned": _day(handed.at if handed else None) or _day(case.finished_at),
        "delivery": "",
        "signed": _signed(handed),
        "note": "; ".join(filter(None, notes)),
    }


def _signed(handed: Handover | None) -> str:
    """That somebody signed for it; empty for a hand to sign in."""
    if handed is None:
        return ""
    return "Người được ủy quyền đã ký nhận" if handed.proxy else "Đã ký nhận"


def _day(moment: datetime | None) -> Any:
    return local_day(moment) if moment else None


def _late(case: Case) -> list[str]:
    return ["Quá hạn"] if case.late_at and (case.finished_at or now()) > case.late_at else []


def form(agency: Agency, period: Period, found: Sequence[Case], *, more: bool) -> Form:
    """Form 07 of these dossiers, for the one-stop unit to seal."""
    at = now()
    page = settings.XACTIN_URL.rstrip("/") + reverse("cases:register")
    context: Mapping[str, Any] = {
        "agency": one_stop(agency),
        "date": local_day(at),
        "made": local_time(at),
        "since": period.since,
        "until": period.until,
        "words": period.words,
        "rows": [line(case) for case in found],
        "more": more,
        "page": page,
    }
    return Form(kind="07", context=context, at=at, agency=agency, by_one_stop=True)
