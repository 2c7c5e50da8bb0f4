"""What may be asked of notices: a person's own, and how much is on its way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from xactin.notices.models import MailChoice, Notice

PAGE: Final = 20

# The room beside this one keeps people and accounts; only their addresses are asked for here. What was
# typed for an account may be a stranger's address: notices tell of dossiers and go to confirmed ones only.
_ADDRESSES: Final = """
SELECT n.id, e.email, a.language
  FROM notices_notice n
  JOIN identity_account a ON a.person_id = n.person_id AND a.is_active
  JOIN account_emailaddress e ON e.user_id = a.id AND e."primary" AND e.verified
  LEFT JOIN notices_mailchoice c ON c.person_id = n.person_id
 WHERE n.id = ANY(%s) AND COALESCE(c.wanted, true)
"""
_OWN_ADDRESS: Final = """
SELECT e.email, e.verified
  FROM identity_account a
  JOIN account_emailaddress e ON e.user_id = a.id
 WHERE a.person_id = %s
 ORDER BY e."primary" DESC, e.id
 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a notice is mailed, and in which language."""

    email: str
    language: str


def mail_addresses(notices: Iterable[UUID]) -> dict[UUID, Address]:
    """The addresses of those notices whose person has confirmed one and wants e-mail."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSES, (list(notices),))
        return {row[0]: Address(row[1], row[2]) for row in cursor.fetchall()}


def own_address(person: UUID) -> tuple[str, bool]:
    """A person's e-mail address, and whether it is confirmed as theirs; "" when they have none."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN_ADDRESS, (person,))
        found = cursor.fetchone()
    return (str(found[0]), bool(found[1])) if found else ("", False)


def notices_of(person: UUID, *, after: UUID | None = None, limit: int = PAGE) -> list[Notice]:
    """A person's notices, newest first; one more than `limit` when there are more."""
    found = Notice.objects.filter(person_id=person)
    if after is not None:
        found = found.filter(pk__lt=after)
    return list(found.order_by("-id")[: limit + 1])


def unread_count(person: UUID) -> int:
    """How many notices a person has not read, up to 100 (more is not told apart)."""
    return len(Notice.objects.filter(person_id=person, read_at__isnull=True).values_list("id")[:100])


def wants_mail(person: UUID) -> bool:
    """Whether a person gets notices by e-mail too."""
    choice = MailChoice.objects.filter(person_id=person).first()
    return choice is None or choice.wanted


def backlog() -> tuple[int, datetime | None]:
    """How many events wait in the outbox, and since when the oldest does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(created) FROM notices_outbox")
        count, oldest = cursor.fetchone()
    return int(count), oldest
