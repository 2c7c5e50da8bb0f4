"""Searches and whether somebody opened what they found, counted by day for the officials who keep the words.

They are no acts and hold no person: nothing is attested, nothing follows from them, and they go after half a year.
"""

from datetime import timedelta
from typing import Final

from django.db import connection, transaction

from xactin.cases.errors import Forbidden
from xactin.cases.models import SearchCount
from xactin.cases.procedures.speech.kept import kept
from xactin.identity.queries import Actor, Facts, folded, may
from xactin.kernel.local import local_day
from xactin.ledger.clock import now

KEPT_DAYS: Final = 180
MOST_A_DAY: Final = 2_000
"""Different searches that are kept of one day, so that nobody fills the table."""

_ASKED: Final = """
INSERT INTO cases_searchcount (day, words, asked, opened)
SELECT %(day)s, %(words)s, 1, 0
 WHERE (SELECT count(*) FROM cases_searchcount WHERE day = %(day)s) < %(most)s
    OR EXISTS (SELECT 1 FROM cases_searchcount WHERE day = %(day)s AND words = %(words)s)
    ON CONFLICT (day, words) DO UPDATE SET asked = cases_searchcount.asked + 1
"""
_OPENED: Final = """
UPDATE cases_searchcount SET opened = opened + 1 WHERE day = %(day)s AND words = %(words)s AND opened < asked
"""


def count_asked(said: str) -> None:
    """Somebody searched. What may not be kept is not."""
    day = local_day(now())
    words = kept(said, folded)
    if not words:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ASKED, {"day": day, "words": words, "most": MOST_A_DAY})
        SearchCount.objects.filter(day__lt=day - timedelta(days=KEPT_DAYS)).delete()


def count_opened(said: str) -> None:
    """Somebody opened a procedure that a search of today had found."""
    words = kept(said, folded)
    if words:
        with connection.cursor() as cursor:
            cursor.execute(_OPENED, {"day": local_day(now()), "words": words})


def settle(*, by: Actor, words: str) -> None:
    """The words were looked after: they leave the list, and come back when they are searched in vain again.

    Raises Forbidden for who does not publish procedures.
    """
    decision = may(by, "procedure.publish", Facts(subject="procedure:"))
    if not decision.allowed:
        raise Forbidden(decision.reason)
    SearchCount.objects.filter(words=words).delete()
