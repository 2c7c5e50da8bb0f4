"""Signatures by the keys the server keeps, and the check of those by passkeys."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xactin.identity.attestations.ceremony import check_not_borrowed, passkey_signed
from xactin.identity.models import SigningKey
from xactin.identity.rights import Actor
from xactin.kernel.signatures import PublicKey, SignatureError, sign_ed25519, verify_signature
from xactin.ledger.errors import SignatureRefused
from xactin.vault import secrets


def public_key(key: SigningKey) -> PublicKey:
    """The key as mandates and verdicts know it."""
    return PublicKey.from_dict(
        {
            "id": key.id,
            "alg": key.alg,
            "public": key.public,
            "custody": str(key.custody),  # a choice is no plain text, which canonical form asks for
            "rp_id": key.rp_id or None,
            "origins": list(key.origins),
        }
    )


def seal_context(key_id: str) -> str:
    """What a sealed private key is bound to."""
    return f"identity.key:{key_id}"


def server_key(key: SigningKey) -> Ed25519PrivateKey:
    """The private half that is kept for a key. Raises SecretsError and ValueError for changed bytes."""
    return Ed25519PrivateKey.from_private_bytes(
        secrets.unseal(bytes(key.private or b""), seal_context(key.id))
    )


@lru_cache(maxsize=512)
def _private(key_id: str) -> Ed25519PrivateKey:
    """A server-held key, opened. Kept in memory: an official signs hundreds of times a day.

    A key revoked meanwhile signs nothing that counts: its mandate has ended, and acts lock that.
    """
    return server_key(SigningKey.objects.only("private").get(pk=key_id, custody="server"))


def sign(actor: Actor, statement: Mapping[str, Any]) -> dict[str, Any]:
    """The signature over a statement of the actor's: of their server-held key, or of the passkey that the post asks
    for, given with the request (`keys/ceremonies.py`).

    Raises PasskeyNeeded when the post asks for a passkey and none has signed, Refused when it signed another statement
    or somebody else's came along.
    """
    if actor.requires_passkey or actor.custody != "server":
        return passkey_signed(actor, statement)
    check_not_borrowed()
    if statement["by"] != actor.by() or statement["key"] != actor.key_id:
        raise ValueError("the statement is not of this actor")
    return sign_ed25519(_private(actor.key_id), statement)


def verify(actor: Actor, statement: Mapping[str, Any], signature: Mapping[str, Any]) -> None:
    """Raises SignatureRefused unless a key of this actor, not revoked, signed the statement.

    For what is appended later: who signed wrongly is told while their device is at hand.
    """
    rows = SigningKey.objects.filter(pk=statement["key"], person_id=actor.person_id, revoked_at__isnull=True)
    key = rows.first()
    if key is None or statement["by"] != actor.by():
        raise SignatureRefused(facts={"reason": "key_other"})
    try:
        verify_signature(statement, dict(signature), public_key(key))
    except SignatureError as error:
        raise SignatureRefused(facts={"reason": error.code}) from error
