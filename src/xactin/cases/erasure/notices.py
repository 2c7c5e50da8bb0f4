"""Who is told that an order to erase waits for a second person."""

from uuid import UUID

from django.urls import reverse

from xactin.cases.models import Case
from xactin.cases.rights import ERASE
from xactin.identity.queries import holders_of_duty
from xactin.notices.commands import tell
from xactin.notices.topics import Event


def told(event: Event) -> None:
    """Tells those who may confirm it, but for who gave it and whose dossier it is."""
    case = Case.objects.select_related("agency").get(pk=event.body["case"])
    apart = {UUID(event.body["by"]), case.applicant_id}
    tell(
        event=event,
        people=[one for one in holders_of_duty(ERASE, case.agency.path) if one not in apart],
        title={
            "vi": f"Lệnh xóa nội dung hồ sơ {case.number} chờ người thứ hai xác nhận",
            "en": f"An order to erase dossier {case.number} waits for a second person",
        },
        text={"vi": case.number, "en": case.number},
        url=reverse("cases:erase", args=[case.pk]),
    )
