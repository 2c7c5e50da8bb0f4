"""Passkeys that sign statements (not those that sign in): enrolment, and the question for a signature."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from webauthn import generate_registration_options, options_to_json, verify_registration_response
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from xactin.identity.errors import Invalid, NotFound, PasskeyNeeded
from xactin.identity.models import PasskeyChallenge, Person, SigningKey
from xactin.identity.rights import Actor
from xactin.kernel.signatures import PublicKey, SignatureError, b64u, unb64u
from xactin.ledger.clock import now

ENROLMENT_TIME: Final = timedelta(minutes=10)
CHALLENGE_BYTES: Final = 32


def origins() -> list[str]:
    """The addresses whose pages may ask for a signature: configuration, never the Host header."""
    return list(getattr(settings, "XACTIN_ORIGINS", None) or [settings.XACTIN_URL])


def begin_passkey(actor: Actor) -> tuple[UUID, dict[str, Any]]:
    """Options for `PublicKeyCredential.parseCreationOptionsFromJSON`, and the id to finish with."""
    person = Person.objects.get(pk=actor.person_id)
    enrolled = SigningKey.objects.filter(person=person, custody=SigningKey.Custody.PASSKEY)
    options = generate_registration_options(
        rp_id=settings.XACTIN_RP_ID,
        rp_name="Xác Tín",
        user_id=b"sign:" + person.id.bytes,
        user_name=f"{actor.name} (ký số)",
        user_display_name=actor.name,
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=unb64u(key.credential_id))
            for key in enrolled.filter(revoked_at__isnull=True)
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        # ES256 alone: every authenticator has it, and its public key has one spelling only.
        supported_pub_key_algs=[COSEAlgorithmIdentifier.ECDSA_SHA_256],
    )
    started = PasskeyChallenge.objects.create(person=person, challenge=options.challenge, created_at=now())
    return started.id, json.loads(options_to_json(options))


def enrolled_key(actor: Actor, started: UUID, credential: Mapping[str, Any]) -> tuple[PublicKey, str]:
    """The key of a finished enrolment and its credential id. A challenge is taken once.

    Raises NotFound when the enrolment is unknown or too old, Invalid when the answer does not hold.
    """
    rows = PasskeyChallenge.objects.filter(
        pk=started, person_id=actor.person_id, created_at__gt=now() - ENROLMENT_TIME
    )
    challenge = rows.values_list("challenge", flat=True).first()
    if challenge is None or not rows.delete()[0]:
        raise NotFound(
            "Phiên đăng ký khóa đã hết hạn. Xin Ông/Bà làm lại từ đầu.",
            "The enrolment is too old. Please begin again.",
        )
    try:
        verified = verify_registration_response(
            credential=dict(credential),
            expected_challenge=bytes(challenge),
            expected_rp_id=settings.XACTIN_RP_ID,
            expected_origin=origins(),
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier.ECDSA_SHA_256],
        )
        key = PublicKey.passkey(
            verified.credential_public_key, rp_id=settings.XACTIN_RP_ID, origins=origins()
        )
    except (WebAuthnException, SignatureError, ValueError, KeyError, TypeError) as error:
        raise Invalid(
            "Thiết bị trả lời không hợp lệ; khóa chưa được đăng ký.",
            "The device's answer is not valid; the key was not enrolled.",
            {"field": "credential"},
        ) from error
    return key, b64u(verified.credential_id)


def passkey_options(actor: Actor, challenge: bytes) -> dict[str, Any]:
    """The question for `PublicKeyCredential.parseRequestOptionsFromJSON`: sign `challenge`.

    The actor comes from `queries.signing_with`. Raises PasskeyNeeded when no passkey signs for them.
    """
    key = SigningKey.objects.filter(pk=actor.key_id, custody=SigningKey.Custody.PASSKEY).first()
    if key is None:
        raise PasskeyNeeded(
            "Ông/Bà chưa đăng ký khóa truy cập để ký.", "You have not enrolled a passkey to sign with."
        )
    return {
        "challenge": b64u(challenge),
        "rpId": key.rp_id,
        "timeout": 120_000,
        "userVerification": "required",
        "allowCredentials": [{"type": "public-key", "id": key.credential_id}],
    }


def passkey_signature(
    credential: Mapping[str, Any], batch: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The signature of an entry from a browser's `credential.toJSON()`. Raises Invalid.

    `batch` is the place of the statement among those reviewed together (kernel.signatures.batch).
    """
    response = credential.get("response")
    if not isinstance(response, Mapping):
        raise Invalid("Thiếu câu trả lời của khóa.", "The key's answer is missing.", {"field": "credential"})
    value = {
        "credential_id": credential.get("id"),
        "authenticator_data": response.get("authenticatorData"),
        "client_data_json": response.get("clientDataJSON"),
        "signature": response.get("signature"),
    }
    if not all(isinstance(item, str) for item in value.values()):
        raise Invalid("Thiếu câu trả lời của khóa.", "The key's answer is missing.", {"field": "credential"})
    return {"alg": "webauthn", "value": value, **({"batch": dict(batch)} if batch else {})}
