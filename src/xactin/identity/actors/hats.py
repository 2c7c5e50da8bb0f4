"""The ways a person may act: posts held now, and for themselves; and who acts, with one of them on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.http import HttpRequest

from xactin.identity.agencies.tree_queries import Place, place_path
from xactin.identity.models import Account, SigningKey
from xactin.identity.rights import Actor, Instead, Passkey, instead_of
from xactin.ledger.clock import now
from xactin.ledger.queries import read

SESSION_HAT: Final = "identity.hat"
SELF: Final = "self"
"""What stands for "no post, for myself" in the session and in the header `Xactin-Post`."""


class NoSuchHat(LookupError):
    """The person does not hold this post now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hat:
    """One way a person may act: a post held now, or (post_code None) for themselves."""

    key_id: str
    mandate_id: UUID
    passkeys: tuple[Passkey, ...]
    post_code: str | None = None
    title_vi: str = "Cá nhân"
    title_en: str = "Myself"
    role: str | None = None
    duties: frozenset[str] = frozenset()
    requires_passkey: bool = False
    agency_id: UUID | None = None
    agency_path: str = ""
    place_path: str = ""
    agency_code: str | None = None
    agency_name_vi: str = ""
    agency_name_en: str = ""
    agency_functions: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    instead: Instead | None = None

    @property
    def token(self) -> str:
        """What names this hat in a form, a session or a header."""
        return self.post_code or SELF


# One prepared statement: each request and each page begins with it, and by the ORM it cost four times as much.
_OF_PERSON: Final = """
SELECT m.id AS mandate, m.holding_id AS holding, k.id AS key, k.custody, k.label, h.since, h.until,
       h.terms, f.full_name AS stands_for,
       p.code AS post, p.title_vi, p.title_en, p.role, p.duties, p.requires_passkey,
       a.id AS agency, a.kind, a.parent_id AS parent, a.path, a.code, a.name_vi, a.name_en, a.functions
  FROM identity_keymandate m
  JOIN identity_signingkey k ON k.id = m.key_id
  LEFT JOIN identity_holding h ON h.id = m.holding_id
  LEFT JOIN identity_post p ON p.id = h.post_id
  LEFT JOIN identity_person f ON f.id = (h.terms ->> 'for')::uuid
  LEFT JOIN identity_agency a ON a.id = p.agency_id
 WHERE k.person_id = {person} AND k.revoked_at IS NULL AND m.ended_at IS NULL
   AND (h.id IS NULL OR h.since <= %(at)s AND (h.until IS NULL OR h.until > %(at)s))
 ORDER BY k.created_at, m.id
"""


class _Row(NamedTuple):
    mandate: UUID
    holding: UUID | None
    key: str
    custody: str
    label: str
    since: datetime | None
    until: datetime | None
    terms: dict[str, Any] | None
    stands_for: str | None
    post: str | None
    title_vi: str
    title_en: str
    role: str
    duties: list[str] | None
    requires_passkey: bool
    agency: UUID
    kind: str
    parent: UUID | None
    path: str
    code: str
    name_vi: str
    name_en: str
    functions: list[str]


def hats_of(account: Account) -> list[Hat]:
    """The hats of an account: posts by the time they were taken, then the person's own."""
    return hats_of_person(account.person_id)


def hats_of_person(person: UUID) -> list[Hat]:
    """The hats of a person."""
    at = now()
    (rows,) = read((_OF_PERSON.format(person="%(person)s"), {"person": person, "at": at}))
    return _hats(rows, at)


def _hats(rows: Sequence[Any], at: datetime) -> list[Hat]:
    by_holding: dict[UUID | None, list[_Row]] = {}
    for row in map(_Row._make, rows):
        by_holding.setdefault(row.holding, []).append(row)
    hats = [hat for hat in map(_hat, by_holding.values()) if hat]
    return sorted(
        hats,
        key=lambda hat: (
            hat.post_code is None,
            hat.instead is not None,
            hat.since or at,
            hat.post_code or "",
        ),
    )


def _hat(rows: list[_Row]) -> Hat | None:
    server = next((row for row in rows if row.custody == SigningKey.Custody.SERVER), None)
    if server is None:
        return None
    passkeys = tuple(
        Passkey(key_id=row.key, mandate_id=row.mandate, label=row.label)
        for row in reversed(rows)
        if row.custody == SigningKey.Custody.PASSKEY
    )
    if server.post is None:
        return Hat(key_id=server.key, mandate_id=server.mandate, passkeys=passkeys)
    return Hat(
        key_id=server.key,
        mandate_id=server.mandate,
        passkeys=passkeys,
        post_code=server.post,
        title_vi=server.title_vi,
        title_en=server.title_en,
        role=server.role,
        duties=frozenset(server.duties or ()),
        requires_passkey=server.requires_passkey,
        agency_id=server.agency,
        agency_path=server.path,
        place_path=place_path(Place(server.kind, server.parent, server.path)),
        agency_code=server.code,
        agency_name_vi=server.name_vi,
        agency_name_en=server.name_en,
        agency_functions=tuple(server.functions),
        since=server.since,
        until=server.until,
        instead=instead_of(server.terms, server.stands_for or ""),
    )


class Self(NamedTuple):
    """Whose hats they are."""

    account: int
    person: UUID
    kind: str
    name: str
    language: str


def _self(account: Account) -> Self:
    return Self(
        account.pk, account.person_id, account.person.kind, account.person.full_name, account.language
    )


class ByToken(NamedTuple):
    """Who a token of the API stands for, with all hats. `noted_at`: when its use was last written down."""

    token: int
    ends: datetime
    noted_at: datetime | None
    of: Self
    hats: list[Hat]


_WHO: Final = """
SELECT t.id, t.expires_at, t.used_at, c.id, c.person_id, n.kind, n.full_name, c.language
  FROM identity_apitoken t JOIN identity_account c ON c.id = t.account_id JOIN identity_person n ON n.id = c.person_id
 WHERE t.digest = %s AND t.revoked_at IS NULL AND c.is_active
"""
_OF_TOKEN: Final = _OF_PERSON.format(
    person="(SELECT c.person_id FROM identity_apitoken t JOIN identity_account c ON c.id = t.account_id"
    " WHERE t.digest = %(digest)s)"
)


def by_token(digest: str) -> ByToken | None:
    """Who a token stands for, by the sha256 of it (hex), in one round trip; None where nobody has it."""
    at = now()
    found, rows = read((_WHO, (digest,)), (_OF_TOKEN, {"digest": digest, "at": at}))
    if not found:
        return None
    token, ends, noted_at, *of = found[0]
    return ByToken(token, ends, noted_at, Self(*of), _hats(rows, at))


def actor_from(account: Account, wanted: str | None = None, language: str | None = None) -> Actor:
    """The actor of an account under a hat (`Hat.token`), by default the first.

    Raises NoSuchHat for a post not held now.
    """
    return actor_with(_self(account), hats_of(account), wanted, language)


def actor_with(of: Self, hats: Sequence[Hat], wanted: str | None, language: str | None) -> Actor:
    """The actor with one of these hats on. Raises NoSuchHat where it is not among them."""
    hat = next((hat for hat in hats if wanted in (None, "", hat.token)), None)
    if hat is None:
        raise NoSuchHat(wanted)
    return _actor(of, hat, language or of.language)


def _titled(hat: Hat, vietnamese: bool) -> str:
    """The post worn, and for whom, where somebody stands in; the page's head always says so."""
    if hat.post_code is None:
        return ""
    title = hat.title_vi if vietnamese else hat.title_en
    if hat.instead is None:
        return title
    return f"{title} ({'thay' if vietnamese else 'for'} {hat.instead.name})"


def _actor(of: Self, hat: Hat, language: str) -> Actor:
    vietnamese = language == "vi"
    actor = Actor(
        account_id=of.account,
        person_id=of.person,
        kind=of.kind,
        name=of.name,
        language=language,
        post_code=hat.post_code,
        post_title=_titled(hat, vietnamese),
        role=hat.role,
        duties=hat.duties,
        agency_id=hat.agency_id,
        agency_path=hat.agency_path,
        place_path=hat.place_path,
        agency_code=hat.agency_code,
        agency_name=hat.agency_name_vi if vietnamese else hat.agency_name_en,
        agency_functions=hat.agency_functions,
        requires_passkey=hat.requires_passkey,
        key_id=hat.key_id,
        mandate_id=hat.mandate_id,
        custody="server",
        passkeys=hat.passkeys,
        instead=hat.instead,
    )
    return (signing_with(actor) or actor) if actor.requires_passkey else actor


def actor_of(request: HttpRequest) -> Actor | None:
    """Who asks, under the hat of the session; None when nobody is signed in."""
    account = getattr(request, "user", None)
    if not isinstance(account, Account) or not account.is_active:
        return None
    language = getattr(request, "LANGUAGE_CODE", account.language)
    hats = request.hats = hats_of(account)  # type: ignore[attr-defined]  # the page's head shows them all
    try:
        return actor_with(_self(account), hats, request.session.get(SESSION_HAT), language)
    except NoSuchHat:
        # The post ended while the session lasted: the next hat is worn, and shown.
        request.session.pop(SESSION_HAT, None)
    return actor_with(_self(account), hats, None, language) if hats else None


def actor_for(username: str, role: str | None = None) -> Actor:
    """The actor of an account by name, for commands and tests; `role` picks the hat. Raises LookupError."""
    account = Account.objects.select_related("person").get(username=username, is_active=True)
    for hat in hats_of(account):
        if role is None or hat.role == role:
            return _actor(_self(account), hat, account.language)
    raise NoSuchHat(role)


def signing_with(actor: Actor, key_id: str | None = None) -> Actor | None:
    """The same actor signing with a passkey (the newest, or the one named); None when there is none."""
    for passkey in actor.passkeys:
        if key_id in (None, passkey.key_id):
            return replace(actor, key_id=passkey.key_id, mandate_id=passkey.mandate_id, custody="passkey")
    return None


def oneself(actor: Actor) -> Actor:
    """The same person without a post, signing with the server-held key: for acts on one's own keys.

    Raises NoSuchHat for a person without such a key.
    """
    for hat in hats_of_person(actor.person_id):
        if hat.post_code is None:
            return replace(
                actor,
                post_code=None,
                post_title="",
                role=None,
                duties=frozenset(),
                agency_id=None,
                agency_path="",
                place_path="",
                agency_code=None,
                agency_name="",
                agency_functions=(),
                requires_passkey=False,
                key_id=hat.key_id,
                mandate_id=hat.mandate_id,
                custody="server",
                passkeys=hat.passkeys,
                instead=None,
            )
    raise NoSuchHat(SELF)
