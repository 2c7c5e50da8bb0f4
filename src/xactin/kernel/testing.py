"""Signers and statements for tests: the same every time, so that golden vectors can be made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from xactin.kernel.attestation import make_statement
from xactin.kernel.signatures import PublicKey, b64u, batch, challenge

NOON = datetime(2026, 11, 24, 5, 0, 0, 123_000, tzinfo=UTC)


def private_key(seed: str) -> Ed25519PrivateKey:
    """The Ed25519 key that belongs to a word."""
    return Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())


def public_key(seed: str) -> PublicKey:
    """The public half of `private_key(seed)`, held by the server."""
    return PublicKey.ed25519(private_key(seed).public_key().public_bytes_raw())


def uuid7(number: int) -> str:
    """A version 7 UUID that counts."""
    return f"019ab000-0000-7000-8000-{number:012x}"


def salt(word: str) -> bytes:
    """32 bytes that belong to a word."""
    return sha256(b"salt " + word.encode()).digest()


@dataclass(frozen=True)
class SoftPasskey:
    """A passkey in software: what an authenticator and a browser do, without either."""

    seed: str
    rp_id: str = "localhost"
    origin: str = "http://localhost:8000"

    @property
    def private(self) -> ec.EllipticCurvePrivateKey:
        number = int.from_bytes(sha256(self.seed.encode()).digest(), "big") >> 1
        return ec.derive_private_key(number, ec.SECP256R1())

    @property
    def cose(self) -> bytes:
        """The public key as an authenticator gives it at enrolment."""
        numbers = self.private.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y

    @property
    def public(self) -> PublicKey:
        return PublicKey.passkey(self.cose, rp_id=self.rp_id, origins=[self.origin])

    def assertion(
        self, wanted: bytes, *, flags: int = 0x05, client: Mapping[str, Any] = {}
    ) -> dict[str, str]:
        """An answer to the challenge `wanted`; `flags` and `client` spoil it."""
        client_json = orjson.dumps(
            {"type": "webauthn.get", "challenge": b64u(wanted), "origin": self.origin, "crossOrigin": False}
            | dict(client)
        )
        authenticator = sha256(self.rp_id.encode()).digest() + bytes([flags]) + bytes(4)
        return {
            "credential_id": b64u(sha256(b"credential " + self.seed.encode()).digest()),
            "authenticator_data": b64u(authenticator),
            "client_data_json": b64u(client_json),
            "signature": b64u(self._sign(authenticator + sha256(client_json).digest())),
        }

    def sign(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        return {"alg": "webauthn", "value": self.assertion(challenge(statement))}

    def sign_batch(self, statements: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """One assertion for all, with each one's path."""
        root, paths = batch(statements)
        value = self.assertion(root)
        return [{"alg": "webauthn", "value": value, "batch": path} for path in paths]

    def _sign(self, data: bytes) -> bytes:
        # RFC 6979, so that vectors made again are the same.
        return self.private.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))


def statement(number: int = 1, /, **fields: Any) -> dict[str, Any]:
    """A statement of a land officer's consent; `fields` change it."""
    given: dict[str, Any] = {
        "id": uuid7(number),
        "authority": "H44",
        "subject": f"case:{uuid7(900)}",
        "act": "case.consult.agree",
        "by": {"person": "person-1", "post": "post-7", "agency": "H44.12"},
        "rule": {"id": "building-permit", "version": "2026-07", "digest": "ab" * 32},
        "saw": {"form.house": "cd" * 32},
        "wrote": {"answer.land": "ef" * 32},
        "at": NOON,
        "key": public_key("officer").id,
    }
    return make_statement(**given | fields)
