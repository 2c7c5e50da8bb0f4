"""Facts of a procedure and of a dossier in words, as papers, pages and notices say them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xactin.cases.models import Case
from xactin.cases.rules import NationalState
from xactin.kernel.attestation import parse_time
from xactin.kernel.local import local_time
from xactin.kernel.procedure.package import Package

Words = Mapping[str, str]
_NOTHING: Final[Words] = {}
# What no answer to form 02 does (`supplement.lapse` of the package).
_LAPSE: Final[Mapping[str, Words]] = {
    "stop": {
        "vi": " Quá thời điểm đó, hồ sơ dừng giải quyết.",
        "en": " After that the dossier is stopped.",
    },
    "resume": {
        "vi": " Quá thời điểm đó, hồ sơ được giải quyết tiếp với những giấy tờ đã có.",
        "en": " After that the dossier goes on with what there is.",
    },
    "": {"vi": " Chưa bổ sung thì hồ sơ tạm dừng.", "en": " Until then the dossier stands still."},
}
_CONSENT: Final[Words] = {
    "vi": " Không trả lời được coi là đồng ý.",
    "en": " No answer is taken as consent.",
}


def limit_text(limit: Mapping[str, Any]) -> str:
    """A time limit in words: `7 ngày làm việc`."""
    if limit.get("same_day"):
        return _("Within the day; received after 15:00, on the next working day")
    for unit, words in (
        ("working_day", ngettext("%d working day", "%d working days", limit.get("working_day", 0))),
        ("working_hour", ngettext("%d working hour", "%d working hours", limit.get("working_hour", 0))),
        ("calendar_day", ngettext("%d day", "%d days", limit.get("calendar_day", 0))),
    ):
        if unit in limit:
            return str(words % limit[unit])
    return ""


def task_term(due: datetime | None, *, silence: bool) -> Words:
    """What is asked at a task of a party. `due` is aware; `silence`: no answer is consent."""
    if due is None:
        return _NOTHING
    said = _CONSENT if silence else {}
    return {
        "vi": f"Ông/Bà trả lời trước {_moment(due)}.{said.get('vi', '')}",
        "en": f"Please answer before {_moment(due)}.{said.get('en', '')}",
    }


def lapse_text(package: Package) -> Words:
    """What becomes of a dossier when what was asked for does not come in time."""
    said = package.procedure.supplement
    return {words: text.strip() for words, text in _LAPSE[said.lapse if said else ""].items()}


def state_term(case: Case, package: Package, state: NationalState) -> Words:
    """What the applicant has to know beside the state of their dossier."""
    if state == NationalState.RECEIVED and case.due_at:
        return {
            "vi": f"Hẹn trả kết quả: {_moment(case.due_at)}.",
            "en": f"The result is due at {_moment(case.due_at)}.",
        }
    said = package.procedure.supplement
    due = (case.state.get("supplement") or {}).get("due") if state == NationalState.SUPPLEMENT else None
    if not due or said is None:
        return _NOTHING
    until, after = _moment(parse_time(due)), _LAPSE[said.lapse]
    return {
        "vi": f"Ông/Bà bổ sung trước {until}.{after['vi']}",
        "en": f"Please supply what is asked before {until}.{after['en']}",
    }


def _moment(moment: datetime) -> str:
    return f"{local_time(moment):%H:%M, %d/%m/%Y}"
