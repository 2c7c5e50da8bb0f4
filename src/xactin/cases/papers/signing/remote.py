"""A signing service elsewhere, by the Cloud Signature Consortium API 2.0: the hash goes out, a signature
comes back.

Used are `credentials/info` (certificates), `credentials/authorize` (where the credential asks for it) and
`signatures/signHash`. The document never leaves us.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import ssl
import urllib.error
import urllib.request
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from xactin.cases.papers.signing.signers import DocumentSigner, SigningError

HASHES: Final = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
ECDSA: Final = {
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
RSA: Final = {
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
RAW_LENGTHS: Final = (64, 96, 132)  # P-256, P-384, P-521
LARGEST_ANSWER: Final = 256 * 1024
LOCAL: Final = ("localhost", "127.0.0.1", "::1")


class RemoteSigner(DocumentSigner):
    """A credential of a remote service; its certificate is asked for once, when this is made."""

    def __init__(
        self, *, url: str, token: str, credential: str, pin: str = "", seconds: float = 20.0
    ) -> None:
        """`url` ends before `/credentials/...`, e.g. https://ky-so.example.vn/csc/v2. Raises SigningError."""
        address = urlsplit(url)
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOCAL):
            raise SigningError("refused", "a signing service is reached by https only")
        self._url, self._token, self._credential = url.rstrip("/"), token, credential
        self._pin, self._seconds = pin, seconds
        info = self._ask("credentials/info", {"credentialID": credential, "certificates": "chain"})
        try:
            certificates = [base64.b64decode(one, validate=True) for one in info["cert"]["certificates"]]
            status = info["key"]["status"]
        except (KeyError, TypeError, binascii.Error) as error:
            raise SigningError("refused", "the service names no certificate") from error
        if status != "enabled" or not certificates:
            raise SigningError("refused", "the credential is disabled")
        self._authorised = info.get("authMode", "implicit") != "implicit" or bool(pin)
        super().__init__(certificates[0], certificates[1:])

    def raw(self, data: bytes, algorithm: str) -> bytes:
        """See DocumentSigner."""
        digest = base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
        elliptic = isinstance(self._public, ec.EllipticCurvePublicKey)
        body: dict[str, Any] = {
            "credentialID": self._credential,
            "hashes": [digest],
            "hashAlgorithmOID": HASHES[algorithm],
        }
        if self._authorised:
            asked = body | {"numSignatures": 1}
            if self._pin:
                asked["authData"] = [{"id": "PIN", "value": self._pin}]
            body["SAD"] = self._ask("credentials/authorize", asked).get("SAD", "")
        body["signAlgo"] = (ECDSA if elliptic else RSA)[algorithm]
        answer = self._ask("signatures/signHash", body)
        try:
            signature = base64.b64decode(answer["signatures"][0], validate=True)
        except (KeyError, IndexError, TypeError, binascii.Error) as error:
            raise SigningError("refused", "the service gave no signature") from error
        return _as_der(signature) if elliptic else signature

    def _ask(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 (scheme checked)
            f"{self._url}/{method}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        try:
            with _opener().open(request, timeout=self._seconds) as answer:
                data = answer.read(LARGEST_ANSWER + 1)
        except urllib.error.HTTPError as error:
            with error:
                code = "unavailable" if error.code >= 500 or error.code == 429 else "refused"
                raise SigningError(code, f"{method}: {error.code}") from error
        except (OSError, ssl.SSLError) as error:
            raise SigningError("unavailable", f"{method}: {type(error).__name__}") from error
        try:
            found = json.loads(data) if len(data) <= LARGEST_ANSWER else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise SigningError("refused", f"{method}: the answer is no JSON object")
        return found


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token must not follow where a service points to."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)


def _as_der(signature: bytes) -> bytes:
    """Services give ECDSA as DER or as r and s side by side; CMS wants DER."""
    looks_der = signature[:1] == b"\x30" and signature[1:2] == bytes([len(signature) - 2 & 0xFF])
    if len(signature) not in RAW_LENGTHS or looks_der:
        return signature
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
