"""A time-stamp token (RFC 3161) inside a signature: made for this signature, by who it says, in one spelling.

The token of the last signature of a file is covered by no other one, so every byte of it is either signed by
the time-stamping authority, or checked here to be the only way to say it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from asn1crypto import algos, cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
ALGORITHMS: Final = {
    f"{name}_{kind}": (name, key)
    for name in HASHES
    for kind, key in (("rsa", rsa.RSAPublicKey), ("ecdsa", ec.EllipticCurvePublicKey))
}
ATTRIBUTE: Final = "signature_time_stamp_token"
VERSION: Final = "v3"  # RFC 5652 for content that is not plain data
MOST_CERTIFICATES: Final = 8


class TokenError(ValueError):
    """A token that does not stamp this signature, or could be written otherwise."""


def check_token(token: Any, signature: bytes) -> None:
    """Raises TokenError unless this token (`ContentInfo`) stamps this signature value."""
    if token["content_type"].native != "signed_data":
        raise TokenError("content type")
    signed = token["content"]
    (signer,) = signed["signer_infos"]
    encapsulated = signed["encap_content_info"]
    if signed["version"].native != VERSION or signer["version"].native != "v1":
        raise TokenError("version")
    if signed["crls"].native or signer["unsigned_attrs"].native:
        raise TokenError("unsigned")
    if encapsulated["content_type"].native != "tst_info":
        raise TokenError("content")
    digest = signer["digest_algorithm"]
    if [one.dump() for one in signed["digest_algorithms"]] != [digest.dump()]:
        raise TokenError("algorithms")
    certificate = _certificate([one.chosen.dump() for one in signed["certificates"]], signer["sid"])
    content = encapsulated["content"].contents
    _check_signature(signer, certificate, content)
    _check_stamped(tsp.TSTInfo.load(content), signature)


def is_complete(chain: Sequence[bytes]) -> bool:
    """Whether each certificate (DER) is signed by the next, and the last by itself."""
    loaded = [x509.load_der_x509_certificate(one) for one in chain[:MOST_CERTIFICATES]]
    try:
        for below, above in zip(loaded, [*loaded[1:], loaded[-1]], strict=True):
            below.verify_directly_issued_by(above)
    except (InvalidSignature, ValueError, TypeError, IndexError):
        return False
    return True


def _certificate(held: list[bytes], sid: Any) -> x509.Certificate:
    """The signer's certificate: alone (the signed attributes name it by hash) or with a whole chain."""
    if not 0 < len(held) <= MOST_CERTIFICATES or sid.name != "issuer_and_serial_number":
        raise TokenError("certificates")
    left = {der: x509.load_der_x509_certificate(der) for der in held}
    serial, issuer = sid.chosen["serial_number"].native, sid.chosen["issuer"].dump()
    own = [
        der
        for der, one in left.items()
        if one.serial_number == serial and one.issuer.public_bytes() == issuer
    ]
    if len(own) != 1 or len(left) != len(held):
        raise TokenError("certificates")
    chain, found = own, left.pop(own[0])
    subject = found.issuer
    while above := [der for der, one in left.items() if one.subject == subject]:
        chain.append(above[0])
        subject = left.pop(above[0]).issuer
    if left or (len(chain) > 1 and not is_complete(chain)):
        raise TokenError("certificates")
    return found


def _check_signature(signer: Any, certificate: x509.Certificate, content: bytes) -> None:
    name, kind = ALGORITHMS.get(signer["signature_algorithm"]["algorithm"].native, ("", None))
    digest = signer["digest_algorithm"]
    if name != digest["algorithm"].native or digest["parameters"].native is not None or kind is None:
        raise TokenError("algorithms")
    if signer["signature_algorithm"]["parameters"].native is not None:
        raise TokenError("parameters")
    told = {one["type"].native: one["values"] for one in signer["signed_attrs"]}
    if [one.native for one in told.get("content_type", ())] != ["tst_info"]:
        raise TokenError("content type")
    if [one.native for one in told.get("message_digest", ())] != [hashlib.new(name, content).digest()]:
        raise TokenError("digest")
    _check_named(told, certificate)
    key, signed = certificate.public_key(), signer["signed_attrs"].untag().dump()
    value = signer["signature"].native
    try:
        if isinstance(key, rsa.RSAPublicKey) and kind is rsa.RSAPublicKey:
            key.verify(value, signed, padding.PKCS1v15(), HASHES[name])
        elif isinstance(key, ec.EllipticCurvePublicKey) and kind is ec.EllipticCurvePublicKey:
            key.verify(value, signed, ec.ECDSA(HASHES[name]))
        else:
            raise TokenError("algorithms")
    except InvalidSignature as error:
        raise TokenError("signature") from error


def _check_named(told: Any, certificate: x509.Certificate) -> None:
    """RFC 5035: the signed attributes name the certificate by its hash, so that no other can stand in."""
    der = certificate.public_bytes(Encoding.DER)
    for attribute in ("signing_certificate_v2", "signing_certificate"):
        if attribute in told:
            named = told[attribute][0]["certs"][0]
            algorithm = "sha1" if attribute == "signing_certificate" else named["hash_algorithm"]["algorithm"]
            name = algorithm if isinstance(algorithm, str) else algorithm.native
            if hashlib.new(name, der, usedforsecurity=False).digest() == named["cert_hash"].native:
                return
            raise TokenError("certificate")
    raise TokenError("certificate")


def _check_stamped(info: tsp.TSTInfo, signature: bytes) -> None:
    imprint = info["message_imprint"]
    algorithm: algos.DigestAlgorithm = imprint["hash_algorithm"]
    name = algorithm["algorithm"].native
    if name not in HASHES or hashlib.new(name, signature).digest() != imprint["hashed_message"].native:
        raise TokenError("imprint")


def time_of(token: cms.ContentInfo) -> Any:
    """When the authority stamped, with its zone."""
    return token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
