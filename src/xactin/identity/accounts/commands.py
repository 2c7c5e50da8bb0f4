"""Accounts: people who can sign in, the hat they wear, the tokens of their programs."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from xactin.identity import queries
from xactin.identity.actors.hats import ByToken, by_token
from xactin.identity.attestations.attested_rows import attest_rows, together
from xactin.identity.attestations.attesting import require
from xactin.identity.errors import Forbidden, Invalid, NotFound, TokenEnded
from xactin.identity.keys.commands import enrol_person_key
from xactin.identity.models import Account, ApiToken, Person
from xactin.identity.policies import AccountFacts
from xactin.identity.rights import Actor, OwnFacts
from xactin.identity.rules import TOKEN_CHOICES, TOKEN_DAYS, clean_name, clean_phone, folded, sort_key
from xactin.ledger.clock import now
from xactin.ui.writing import time_text

TOKEN_PREFIX: Final = "xt_"  # noqa: S105 (lets scanners recognise a token that was published by mistake)
NOTED_EVERY: Final = timedelta(hours=1)


def enrol_person(
    *,
    full_name: str,
    kind: str = Person.Kind.CITIZEN,
    id_number: str = "",
    phone: str = "",
    address: str = "",
    verified: bool = False,
    by: Actor | None = None,
) -> Person:
    """A person or firm, with the key that the server keeps for them.

    `verified`: an official has compared name and number with the card. Raises Invalid when a verified person has
    the identity number; of one that others only claim nothing is said.
    """
    name = clean_name(full_name)
    try:
        with transaction.atomic():
            person = Person.objects.create(
                kind=kind,
                full_name=name,
                folded_name=folded(name),
                sort_key=sort_key(name),
                id_number=id_number,
                phone=clean_phone(phone),
                address=clean_name(address),
                verified_at=now() if verified else None,
            )
    except IntegrityError as error:
        raise Invalid(
            "Số định danh này đã có tài khoản.",
            "This identity number has an account already.",
            {"field": "id_number"},
        ) from error
    enrol_person_key(person=person, by=by)
    return person


@transaction.atomic
def make_person_account(
    *,
    username: str,
    password: str | None,
    full_name: str,
    kind: str = Person.Kind.CITIZEN,
    id_number: str = "",
    phone: str = "",
    email: str = "",
    address: str = "",
    language: str = "vi",
    by: Actor | None = None,
) -> Account:
    """A person, their key and their account; no password means that none can be used.

    Raises Invalid (user name, number or confirmed address taken), Forbidden. `by` is an administrator, or None
    when the authority itself does it (its founding, the demo), whose people are verified. An administrator's word
    confirms the e-mail address, so that notices go to it, and not who the person is: somebody else verifies that.
    """
    require(by, "account.create", AccountFacts(subject="account:"))
    with together():
        return _person_account(
            username,
            password,
            email,
            language,
            by,
            full_name=full_name,
            kind=kind,
            id_number=id_number,
            phone=phone,
            address=address,
        )


def _person_account(
    username: str, password: str | None, email: str, language: str, by: Actor | None, **who: str
) -> Account:
    person = enrol_person(**who, verified=by is None, by=by)
    email = email.lower()  # as allauth looks for it
    try:
        with transaction.atomic():
            account = Account.objects.create_user(username, email, password, person=person, language=language)
    except IntegrityError as error:
        raise Invalid(
            "Tên đăng nhập này đã có người dùng.", "This user name is taken.", {"field": "username"}
        ) from error
    if email:
        _own_address(account, verified=by is not None)
    return account


def _own_address(account: Account, *, verified: bool) -> None:
    try:
        with transaction.atomic():
            EmailAddress.objects.create(user=account, email=account.email, primary=True, verified=verified)
    except IntegrityError as error:
        raise Invalid(
            "Địa chỉ thư điện tử này đã thuộc tài khoản khác.",
            "This e-mail address belongs to another account.",
            {"field": "email"},
        ) from error


def wear_hat(request: HttpRequest, token: str) -> Actor:
    """Puts on a hat (`Hat.token`) for this session. Raises NotFound for a post not held now."""
    account = request.user
    if not isinstance(account, Account):
        raise Forbidden("Ông/Bà chưa đăng nhập.", "You are not signed in.")
    try:
        actor = queries.actor_from(account, token)
    except queries.NoSuchHat as error:
        raise NotFound("Ông/Bà hiện không giữ chức vụ này.", "You do not hold this post now.") from error
    request.session[queries.SESSION_HAT] = token
    return actor


def create_token(account: Account, label: str = "", *, days: int = TOKEN_DAYS) -> str:
    """A new API token of an account, refused after `days`. Shown this once: only its hash is kept.

    Raises Invalid for a time beyond the longest of a year.
    """
    longest = max(TOKEN_CHOICES)
    if not 1 <= days <= longest:
        raise Invalid(
            f"Mã truy cập có hạn từ 1 đến {longest} ngày.",
            f"A token is for 1 to {longest} days.",
            {"field": "days"},
        )
    token, at = TOKEN_PREFIX + secrets.token_urlsafe(32), now()
    with transaction.atomic():
        ApiToken.objects.create(
            account=account,
            digest=_digest(token),
            label=label.strip()[:100],
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
    return token


def end_of_token(token: str) -> datetime:
    """When a token that was made here ends."""
    return ApiToken.objects.get(digest=_digest(token)).expires_at


@transaction.atomic
def revoke_token(*, by: Actor, token: int) -> None:
    """Ends one of the actor's own tokens. Raises NotFound."""
    ended = ApiToken.objects.filter(pk=token, account_id=by.account_id, revoked_at__isnull=True).update(
        revoked_at=now()
    )
    if not ended:
        raise NotFound("Không tìm thấy mã truy cập này.", "There is no such token.")
    attest_rows(by.person_id, "tokens")


def who_has_token(token: str) -> ByToken | None:
    """Who a token stands for; notes its use, at most once an hour. Raises TokenEnded when its time is over."""
    found = by_token(_digest(token))
    if found is None:
        return None
    at = now()
    if found.ends <= at:
        raise TokenEnded(
            f"Mã truy cập đã hết hạn lúc {time_text(found.ends)}. "
            "Đề nghị tạo mã mới ở mục Tài khoản của tôi.",
            f"This token ended at {time_text(found.ends)}. Make a new one under My account.",
            {"ended": found.ends.isoformat(timespec="seconds")},
        )
    if found.noted_at is None or at - found.noted_at > NOTED_EVERY:
        ApiToken.objects.filter(pk=found.token).update(used_at=at)
    return found


def _digest(token: str) -> str:
    # A token has 256 random bits: a plain hash cannot be searched backwards.
    return sha256(token.encode()).hexdigest()


def end_session(*, account: Account, session: int) -> None:
    """Signs an account out of one of its other sessions. Raises NotFound for one that is not its own."""
    found = UserSession.objects.filter(pk=session, user=account).first()
    if found is None:
        raise NotFound("Phiên đăng nhập này đã kết thúc.", "This session has ended.")
    found.end()


def choose_language(account_id: int, language: str) -> None:
    """Keeps the language in which an account wants its pages and notices."""
    Account.objects.filter(pk=account_id).update(language=language)


@transaction.atomic
def edit_profile(*, by: Actor, phone: str, address: str) -> None:
    """Changes how a person can be reached. Their name and number are not theirs to change here."""
    require(by, "person.edit", _own(by.person_id))
    Person.objects.filter(pk=by.person_id).update(phone=clean_phone(phone), address=clean_name(address))
    attest_rows(by.person_id, "person")


def _own(person: UUID) -> OwnFacts:
    return OwnFacts(subject=f"person:{person}", owner=person)


def applicant_of(by: Actor) -> dict[str, str]:
    """What a procedure may know of its applicant, for its rules (CEL `applicant`) and to fill a form in."""
    account = Account.objects.get(pk=by.account_id)
    person = account.person
    return {
        "kind": str(person.kind),
        "full_name": person.full_name,
        "id_number": person.id_number,
        "phone": person.phone,
        "email": account.email,
        "address": person.address,
    }
