"""Who signs: keys kept by the server, passkeys, and the mandates of both."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from xactin.identity import commands, queries
from xactin.identity.attestations.signing import public_key
from xactin.identity.errors import Forbidden, Invalid, NotFound, PasskeyNeeded
from xactin.identity.models import KeyMandate, PasskeyChallenge, Post, SigningKey
from xactin.identity.rights import Actor
from xactin.identity.testing import Province
from xactin.identity.tests.passkeys import assertion, registration
from xactin.kernel.attestation import make_statement
from xactin.kernel.signatures import challenge, verify_signature
from xactin.kernel.testing import SoftPasskey
from xactin.ledger import commands as ledger
from xactin.ledger.clock import now
from xactin.ledger.errors import SignatureRefused
from xactin.ledger.models import Entry
from xactin.vault.ids import new_id

pytestmark = pytest.mark.django_db


def statement(actor: Actor, **changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": str(new_id()),
        "authority": "H44",
        "subject": f"case:{uuid4()}",
        "act": "case.receive.accept",
        "by": actor.by(),
        "at": now(),
        "key": actor.key_id,
    }
    return make_statement(**given | changed)


def passkey(seed: str = "one") -> SoftPasskey:
    return SoftPasskey(seed, rp_id=settings.XACTIN_RP_ID, origin=settings.XACTIN_URL)


def enrol(actor: Actor, held: SoftPasskey) -> SigningKey:
    started, options = commands.begin_passkey(actor)
    answer = registration(held, options["challenge"])
    return commands.finish_passkey(by=actor, started=started, credential=answer, label="điện thoại")


def test_each_person_has_a_key_that_signs_and_is_sealed_at_rest(province: Province) -> None:
    actor = province.actor("chutich1")
    signed = statement(actor)
    key = SigningKey.objects.get(pk=actor.key_id)
    verify_signature(signed, commands.sign(actor, signed), public_key(key))
    assert key.private is not None
    assert len(bytes(key.private)) > 32  # sealed, not the 32 bytes themselves


def test_nobody_signs_a_statement_of_another(province: Province) -> None:
    chair, clerk = province.actor("chutich1"), province.actor("vanthu1")
    with pytest.raises(ValueError, match="not of this actor"):
        commands.sign(clerk, statement(chair))


def test_nobody_enrols_a_key_for_another(province: Province) -> None:
    with pytest.raises(Forbidden):
        commands.enrol_person_key(person=province.person("congdan1"), by=province.actor("chutich1"))


def test_a_person_has_one_server_key_at_a_time(province: Province) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        commands.enrol_person_key(person=province.person("congdan1"))


def test_a_passkey_is_enrolled_for_every_hat_and_signs(province: Province) -> None:
    actor, held = province.actor("chutich1"), passkey()
    key = enrol(actor, held)
    assert KeyMandate.objects.filter(key=key, ended_at__isnull=True).count() == 2  # chair, and for themselves
    signing = queries.signing_with(province.actor("chutich1"))
    assert signing is not None
    assert (signing.key_id, signing.custody) == (key.id, "passkey")
    asked = statement(signing)
    options = commands.passkey_options(signing, challenge(asked))
    assert options["rpId"] == settings.XACTIN_RP_ID
    assert options["allowCredentials"] == [{"type": "public-key", "id": key.credential_id}]
    signature = commands.passkey_signature(assertion(held, challenge(asked)))
    commands.verify(signing, asked, signature)
    with pytest.raises(PasskeyNeeded):
        commands.sign(signing, asked)


def test_a_signature_over_something_else_is_refused(province: Province) -> None:
    actor, held = province.actor("chutich1"), passkey()
    enrol(actor, held)
    signing = queries.signing_with(province.actor("chutich1"))
    assert signing is not None
    asked, other = statement(signing), statement(signing)
    with pytest.raises(SignatureRefused) as refused:
        commands.verify(signing, asked, commands.passkey_signature(assertion(held, challenge(other))))
    assert refused.value.facts["reason"] == "challenge_wrong"
    with pytest.raises(SignatureRefused):
        commands.verify(
            province.actor("vanthu1"), asked, commands.passkey_signature(assertion(held, challenge(asked)))
        )


def test_a_challenge_is_taken_once_by_its_owner_in_time(province: Province) -> None:
    actor = province.actor("chutich1")
    started, options = commands.begin_passkey(actor)
    answer = registration(passkey(), options["challenge"])
    with pytest.raises(NotFound):
        commands.finish_passkey(by=province.actor("vanthu1"), started=started, credential=answer)
    commands.finish_passkey(by=actor, started=started, credential=answer)
    with pytest.raises(NotFound):
        commands.finish_passkey(by=actor, started=started, credential=answer)
    late, options = commands.begin_passkey(actor)
    PasskeyChallenge.objects.filter(pk=late).update(created_at=now() - timedelta(minutes=11))
    with pytest.raises(NotFound):
        commands.finish_passkey(
            by=actor, started=late, credential=registration(passkey("two"), options["challenge"])
        )


@pytest.mark.parametrize("fault", ["challenge", "origin", "rp", "unverified", "nonsense"])
def test_a_wrong_enrolment_is_refused(province: Province, fault: str) -> None:
    actor = province.actor("chutich1")
    started, options = commands.begin_passkey(actor)
    asked = options["challenge"]
    answers = {
        "challenge": registration(passkey(), "AAAA"),
        "origin": registration(
            SoftPasskey("one", rp_id=settings.XACTIN_RP_ID, origin="https://evil.example"), asked
        ),
        "rp": registration(SoftPasskey("one", rp_id="evil.example", origin=settings.XACTIN_URL), asked),
        "unverified": registration(passkey(), asked, flags=0x41),
        "nonsense": {"id": "x"},
    }
    with pytest.raises(Invalid):
        commands.finish_passkey(by=actor, started=started, credential=answers[fault])
    assert not SigningKey.objects.filter(custody="passkey").exists()


def test_the_same_passkey_is_enrolled_once(province: Province) -> None:
    enrol(province.actor("chutich1"), passkey())
    with pytest.raises(Invalid):
        enrol(province.actor("vanthu1"), passkey())


def test_a_post_may_ask_for_a_passkey(province: Province) -> None:
    post = Post.objects.get(code="H44.100:chair")
    commands.require_passkey(post=post, required=True, by=province.actor("quantri1"))
    bare = province.actor("chutich1")
    assert bare.requires_passkey
    with pytest.raises(PasskeyNeeded):
        commands.sign(bare, statement(bare))
    with pytest.raises(PasskeyNeeded):
        commands.passkey_options(bare, b"\0" * 32)
    key = enrol(bare, passkey())
    equipped = province.actor("chutich1")
    assert (equipped.key_id, equipped.custody) == (key.id, "passkey")


def test_what_a_passkey_signed_is_taken_by_the_ledger(province: Province) -> None:
    held = passkey()
    enrol(province.actor("chutich1"), held)
    signing = queries.signing_with(province.actor("chutich1"))
    assert signing is not None
    asked = statement(signing)
    with ledger.acting(subject=asked["subject"], mandates=[signing.mandate_id]) as chain:
        chain.append(asked, commands.passkey_signature(assertion(held, challenge(asked))), {})
    assert Entry.objects.filter(id=asked["id"]).exists()


def test_a_revoked_passkey_signs_no_more(province: Province) -> None:
    held = passkey()
    key = enrol(province.actor("chutich1"), held)
    signing = queries.signing_with(province.actor("chutich1"))
    assert signing is not None
    with pytest.raises(NotFound):
        commands.revoke_passkey(by=province.actor("vanthu1"), key=key.id)
    commands.revoke_passkey(by=province.actor("chutich1"), key=key.id)
    assert not KeyMandate.objects.filter(key=key, ended_at__isnull=True).exists()
    assert queries.signing_with(province.actor("chutich1")) is None
    asked = statement(signing)
    with pytest.raises(SignatureRefused):
        commands.verify(signing, asked, commands.passkey_signature(assertion(held, challenge(asked))))


def test_a_key_is_changed_for_another_in_every_hat(province: Province) -> None:
    before = province.actor("chutich1")
    heir = commands.rotate_person_key(by=before)
    after = province.actor("chutich1")
    assert after.key_id == heir.id != before.key_id
    assert after.post_code == before.post_code
    assert not KeyMandate.objects.filter(key_id=before.key_id, ended_at__isnull=True).exists()
    signed = statement(after)
    verify_signature(signed, commands.sign(after, signed), public_key(heir))
