"""Who is told of an invitation and of its answer."""

from uuid import UUID

from django.urls import reverse

from xactin.cases.models import Party
from xactin.cases.procedures import queries as procedures
from xactin.ledger.queries import entry
from xactin.notices.commands import tell
from xactin.notices.topics import Event

_ANSWERS = {
    Party.State.ACCEPTED: ("Đã nhận lời tham gia hồ sơ {}", "Invitation to dossier {} accepted"),
    Party.State.DECLINED: ("Đã từ chối tham gia hồ sơ {}", "Invitation to dossier {} declined"),
    Party.State.REVOKED: ("Lời mời tham gia hồ sơ {} đã được rút lại", "Invitation to dossier {} taken back"),
}


def told(event: Event) -> None:
    """An invitation, and that it was taken back, is told to who is invited; an answer to who invited."""
    row = Party.objects.select_related("case").get(pk=event.body["invitation"])
    procedure = procedures.version(row.case.version_id).package.procedure
    as_what = procedure.parties[row.kind].name
    number = row.case.number
    if "by" in event.body:
        people = [row.person_id]
        title = (f"Mời Ông/Bà tham gia hồ sơ {number}", f"You are invited to dossier {number}")
        url = reverse("cases:invitation", args=[row.pk])
    else:
        vi, en = _ANSWERS[Party.State(row.state)]
        title = (vi.format(number), en.format(number))
        revoked = row.state == Party.State.REVOKED
        people = [row.person_id if revoked else _inviter(row)]
        url = (
            reverse("cases:invitation", args=[row.pk])
            if revoked
            else reverse("cases:own", args=[row.case_id])
        )
    tell(
        event=event,
        people=people,
        title=dict(zip(("vi", "en"), title, strict=True)),
        text={words: f"{procedure.name[words]}: {as_what[words]}" for words in ("vi", "en")},
        url=url,
    )


def _inviter(row: Party) -> UUID:
    invited = entry(row.pk)
    assert invited is not None  # the row was written with it
    return UUID(invited.statement["by"]["person"])
