"""Both kinds of signature, alone and in a batch, and every way in which they fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xactin.kernel.signatures import (
    PublicKey,
    SignatureError,
    b64u,
    batch,
    challenge,
    sign_ed25519,
    unb64u,
    verify_signature,
)
from xactin.kernel.testing import SoftPasskey, private_key, public_key, statement

PASSKEY = SoftPasskey("chair")


def code_of(made, signature, key):
    with pytest.raises(SignatureError) as error:
        verify_signature(made, signature, key)
    return error.value.code


def by_passkey(number=1):
    return statement(number, key=PASSKEY.public.id)


def test_ed25519_holds_and_binds_the_statement():
    signature = sign_ed25519(private_key("officer"), statement())
    verify_signature(statement(), signature, public_key("officer"))
    assert code_of(statement(2), signature, public_key("officer")) == "signature_wrong"
    assert code_of(statement(), signature, public_key("other")) == "key_other"


def test_ed25519_takes_no_batch_and_no_other_member():
    signature = sign_ed25519(private_key("officer"), statement())
    for spoiled in (signature | {"batch": None}, signature | {"note": 1}, {"alg": "ed25519"}, None, "x"):
        assert code_of(statement(), spoiled, public_key("officer")) == "signature_form"
    assert (
        code_of(statement(), signature | {"value": signature["value"] + "=="}, public_key("officer"))
        == "base64url"
    )
    assert code_of(statement(), signature | {"alg": "webauthn"}, public_key("officer")) == "alg_other"
    assert code_of(statement(), signature | {"value": "AAAA"}, public_key("officer")) == "signature_wrong"


def test_passkey_holds_and_binds_the_statement():
    signature = PASSKEY.sign(by_passkey())
    verify_signature(by_passkey(), signature, PASSKEY.public)
    assert code_of(by_passkey(2), signature, PASSKEY.public) == "challenge_wrong"


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        ({"flags": 0x04}, "not_present"),
        ({"flags": 0x01}, "not_verified"),
        ({"flags": 0x45}, "signature_form"),
        ({"client": {"type": "webauthn.create"}}, "client_type"),
        ({"client": {"origin": "https://localhost.example"}}, "origin_wrong"),
        ({"client": {"challenge": "AAAA"}}, "challenge_wrong"),
        ({"client": {"crossOrigin": True}}, "cross_origin"),
        ({"client": {"topOrigin": "https://other.example"}}, "cross_origin"),
    ],
)
def test_passkey_refuses(spoiled, code):
    value = PASSKEY.assertion(challenge(by_passkey()), **spoiled)
    assert code_of(by_passkey(), {"alg": "webauthn", "value": value}, PASSKEY.public) == code


def test_passkey_of_another_site_is_refused():
    elsewhere = SoftPasskey("chair", rp_id="example.com", origin=PASSKEY.origin)
    value = elsewhere.assertion(challenge(by_passkey()))
    assert code_of(by_passkey(), {"alg": "webauthn", "value": value}, PASSKEY.public) == "rp_wrong"


def test_members_a_browser_adds_are_let_be_for_they_are_signed():
    value = PASSKEY.assertion(challenge(by_passkey()), client={"other_keys_can_be_added_here": "x"})
    verify_signature(by_passkey(), {"alg": "webauthn", "value": value}, PASSKEY.public)


@pytest.mark.parametrize("member", ["credential_id", "authenticator_data", "client_data_json", "signature"])
def test_passkey_members_are_all_needed(member):
    value = PASSKEY.sign(by_passkey())["value"]
    del value[member]
    assert code_of(by_passkey(), {"alg": "webauthn", "value": value}, PASSKEY.public) == "signature_form"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_a_batch_is_signed_once_and_each_holds_alone(size):
    statements = [by_passkey(number) for number in range(1, size + 1)]
    signatures = PASSKEY.sign_batch(statements)
    assert len({signature["value"]["signature"] for signature in signatures}) == 1
    for made, signature in zip(statements, signatures, strict=True):
        verify_signature(made, signature, PASSKEY.public)
        assert code_of(by_passkey(99), signature, PASSKEY.public) == "challenge_wrong"


def test_a_batch_path_of_another_form_is_refused():
    statements = [by_passkey(1), by_passkey(2)]
    signature = PASSKEY.sign_batch(statements)[0]
    place = signature["batch"]
    for spoiled, code in [
        (place | {"index": 1}, "challenge_wrong"),
        (place | {"size": 3}, "challenge_wrong"),
        (place | {"index": 5}, "challenge_wrong"),
        (place | {"index": True}, "signature_form"),
        (place | {"path": []}, "challenge_wrong"),
        (place | {"path": [place["path"][0].upper()]}, "signature_form"),
        (place | {"note": 1}, "signature_form"),
    ]:
        assert code_of(statements[0], signature | {"batch": spoiled}, PASSKEY.public) == code


def test_a_batch_is_not_empty():
    with pytest.raises(ValueError, match="at least one"):
        batch([])


def test_key_survives_its_dict_and_names_itself():
    for key in (public_key("officer"), PASSKEY.public):
        assert PublicKey.from_dict(key.to_dict()) == key


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0" * 32},
        {"alg": "rsa"},
        {"alg": []},
        {"public": "AAAA"},
        {"custody": "passkey"},
        {"rp_id": "localhost"},
        {"origins": ["http://localhost"]},
        {"origins": None},
        {"note": 1},
    ],
)
def test_key_of_another_form_is_refused(change):
    with pytest.raises(SignatureError):
        PublicKey.from_dict(public_key("officer").to_dict() | change)


@pytest.mark.parametrize(
    "change", [{"rp_id": None}, {"rp_id": ""}, {"origins": []}, {"origins": [1]}, {"custody": "server"}]
)
def test_passkey_needs_its_enrolment(change):
    with pytest.raises(SignatureError, match="key_form"):
        PublicKey.from_dict(PASSKEY.public.to_dict() | change)


def test_a_point_off_the_curve_is_no_key():
    cose = PASSKEY.cose[:-1] + bytes([PASSKEY.cose[-1] ^ 1])
    value = PublicKey.passkey(cose, rp_id="localhost", origins=["http://localhost"]).to_dict()
    with pytest.raises(SignatureError, match="key_form"):
        PublicKey.from_dict(value)


def read(text):
    try:
        return unb64u(text)
    except SignatureError:
        return None


@given(st.binary(max_size=70), st.data())
def test_base64url_has_one_spelling(data, draw):
    text = b64u(data)
    assert read(text) == data
    place = draw.draw(st.integers(0, len(text)))
    letter = draw.draw(st.sampled_from("A_-/+=\n "))
    for other in (text[:place] + letter + text[place:], text[:place] + letter + text[place + 1 :]):
        assert other == text or read(other) != data


@pytest.mark.parametrize("text", ["AB", "A", "AAA=", "é", None, b"AAAA", "A A"])
def test_base64url_refuses(text):
    with pytest.raises(SignatureError, match="base64url"):
        unb64u(text)
