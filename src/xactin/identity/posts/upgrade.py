"""Posts of before duties: once, at an upgrade, each gets those usual for its role, attested by the platform."""

from uuid import UUID

from django.db import transaction

from xactin.identity.duties import usual_duties
from xactin.identity.models import Post
from xactin.identity.posts.duties import write_duties


def give_usual_duties() -> int:
    """Gives duties to posts that never had any said of them; returns to how many. Run again, it goes on.

    If we crash here, posts already done have an entry and a list, the others neither.
    """
    done = 0
    for post in Post.objects.filter(duties__isnull=True).order_by("code").values_list("pk", flat=True):
        done += _given(post)
    return done


@transaction.atomic
def _given(post: UUID) -> int:
    rows = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("agency")
    found = rows.filter(pk=post, duties__isnull=True).first()
    if found is None:
        return 0
    write_duties(found, usual_duties(found.role, found.agency.kind), by=None)
    return 1
