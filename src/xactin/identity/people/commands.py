"""People with accounts, as an administrator keeps them: invited, put out of use, taken back."""

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from xactin.identity import news
from xactin.identity.accounts.commands import make_person_account
from xactin.identity.attestations.attested_rows import attest_rows
from xactin.identity.attestations.attesting import attest, require
from xactin.identity.duties import sensitive
from xactin.identity.errors import Forbidden, Invalid, NotFound, Refused
from xactin.identity.jobs import send_later
from xactin.identity.keys.commands import lock_person
from xactin.identity.models import Account, ApiToken, Person
from xactin.identity.people.evidence import GROUNDS, made_by
from xactin.identity.people.queries import Invitation, account_facts
from xactin.identity.policies import VERIFYING, AccountFacts
from xactin.identity.posts.holding_commands import check_remaining, lock_vital
from xactin.identity.queries import held_now
from xactin.identity.rights import Actor
from xactin.ledger.clock import now


@transaction.atomic
def invite_person(
    *,
    username: str,
    full_name: str,
    email: str,
    by: Actor,
    kind: str = Person.Kind.CITIZEN,
    id_number: str = "",
    phone: str = "",
    language: str = "vi",
) -> tuple[Account, Invitation]:
    """An account without a password, and the link by which its person chooses one.

    Raises Forbidden, Invalid (user name, number or address taken).
    """
    account = make_person_account(
        username=username,
        password=None,
        full_name=full_name,
        kind=kind,
        id_number=id_number,
        phone=phone,
        email=email,
        language=language,
        by=by,
    )
    return account, _invitation(account)


@transaction.atomic
def invite_again(*, person: UUID, by: Actor) -> Invitation:
    """A new link for somebody who has chosen no password yet; links given before open nothing any more.

    Raises Forbidden, NotFound, Refused: whoever has a password asks for a new one on the sign-in page. A link
    that an administrator sees would otherwise open any account.
    """
    require(by, "account.invite", account_facts(person))
    account = _locked_account(person)
    if not account.is_active:
        raise Refused("Tài khoản này đang ngừng sử dụng.", "This account is out of use.")
    if account.has_usable_password():
        raise Refused(
            "Người này đã đặt mật khẩu. Nếu quên, đề nghị dùng mục “Quên mật khẩu” ở trang đăng nhập.",
            "This person has chosen a password. If it is forgotten, the sign-in page gives a new one.",
        )
    _forget_links(account)
    return _invitation(account)


def _forget_links(account: Account) -> None:
    # A link is bound to the hash of the password, which is random where there is none.
    account.set_unusable_password()
    account.save(update_fields=["password"])


def _invitation(account: Account) -> Invitation:
    """Mails the link; without a mail server or an address, gives it to be handed over."""
    key = {"uidb36": user_pk_to_url_str(account), "key": default_token_generator.make_token(account)}
    link = settings.XACTIN_URL + reverse("account_reset_password_from_key", kwargs=key)
    ends = now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    if not settings.EMAIL_HOST or not account.email:
        return Invitation(account.email, ends, link)
    with translation.override(account.language):
        subject = gettext("Your account with the digital authority")
        send_later(account.email, subject, _letter(account, link, ends))
    return Invitation(account.email, ends)


def _letter(account: Account, link: str, ends: datetime) -> str:
    told = {"name": account.person.full_name, "username": account.username, "link": link, "ends": ends}
    return render_to_string("identity/email/invitation_message.txt", told)


@transaction.atomic
def verify_person(*, person: UUID, ground: str, by: Actor) -> None:
    """An official has compared somebody's name and number, and says by what (`evidence.GROUNDS`).

    The person is told, and who inspects there. Raises Forbidden, NotFound, Invalid for no such ground, Refused:
    oneself, an account that one made, verified already, no number, or a number that another verified person has.
    """
    require(by, VERIFYING, AccountFacts(subject=f"account:{person}"))
    if person == by.person_id:
        raise Refused(
            "Không ai được tự xác minh danh tính của mình.", "Nobody verifies who they are themselves."
        )
    if ground not in GROUNDS:
        raise Invalid(
            "Đề nghị chọn căn cứ xác minh.", "Please say by what you verified this.", {"field": "ground"}
        )
    if made_by(person) == by.person_id:
        raise Refused(
            "Ông/Bà là người lập tài khoản này; người khác phải xác minh danh tính.",
            "You made this account; somebody else has to verify whose it is.",
        )
    found = _locked_account(person).person
    if found.verified_at is not None:
        raise Refused("Danh tính của người này đã được xác minh.", "This person is verified already.")
    if not found.id_number:
        raise Refused("Tài khoản này chưa khai số định danh.", "This account names no identity number.")
    attest(by, subject=f"person:{person}", act=VERIFYING, effect={"verified": True, "ground": ground})
    news.tell_of_person(by, VERIFYING, person, ground=ground)
    found.verified_at = now()
    try:
        found.save(update_fields=["verified_at"])
    except IntegrityError as error:  # of two who verify one number at once, too, the second is told
        raise Refused(
            "Số định danh này đã được xác minh cho một tài khoản khác; xin kiểm tra lại giấy tờ.",
            "Another account is verified with this number; please look at the papers again.",
        ) from error


@transaction.atomic
def deactivate_account(*, person: UUID, by: Actor) -> None:
    """Nobody signs in with the account from now on: its sessions and tokens end.

    Posts stay held and mandates stand until `end_holding` ends them; what was signed stays valid.
    Raises Forbidden, NotFound, Refused (one's own account, or out of use already).
    """
    require(by, "account.deactivate", account_facts(person))
    if person == by.person_id:
        raise Refused(
            "Không ai được ngừng tài khoản của chính mình.", "Nobody may deactivate their own account."
        )
    account = _locked_account(person)
    lock_vital()  # of two administrators who deactivate each other, one comes second and has no account any more
    if not Account.objects.filter(pk=by.account_id, is_active=True).exists():
        raise Forbidden("Tài khoản của Ông/Bà đã ngừng sử dụng.", "Your account is out of use.")
    if not account.is_active:
        raise Refused("Tài khoản này đã ngừng sử dụng.", "This account is out of use already.")
    for held in held_now().filter(person_id=person).select_related("post__agency"):
        check_remaining(held.post, lost=held.post.duties or (), without=Q(person_id=person))
        if sensitive(held.post.duties or ()):
            news.tell(by, "account.deactivate", held.post, person=person)
    attest(by, subject=f"person:{person}", act="account.deactivate", effect={"active": False})
    account.is_active = False
    account.save(update_fields=["is_active"])
    if not account.has_usable_password():
        _forget_links(account)
    ApiToken.objects.filter(account=account, revoked_at__isnull=True).update(revoked_at=now())
    attest_rows(person, "tokens")
    for session in UserSession.objects.filter(user=account):
        session.end()


@transaction.atomic
def reactivate_account(*, person: UUID, by: Actor) -> None:
    """The person may sign in again, with the password they had; tokens have to be made anew.

    Raises Forbidden, NotFound, Refused when the account is in use.
    """
    require(by, "account.reactivate", account_facts(person))
    account = _locked_account(person)
    if account.is_active:
        raise Refused("Tài khoản này đang được sử dụng.", "This account is in use.")
    attest(by, subject=f"person:{person}", act="account.reactivate", effect={"active": True})
    account.is_active = True
    account.save(update_fields=["is_active"])


def _locked_account(person: UUID) -> Account:
    """An account that nobody else changes meanwhile, its person first. Raises NotFound."""
    found = Account.objects.filter(person_id=person)
    if not found.exists():
        raise NotFound("Không có tài khoản này.", "There is no such account.")
    lock_person(person)
    return found.select_for_update(of=("self",), no_key=True).get()
