"""What the system failed to do: told to a post that has to look, shown until it is done, tried again on request."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xactin.identity.queries import Actor, actor_of, holders_of_duty
from xactin.notices.commands import tell, try_again
from xactin.notices.queries import matter_of, troubles
from xactin.notices.topics import Event

LOOK_AFTER = (
    "agencies.manage"  # whoever runs the authority's offices runs its machine; the one place that says so
)
SEE = "readings.inspect"
TOPIC = "job.trouble"


def keepers() -> list[UUID]:
    """Who has to look after what the system failed to do."""
    return holders_of_duty(LOOK_AFTER)


def announce() -> int:
    """Tells the keepers of each trouble, once; returns how many people were told now."""
    people = keepers()
    told = 0
    for one in troubles():
        matter = matter_of(one)
        told += tell(
            event=Event(id=one.job, topic=TOPIC, body={}, created=one.since),
            people=people,
            title={
                "vi": f"Hệ thống chưa làm được: {matter.vi}",
                "en": f"The system could not do: {matter.en}",
            },
            text={
                "vi": f"Đã thử {one.attempts} lần. Xin Ông/Bà xem và xử lý.",
                "en": f"It was tried {one.attempts} times. Please look at it.",
            },
            url=reverse("troubles"),
        )
    return told


def _actor(request: HttpRequest, *duties: str) -> Actor:
    actor = actor_of(request)
    if actor is None or not any(actor.has(duty) for duty in duties):
        raise PermissionDenied(_("This page is for the administrators of the system."))
    return actor


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What is left undone, the oldest first."""
    actor = _actor(request, LOOK_AFTER, SEE)
    language = get_language() or "vi"
    rows = [
        {
            "job": one.job,
            "name": matter_of(one).in_language(language),
            "attempts": one.attempts,
            "since": one.since,
            "next_at": one.next_at,
        }
        for one in troubles()
    ]
    return render(request, "web/troubles.html", {"rows": rows, "may": actor.has(LOOK_AFTER)})


@login_required
@require_POST
def again(request: HttpRequest, job: int) -> HttpResponse:
    """Tries one of them again at once."""
    _actor(request, LOOK_AFTER)
    if job in {one.job for one in troubles()}:
        try_again(job)
    return redirect("troubles")
