"""Who is trusted with what changes: who confirms such things and who inspects are told, within the same act."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from xactin.identity.people.queries import changes_told
from xactin.notices.commands import outbox_sql, tell
from xactin.notices.topics import Event

TOPIC: Final = "identity.post"


def leave_event(body: Mapping[str, Any]) -> None:
    """Keeps the change for the relay, in the transaction of the act."""
    with connection.cursor() as cursor:
        cursor.execute(*outbox_sql(TOPIC, body))


def tell_people(event: Event) -> None:
    """Tells those who watch over this part of the tree, and of what was said of a person that person."""
    for change in changes_told(event.body):
        tell(event=event, people=change.people, title=change.title, text=change.text, url=change.url)
