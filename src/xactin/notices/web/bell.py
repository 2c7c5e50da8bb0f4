"""The bell in the header."""

from django.http import HttpRequest

from xactin.notices.queries import unread_count


def unread(request: HttpRequest) -> int:
    """How many notices whoever asks has not read."""
    actor = getattr(request, "actor", None)
    return unread_count(actor.person_id) if actor else 0
