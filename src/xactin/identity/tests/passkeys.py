"""What a browser answers when a software passkey is enrolled, for tests."""

import json
from hashlib import sha256
from typing import Any

from webauthn.helpers import encode_cbor

from xactin.kernel.signatures import b64u
from xactin.kernel.testing import SoftPasskey


def registration(passkey: SoftPasskey, challenge: str, *, flags: int = 0x45) -> dict[str, Any]:
    """`credential.toJSON()` of a registration; with `flags` 0x41 the user was not verified."""
    credential_id = sha256(b"credential " + passkey.seed.encode()).digest()
    data = (
        sha256(passkey.rp_id.encode()).digest()
        + bytes([flags])
        + bytes(4)
        + bytes(16)
        + len(credential_id).to_bytes(2, "big")
        + credential_id
        + passkey.cose
    )
    client = {
        "type": "webauthn.create",
        "challenge": challenge,
        "origin": passkey.origin,
        "crossOrigin": False,
    }
    return {
        "id": b64u(credential_id),
        "rawId": b64u(credential_id),
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": b64u(json.dumps(client).encode()),
            "attestationObject": b64u(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        },
    }


def assertion(passkey: SoftPasskey, challenge: bytes) -> dict[str, Any]:
    """`credential.toJSON()` of a signature over `challenge`."""
    value = passkey.assertion(challenge)
    return {
        "id": value["credential_id"],
        "rawId": value["credential_id"],
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "authenticatorData": value["authenticator_data"],
            "clientDataJSON": value["client_data_json"],
            "signature": value["signature"],
        },
    }
