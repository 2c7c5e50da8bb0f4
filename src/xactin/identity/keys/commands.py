"""Keys of people: enrolled, changed, revoked. Each grants or ends mandates, which are ledger entries.

A key has one mandate for each hat of its person: one for themselves, one for each post held. What people do
with their own keys they sign for themselves, with the key that the server keeps: also in a post that asks for
a passkey somebody must be able to enrol the first one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction
from django.db.models import Q

from xactin.identity.attestations.attesting import require, signer_of
from xactin.identity.attestations.signing import public_key, seal_context
from xactin.identity.errors import Invalid, NotFound
from xactin.identity.keys.passkeys import enrolled_key
from xactin.identity.models import Holding, KeyMandate, Person, SigningKey
from xactin.identity.queries import oneself
from xactin.identity.rights import Actor, OwnFacts
from xactin.kernel.signatures import PublicKey
from xactin.ledger import commands as ledger
from xactin.ledger.clock import now
from xactin.vault import secrets


def grant(key: SigningKey, holding: Holding | None, *, by: Actor | None) -> KeyMandate:
    """A key may sign in a post from now on (or, without a holding, for the person themselves)."""
    post, terms = (holding.post, holding.terms) if holding else (None, None)
    ahead = holding is not None and terms is not None and holding.since > now()
    mandate = ledger.grant_mandate(
        key=public_key(key),
        person=str(key.person_id),
        post=post.code if post else None,
        agency=post.agency.code if post else None,
        for_={"person": terms["for"]} if terms else None,
        acts=terms["acts"] if terms else None,
        from_=holding.since if holding and ahead else None,
        until=holding.until if holding else None,
        by=signer_of(by),
    )
    return KeyMandate.objects.create(id=mandate, key=key, holding=holding)


def end(mandate: KeyMandate, *, by: Actor | None) -> datetime:
    """A key may no longer sign in a hat; returns since when."""
    ended = mandate.ended_at = ledger.end_mandate(mandate.id, by=signer_of(by))
    mandate.save(update_fields=["ended_at"])
    return ended


def lock_person(person: UUID) -> Person:
    """Whoever changes the keys or posts of a person waits here for others that do, and reads behind it.

    Before the chains of the ledger, so that all wait in one order. NO KEY: rows that only name the person
    (a dossier, say) may be written meanwhile.
    """
    return Person.objects.select_for_update(no_key=True).get(pk=person)


def _grant_all(key: SigningKey, *, by: Actor | None) -> None:
    grant(key, None, by=by)
    held = Holding.objects.filter(Q(until__isnull=True) | Q(until__gt=now()), person_id=key.person_id)
    for holding in held.select_related("post__agency"):
        grant(key, holding, by=by)


def _revoke(key: SigningKey, *, by: Actor) -> None:
    # The mandate that this very act is signed under ends last. The key ends with the one for its person.
    standing = list(KeyMandate.objects.filter(key=key, ended_at__isnull=True))
    for mandate in sorted(standing, key=lambda one: one.id == by.mandate_id):
        ended = end(mandate, by=by)
        if mandate.holding_id is None:
            key.revoked_at = ended
    key.save(update_fields=["revoked_at"])


@transaction.atomic
def enrol_person_key(*, person: Person, by: Actor | None = None) -> SigningKey:
    """Gives a person the key that the server keeps for them, sealed; a person has one at a time."""
    require(by, "key.enrol", OwnFacts(subject=f"person:{person.id}", owner=person.id))
    return _enrol(person, by=by)


def _enrol(person: Person, *, by: Actor | None) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    public = PublicKey.ed25519(private.public_key().public_bytes_raw())
    key = SigningKey.objects.create(
        id=public.id,
        person=person,
        alg=public.alg,
        public=public.public,
        custody=SigningKey.Custody.SERVER,
        private=secrets.seal(private.private_bytes_raw(), seal_context(public.id)),
        created_at=now(),
    )
    _grant_all(key, by=by)
    return key


@transaction.atomic
def rotate_person_key(*, by: Actor) -> SigningKey:
    """A new server-held key in the place of the old one.

    The old one signs its heir's mandates and then its own end.
    """
    owner = lock_person(by.person_id)
    by = oneself(by)
    old = list(
        SigningKey.objects.filter(person=owner, custody=SigningKey.Custody.SERVER, revoked_at__isnull=True)
    )
    SigningKey.objects.filter(pk__in=[key.pk for key in old]).update(revoked_at=now())
    heir = _enrol(owner, by=by)
    for key in old:
        _revoke(key, by=by)
    return heir


@transaction.atomic
def finish_passkey(*, by: Actor, started: UUID, credential: Mapping[str, Any], label: str = "") -> SigningKey:
    """Enrols the passkey of a finished registration ceremony: from now on it may sign in every hat.

    Raises NotFound (too old, or begun by somebody else) and Invalid.
    """
    lock_person(by.person_id)
    by = oneself(by)
    public, credential_id = enrolled_key(by, started, credential)
    try:
        with transaction.atomic():
            key = SigningKey.objects.create(
                id=public.id,
                person_id=by.person_id,
                alg=public.alg,
                public=public.public,
                custody=SigningKey.Custody.PASSKEY,
                credential_id=credential_id,
                rp_id=public.rp_id or "",
                origins=list(public.origins),
                label=label.strip()[:100],
                created_at=now(),
            )
    except IntegrityError as error:
        raise Invalid(
            "Khóa này đã được đăng ký.", "This key is enrolled already.", {"field": "credential"}
        ) from error
    _grant_all(key, by=by)
    return key


@transaction.atomic
def revoke_passkey(*, by: Actor, key: str) -> None:
    """Ends a passkey of the actor; what it has signed stays valid. Raises NotFound."""
    lock_person(by.person_id)
    by = oneself(by)
    found = SigningKey.objects.filter(
        pk=key, person_id=by.person_id, custody=SigningKey.Custody.PASSKEY, revoked_at__isnull=True
    ).first()
    if found is None:
        raise NotFound("Không tìm thấy khóa này.", "There is no such key.")
    _revoke(found, by=by)
