"""What may be done in identity: the acts of keys, agencies and accounts under one name; the founding."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from xactin.identity.accounts.commands import (
    applicant_of,
    choose_language,
    create_token,
    edit_profile,
    end_of_token,
    end_session,
    enrol_person,
    make_person_account,
    revoke_token,
    wear_hat,
)
from xactin.identity.agencies.commands import close_agency, create_agency, edit_agency
from xactin.identity.agencies.uses import register_use
from xactin.identity.attestations.attested_rows import attest_standing, fold_names_again
from xactin.identity.attestations.attesting import signer_of
from xactin.identity.attestations.signing import sign, verify
from xactin.identity.calendars.commands import keep_usual_calendar
from xactin.identity.duties import register_duty
from xactin.identity.keys.commands import (
    enrol_person_key,
    finish_passkey,
    revoke_passkey,
    rotate_person_key,
)
from xactin.identity.keys.passkeys import begin_passkey, passkey_options, passkey_signature
from xactin.identity.models import Account, Agency
from xactin.identity.news import subscribe
from xactin.identity.people.commands import (
    deactivate_account,
    invite_again,
    invite_person,
    reactivate_account,
    verify_person,
)
from xactin.identity.posts.commands import close_post, create_post, rename_post, require_passkey, set_duties
from xactin.identity.posts.holding_commands import appoint, end_holding
from xactin.identity.posts.proposal_commands import (
    confirm,
    confirm_for_want_of_others,
    decline,
    propose_duties,
    propose_holder,
)
from xactin.identity.posts.upgrade import give_usual_duties
from xactin.identity.readings.registry import register_purpose, register_reader, register_subjects
from xactin.identity.rights import register_policy
from xactin.identity.substitutes.commands import end_substitution, name_substitute
from xactin.identity.substitutes.registry import Piece, register_pieces
from xactin.ledger import commands as ledger

__all__ = [
    "Piece",
    "applicant_of",
    "appoint",
    "attest_standing",
    "begin_passkey",
    "choose_language",
    "close_agency",
    "close_post",
    "confirm",
    "confirm_for_want_of_others",
    "create_agency",
    "create_post",
    "create_token",
    "deactivate_account",
    "decline",
    "edit_agency",
    "edit_profile",
    "end_holding",
    "end_of_token",
    "end_session",
    "end_substitution",
    "enrol_person",
    "enrol_person_key",
    "finish_passkey",
    "fold_names_again",
    "found_authority",
    "give_usual_duties",
    "invite_again",
    "invite_person",
    "keep_usual_calendar",
    "make_person_account",
    "name_substitute",
    "passkey_options",
    "passkey_signature",
    "propose_duties",
    "propose_holder",
    "reactivate_account",
    "register_duty",
    "register_pieces",
    "register_policy",
    "register_purpose",
    "register_reader",
    "register_subjects",
    "register_use",
    "rename_post",
    "require_passkey",
    "revoke_passkey",
    "revoke_token",
    "rotate_person_key",
    "set_duties",
    "sign",
    "signer_of",
    "subscribe",
    "verify",
    "verify_person",
    "wear_hat",
]


@transaction.atomic
def found_authority(
    *,
    code: str,
    name_vi: str,
    name_en: str,
    username: str,
    full_name: str,
    password: str | None,
    email: str = "",
    demo: bool = False,
    origin: str | None = None,
    unit_code: str = "",
    kind: str = Agency.Kind.PROVINCE,
    document_roots: Sequence[str] = (),
    clock_start: datetime | None = None,
) -> Account:
    """Begins an authority: its genesis entry and keys, its first agency, its first administrator.

    `document_roots`, `clock_start`: as `ledger.commands.begin_authority` takes them. `origin` names its log
    for ever: by default where it is published, without the scheme, as tlog-checkpoint advises. Raises Invalid.
    """
    place = origin or f"{urlsplit(settings.XACTIN_URL).netloc}/log/{code}"
    ledger.begin_authority(
        id=code, name=name_vi, demo=demo, origin=place, document_roots=document_roots, clock_start=clock_start
    )
    agency = create_agency(code=code, kind=kind, name_vi=name_vi, name_en=name_en, unit_code=unit_code)
    post = create_post(
        agency=agency, role="administrator", title_vi="Quản trị viên", title_en="Administrator"
    )
    keep_usual_calendar()
    account = make_person_account(username=username, password=password, full_name=full_name, email=email)
    appoint(person=account.person, post=post)
    return account
