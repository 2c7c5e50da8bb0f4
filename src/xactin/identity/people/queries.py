"""What an administrator asks about people: who has an account, what they hold, whether it is in use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from xactin.identity.attestations.attesting import require
from xactin.identity.errors import NotFound
from xactin.identity.models import Account, Holding, Person
from xactin.identity.people.evidence import verified_told
from xactin.identity.policies import VERIFYING, AccountFacts
from xactin.identity.posts.changes import Change
from xactin.identity.posts.queries import change_told
from xactin.identity.queries import held_now, note_sought, people_sought
from xactin.identity.rights import Actor
from xactin.identity.rules import clean_name, folded, is_citizen_number, is_tax_code
from xactin.kernel.local import local_day
from xactin.ledger.clock import now
from xactin.vault import queries as vault

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Invitation:
    """How a person comes to a password: by the mail sent to `email`, or by `link`, handed over; until `ends`."""

    email: str
    ends: datetime
    link: str = ""


def accounts_page(
    by: Actor, *, words: str = "", after: UUID | None = None, limit: int = PAGE
) -> list[Account]:
    """Accounts in the order of a Vietnamese list of people, one more than `limit` when there are more.

    They are those whom `words` find (`people_sought`): without words, who holds a post in this administrator's part of
    the tree. `after`: the last person of the page before. Each has their holdings of now under `now_held`. That people
    were found who work elsewhere or nowhere is logged. Raises Forbidden.
    """
    _require_reader(by)
    found = Account.objects.filter(person__in=people_sought(by, words))
    if after and (last := Person.objects.filter(pk=after).values_list("sort_key", flat=True).first()):
        later = Q(person__sort_key=last, person_id__gt=after)
        found = found.filter(Q(person__sort_key__gt=last) | later)
    ordered = found.order_by("person__sort_key", "person_id").prefetch_related(_posts_held())
    page = list(ordered[: limit + 1])
    note_sought(by, [account.person_id for account in page[:limit]])
    return page


def account_of(by: Actor, person: UUID) -> Account:
    """The account of a person, who has their holdings of now under `now_held`; that it was read is logged.

    Raises Forbidden, NotFound.
    """
    require(by, "account.read", account_facts(person))
    found = Account.objects.filter(person_id=person).prefetch_related(_posts_held()).first()
    if found is None:
        raise NotFound("Không có tài khoản này.", "There is no such account.")
    vault.note_reading(by=str(by.person_id), purpose="account", subject=f"person:{person}", parts=["account"])
    return found


def account_facts(person: UUID) -> AccountFacts:
    """What decides over an account: where its person holds posts now."""
    held = held_now().filter(person_id=person).values_list("post__agency__path", flat=True)
    return AccountFacts(subject=f"account:{person}", paths=tuple(held))


def claim_of(by: Actor, person: UUID) -> Person:
    """Somebody's name and number, for an official to compare with the card; that it was read is logged.

    Raises Forbidden, NotFound.
    """
    require(by, VERIFYING, AccountFacts(subject=f"account:{person}"))
    found = Person.objects.filter(pk=person).first()
    if found is None:
        raise NotFound("Không có tài khoản này.", "There is no such account.")
    vault.note_reading(by=str(by.person_id), purpose="verify", subject=f"person:{person}", parts=["account"])
    return found


def hidden_number(number: str) -> str:
    """An identity number or tax code of which only the end can be read: enough to tell two people apart."""
    return "•" * (len(number) - 3) + number[-3:] if number else ""


def _posts_held() -> "Prefetch[str, QuerySet[Holding], str]":
    held = held_now().select_related("post__agency").order_by("since", "id")
    return Prefetch("person__holdings", held, "now_held")


def _require_reader(by: Actor) -> None:
    require(by, "account.read", AccountFacts(subject="account:"))


def number_typed(text: str) -> str:
    """A CCCD number or tax code in its one spelling, however it was spaced."""
    return "".join(text.replace(".", " ").split())


def can_be_number(number: str) -> bool:
    """Whether these digits can be a CCCD number or a firm's tax code."""
    return is_citizen_number(number, year=local_day(now()).year) or is_tax_code(number)


def is_taken(number: str) -> bool:
    """Whether somebody whose card was compared has this number."""
    return Person.objects.filter(id_number=number, verified_at__isnull=False).exclude(id_number="").exists()


def person_named(number: str, name: str) -> Person | None:
    """The one person of this number and full name (diacritics as they are written or none); else None.

    Of several who claim the number it is the one whose card was compared. Who asks knows both already, so that
    nobody learns whether a number is known here.
    """
    rows = Person.objects.filter(id_number=number, folded_name=folded(clean_name(name)))
    found = list(rows.exclude(account__is_active=False).exclude(id_number="")[:_CLAIMS])
    verified = [one for one in found if one.verified_at is not None]
    return next(iter(verified or (found if len(found) == 1 else ())), None)


_CLAIMS: Final = 10


def changes_told(body: Mapping[str, Any]) -> list[Change]:
    """What an event of `news` says, and to whom: of a post and its people, or of a person who was verified."""
    return verified_told(body) if body["act"] == VERIFYING else [change_told(body)]
