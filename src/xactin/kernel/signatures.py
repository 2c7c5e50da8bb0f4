"""Who signed: Ed25519 by a key the server keeps, or a passkey's assertion over the statement's hash.

Binary is base64url without padding, in its one canonical spelling. Nothing here is random or knows the time.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, Literal

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from xactin.kernel.attestation import is_digest, statement_bytes
from xactin.kernel.log import merkle

KEY_DOMAIN: Final = b"xactin/v1/key\0"
KEY_FIELDS: Final = frozenset(("id", "alg", "public", "custody", "rp_id", "origins"))
ASSERTION_FIELDS: Final = frozenset(("credential_id", "authenticator_data", "client_data_json", "signature"))
BATCH_FIELDS: Final = frozenset(("index", "size", "path"))

# CTAP2 canonical CBOR of a COSE key {kty: EC2, alg: ES256, crv: P-256, x, y}: every authenticator writes an
# ES256 key in these 77 bytes, so no CBOR reader is needed and no second spelling exists.
_COSE_HEAD: Final = bytes.fromhex("a5010203262001215820")
_COSE_MIDDLE: Final = bytes.fromhex("225820")

_PRESENT, _VERIFIED, _ATTESTED, _EXTENDED = 0x01, 0x04, 0x40, 0x80

Algorithm = Literal["ed25519", "webauthn"]
Custody = Literal["server", "passkey", "device"]
"""Who holds the private half: the server for a person, a person's authenticator, a machine at its own place."""


class SignatureError(ValueError):
    """A signature or key does not hold; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def b64u(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64u(text: object) -> bytes:
    """The bytes of `b64u` text. Raises SignatureError("base64url") for padding or any other spelling."""
    if type(text) is not str or not text.isascii() or "+" in text or "/" in text or "=" in text:
        raise SignatureError("base64url")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise SignatureError("base64url") from None
    if b64u(data) != text:
        raise SignatureError("base64url")
    return data


def key_id(alg: str, public: bytes) -> str:
    """The name of a key in statements: 32 hex digits of the sha256 over algorithm and public bytes."""
    return sha256(KEY_DOMAIN + alg.encode() + b"\0" + public).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that may sign, and who holds its private half.

    `public` is base64url of the 32 bytes of Ed25519, or of the COSE key of a passkey's enrolment (ES256).
    `rp_id` and `origins` are those of the enrolment, and stand for passkeys only.
    """

    id: str
    alg: Algorithm
    public: str
    custody: Custody
    rp_id: str | None = None
    origins: tuple[str, ...] = ()

    @classmethod
    def ed25519(cls, public: bytes) -> PublicKey:
        """A key the server keeps."""
        return cls(key_id("ed25519", public), "ed25519", b64u(public), "server")

    @classmethod
    def device(cls, public: bytes) -> PublicKey:
        """A key that a machine keeps itself (32 bytes of Ed25519). Raises SignatureError("key_form")."""
        _load("ed25519", b64u(public))
        return cls(key_id("ed25519", public), "ed25519", b64u(public), "device")

    @classmethod
    def passkey(cls, cose: bytes, *, rp_id: str, origins: Sequence[str]) -> PublicKey:
        """A key in a person's authenticator. Raises SignatureError("key_form") unless it is ES256."""
        _cose_point(cose)
        return cls(key_id("webauthn", cose), "webauthn", b64u(cose), "passkey", rp_id, tuple(origins))

    def to_dict(self) -> dict[str, Any]:
        """The key as it stands in a mandate."""
        return {
            "id": self.id,
            "alg": self.alg,
            "public": self.public,
            "custody": self.custody,
            "rp_id": self.rp_id,
            "origins": list(self.origins),
        }

    @classmethod
    def from_dict(cls, value: Any) -> PublicKey:
        """The key in a mandate. Raises SignatureError("key_form") unless every member is of its form."""
        if type(value) is not dict or value.keys() != KEY_FIELDS or type(value["origins"]) is not list:
            raise SignatureError("key_form")
        key = cls(**{**value, "origins": tuple(value["origins"])})
        if type(key.alg) is not str or type(key.public) is not str:
            raise SignatureError("key_form")
        _load(key.alg, key.public)
        if key.id != key_id(key.alg, unb64u(key.public)):
            raise SignatureError("key_form")
        if key.alg == "webauthn":
            texts = (key.rp_id, *key.origins)
            fits = (
                key.custody == "passkey"
                and len(texts) > 1
                and all(type(item) is str and item for item in texts)
            )
        else:
            fits = key.custody in ("server", "device") and key.rp_id is None and key.origins == ()
        if not fits:
            raise SignatureError("key_form")
        return key


def sign_ed25519(private_key: Ed25519PrivateKey, statement: Mapping[str, Any]) -> dict[str, Any]:
    """The signature over the statement's canonical bytes, as it stands in an entry."""
    return {"alg": "ed25519", "value": b64u(private_key.sign(statement_bytes(statement)))}


def challenge(statement: Mapping[str, Any]) -> bytes:
    """What a passkey signs for one statement: its sha256."""
    return sha256(statement_bytes(statement)).digest()


def batch(statements: Sequence[Mapping[str, Any]]) -> tuple[bytes, list[dict[str, Any]]]:
    """What a passkey signs once for statements reviewed together.

    Returns the challenge (root of the RFC 9162 tree whose leaves are the statements' bytes) and, in the same
    order, what each signature carries under `batch`: {"index", "size", "path"}.
    """
    if not statements:
        raise ValueError("a batch has at least one statement")
    size = len(statements)
    reader = merkle.list_reader([merkle.leaf_hash(statement_bytes(item)) for item in statements])
    paths = [
        {
            "index": index,
            "size": size,
            "path": [node.hex() for node in merkle.inclusion_proof(index, size, reader)],
        }
        for index in range(size)
    ]
    return merkle.tree_root(size, reader), paths


def verify_signature(
    statement: Mapping[str, Any], signature: Any, key: PublicKey, *, message: bytes | None = None
) -> None:
    """Raises SignatureError unless `signature` is one by `key` over `statement`.

    `message`: the statement's canonical bytes, from a caller who has made sure of them already.

    Codes: signature_form, base64url, key_other (the statement names another key), key_form, alg_other,
    signature_wrong; for passkeys also client_type, challenge_wrong, origin_wrong, cross_origin, rp_wrong,
    not_present, not_verified. The authenticator's counter is ignored: passkeys that travel between devices
    do not keep one.
    """
    if type(signature) is not dict or not {"alg", "value"} <= signature.keys() <= {"alg", "value", "batch"}:
        raise SignatureError("signature_form")
    if statement["key"] != key.id:
        raise SignatureError("key_other")
    if signature["alg"] != key.alg:
        raise SignatureError("alg_other")
    if key.alg == "webauthn":
        _verify_assertion(_challenge_of(statement, signature), signature["value"], key)
        return
    if "batch" in signature:
        raise SignatureError("signature_form")
    message = statement_bytes(statement) if message is None else message
    _verify_ed25519(message, unb64u(signature["value"]), key)


def _verify_ed25519(message: bytes, signature: bytes, key: PublicKey) -> None:
    public = _load(key.alg, key.public)
    if not isinstance(public, Ed25519PublicKey):
        raise SignatureError("key_form")
    try:
        public.verify(signature, message)
    except InvalidSignature:
        raise SignatureError("signature_wrong") from None


def _challenge_of(statement: Mapping[str, Any], signature: Mapping[str, Any]) -> bytes:
    """The hash of the statement, or the root that the statement's batch path leads to."""
    if "batch" not in signature:
        return challenge(statement)
    place = signature["batch"]
    if type(place) is not dict or place.keys() != BATCH_FIELDS or type(place["path"]) is not list:
        raise SignatureError("signature_form")
    if type(place["index"]) is not int or type(place["size"]) is not int:
        raise SignatureError("signature_form")
    if not all(is_digest(node) for node in place["path"]):
        raise SignatureError("signature_form")
    root = merkle.root_from_path(
        merkle.leaf_hash(statement_bytes(statement)),
        place["index"],
        place["size"],
        [bytes.fromhex(node) for node in place["path"]],
    )
    if root is None:
        raise SignatureError("challenge_wrong")
    return root


def _verify_assertion(expected: bytes, value: Any, key: PublicKey) -> None:
    """WebAuthn Level 3, section 7.2, for an authenticator enrolled with user verification."""
    if type(value) is not dict or value.keys() != ASSERTION_FIELDS:
        raise SignatureError("signature_form")
    unb64u(value["credential_id"])
    authenticator = unb64u(value["authenticator_data"])
    client_json = unb64u(value["client_data_json"])
    signature = unb64u(value["signature"])
    _check_client(client_json, expected, key)
    _check_authenticator(authenticator, key)
    public = _load(key.alg, key.public)
    if not isinstance(public, EllipticCurvePublicKey):
        raise SignatureError("key_form")
    try:
        public.verify(signature, authenticator + sha256(client_json).digest(), ECDSA(SHA256()))
    except InvalidSignature:
        raise SignatureError("signature_wrong") from None


def _check_client(client_json: bytes, expected: bytes, key: PublicKey) -> None:
    # Browsers may add members here and the whole is signed, so unknown ones are let be.
    try:
        client = orjson.loads(client_json)
    except orjson.JSONDecodeError:
        raise SignatureError("client_type") from None
    if type(client) is not dict or client.get("type") != "webauthn.get":
        raise SignatureError("client_type")
    if client.get("challenge") != b64u(expected):
        raise SignatureError("challenge_wrong")
    if client.get("origin") not in key.origins:
        raise SignatureError("origin_wrong")
    if client.get("crossOrigin", False) is not False or "topOrigin" in client:
        raise SignatureError("cross_origin")


def _check_authenticator(data: bytes, key: PublicKey) -> None:
    if len(data) < 37:
        raise SignatureError("signature_form")
    flags = data[32]
    if (len(data) > 37) != bool(flags & (_ATTESTED | _EXTENDED)):
        raise SignatureError("signature_form")
    if key.rp_id is None or data[:32] != sha256(key.rp_id.encode()).digest():
        raise SignatureError("rp_wrong")
    if not flags & _PRESENT:
        raise SignatureError("not_present")
    if not flags & _VERIFIED:
        raise SignatureError("not_verified")


def _cose_point(cose: bytes) -> tuple[int, int]:
    if len(cose) != 77 or cose[:10] != _COSE_HEAD or cose[42:45] != _COSE_MIDDLE:
        raise SignatureError("key_form")
    return int.from_bytes(cose[10:42], "big"), int.from_bytes(cose[45:], "big")


@lru_cache(maxsize=4096)
def _load(alg: str, public: str) -> Ed25519PublicKey | EllipticCurvePublicKey:
    """The key ready for use. Kept, because an official's key is met again with each act."""
    data = unb64u(public)
    try:
        if alg == "ed25519":
            return Ed25519PublicKey.from_public_bytes(data)
        if alg == "webauthn":
            return EllipticCurvePublicNumbers(*_cose_point(data), SECP256R1()).public_key()
    except ValueError:
        raise SignatureError("key_form") from None
    raise SignatureError("key_form")
