"""What people are known by and sign in with, attested: names, numbers, accounts, passwords, tokens, second factors.

Such rows hold personal data and secrets, so entries say a digest of them under the master key (`vault.secrets.mac`),
and who can only write to the database makes none that fits. `person.rows` stands under `person:<id>`; the audit
compares the rows with the last digest of each kind. Django's own notice that a row was written calls this, also for
allauth's tables and for a password that is hashed anew at sign-in; nothing is guessed from it: digests are compared.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

import orjson
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from xactin.identity.models import Account, ApiToken, Person
from xactin.identity.rules import APOSTROPHES, BARRED, folded
from xactin.ledger import commands as ledger
from xactin.ledger import queries as entries
from xactin.ledger.errors import NoAuthority
from xactin.ledger.queries import EntryRow
from xactin.vault import secrets

ACT: Final = "person.rows"
SYSTEM: Final = "identity"
_CONTEXT: Final = "identity.rows"

KINDS: Final[Mapping[str, tuple[type[Model], str, tuple[str, ...]]]] = {
    "person": (
        Person,
        "id",
        (
            "id",
            "kind",
            "full_name",
            "folded_name",
            "sort_key",
            "id_number",
            "phone",
            "address",
            "verified_at",
        ),
    ),
    "account": (Account, "person_id", ("id", "username", "email", "password", "person_id", "created_at")),
    "tokens": (
        ApiToken,
        "account__person_id",
        ("id", "account_id", "digest", "label", "created_at", "expires_at", "revoked_at"),
    ),
    "addresses": (EmailAddress, "user__person_id", ("id", "user_id", "email", "verified", "primary")),
    "factors": (Authenticator, "user__person_id", ("id", "user_id", "type", "data", "created_at")),
}
"""Kind: its model, the way to the person, and the columns that are attested (docs/audit.md has the free ones)."""

_together: ContextVar[dict[UUID, set[str]] | None] = ContextVar("together", default=None)


def digests(people: Collection[UUID], kinds: Collection[str] = tuple(KINDS)) -> dict[UUID, dict[str, str]]:
    """The digest of each kind of rows of these people, by one query a kind; a kind without rows has none."""
    found: dict[UUID, dict[str, str]] = {person: {} for person in people}
    for kind in kinds:
        model, way, columns = KINDS[kind]
        rows: dict[UUID, list[Any]] = {}
        asked = model._base_manager.filter(**{f"{way}__in": list(people)}).order_by("pk")
        for person, *values in asked.values_list(way, *columns):
            rows.setdefault(person, []).append(values)
        for person, one in rows.items():
            data = orjson.dumps(one, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
            found[person][kind] = secrets.mac(data, f"{_CONTEXT}:{kind}:{person}")
    return found


def told(chain: Sequence[EntryRow]) -> dict[str, str]:
    """The digests that entries of a person say last; a kind whose rows are gone has none."""
    said: dict[str, str] = {}
    for entry in chain:
        if entry.statement["act"] == ACT:
            said |= entry.effect["rows"]
    return {kind: digest for kind, digest in said.items() if digest is not None}


def attest_rows(person: UUID, *kinds: str) -> None:
    """Attests the rows of these kinds as they stand now, inside the transaction that wrote them if there is one.

    Nothing is said that was said already. If we crash between a write of allauth's own (which has no transaction)
    and here, the audit names the row until it is written again.
    """
    waiting = _together.get()
    if waiting is not None:
        waiting.setdefault(person, set()).update(kinds)
        return
    subject = f"person:{person}"
    try:
        signer = ledger.system_signer(SYSTEM)
    except NoAuthority:
        return  # nothing is attested before genesis
    with ledger.acting(subject=subject, mandates=[signer.mandate]) as chain:
        known, now = told(entries.entries_of(subject)), digests([person], kinds)[person]
        rows = {kind: now.get(kind) for kind in sorted(kinds) if known.get(kind) != now.get(kind)}
        if rows:
            chain.attest(signer, act=ACT, effect={"rows": rows})


@contextmanager
def together() -> Iterator[None]:
    """What is written inside is attested once at the end: a new person is one entry, not four."""
    if _together.get() is not None:
        yield
        return
    waiting: dict[UUID, set[str]] = {}
    token = _together.set(waiting)
    try:
        yield
    finally:
        _together.reset(token)
    for person, kinds in waiting.items():
        attest_rows(person, *kinds)


@transaction.atomic
def attest_standing() -> int:
    """Attests the rows of everybody, where no row was ever attested: an upgrade from before; returns how many people.

    Once: later it would take over what somebody wrote by SQL.
    """
    people = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    if any(told(entries.entries_of(f"person:{person}")) for person in people):
        return 0
    for person in people:
        attest_rows(person, *KINDS)
    return len(people)


@transaction.atomic
def fold_names_again() -> int:
    """Names that are searched otherwise than an earlier version folded them (`H'Nga`); returns how many people.

    Only rows that are as they were attested: others are for the audit to name.
    """
    changed = 0
    left = Person.objects.filter(folded_name__regex=f"[{BARRED}{APOSTROPHES}]")  # none, once it was done
    for person in left.order_by("pk").only("pk", "full_name", "folded_name").iterator(chunk_size=1000):
        wanted = folded(person.full_name)
        if wanted == person.folded_name:
            continue
        said = told(entries.entries_of(f"person:{person.pk}")).get("person")
        if said == digests([person.pk], ["person"])[person.pk]["person"]:
            person.folded_name = wanted
            person.save(update_fields=["folded_name"])
            changed += 1
    return changed


def register() -> None:
    """Has every write of such a row attested."""
    for kind, (model, _way, _columns) in KINDS.items():
        name = f"identity.attested_rows.{kind}"
        post_save.connect(_written, sender=model, dispatch_uid=name)
        post_delete.connect(_written, sender=model, dispatch_uid=name)


def _written(sender: type[Model], instance: Any, **about: Any) -> None:
    kind = next(kind for kind, one in KINDS.items() if one[0] is sender)
    only = about.get("update_fields")
    if about.get("raw") or (only is not None and not _attested(kind, only)):
        return
    for step in KINDS[kind][1].removesuffix("_id").split("__")[:-1]:
        instance = getattr(instance, step)
    attest_rows(instance.pk if kind == "person" else instance.person_id, kind)


def _attested(kind: str, fields: Collection[str]) -> bool:
    columns = {column.removesuffix("_id") for column in KINDS[kind][2]}
    return not columns.isdisjoint(name.removesuffix("_id") for name in fields)
