"""Passkeys in software for the officials of tests."""

from dataclasses import replace

from django.conf import settings

from xactin.identity import commands as identity
from xactin.identity.queries import Actor, actor_for, signing_with
from xactin.identity.tests.passkeys import registration
from xactin.kernel.testing import SoftPasskey


def enrol(username: str) -> SoftPasskey:
    """A passkey that signs in every hat of this account."""
    passkey = replace(SoftPasskey(username), rp_id=settings.XACTIN_RP_ID, origin=settings.XACTIN_URL)
    by = actor_for(username)
    started, options = identity.begin_passkey(by)
    identity.finish_passkey(by=by, started=started, credential=registration(passkey, options["challenge"]))
    return passkey


def signing(username: str) -> Actor:
    """The account's actor who signs with its passkey."""
    found = signing_with(actor_for(username))
    assert found is not None
    return found
