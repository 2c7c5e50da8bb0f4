"""Who is told of a due date that was put off: who asked for the dossier."""

from django.urls import reverse

from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.kernel.local import local_time
from xactin.notices.commands import tell
from xactin.notices.topics import Event


def told(event: Event) -> None:
    """The new date, and that the reason stands in the letter (form 04)."""
    case = Case.objects.get(pk=event.body["case"])
    name = procedures.version(case.version_id).package.procedure.name
    due = local_time(case.due_at).strftime("%H:%M %d/%m/%Y") if case.due_at else ""
    tell(
        event=event,
        people=[case.applicant_id] if case.applicant_id else [],
        title={
            "vi": f"Hồ sơ {case.number}: xin lỗi và hẹn lại ngày trả kết quả",
            "en": f"Dossier {case.number}: our apology, and another date",
        },
        text={
            "vi": f"{name['vi']}\nNgày hẹn mới: {due}. Lý do ở văn bản xin lỗi (mẫu 04).",
            "en": f"{name['en']}\nNew date: {due}. The reason stands in the letter (form 04).",
        },
        url=reverse("cases:own", args=[case.pk]),
    )
