"""A signature has one spelling. What no signature covers must leave no room: padding, certificates,
attributes.

The bytes of the last signature itself are covered by nothing. Whoever may alter them could not change what is
signed, but "one byte changed and it says not valid" has to hold for every byte.
"""

from __future__ import annotations

from typing import Any, Final

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from xactin.cases.papers.token_form import ATTRIBUTE, TokenError, check_token

VERSION: Final = "v1"
MOST_CERTIFICATES: Final = 8


class SpellingError(ValueError):
    """Bytes around or inside a signature that say nothing, or could say it otherwise."""


def check_spelling(embedded: Any, data: bytes) -> None:
    """Raises SpellingError unless this embedded signature is written in the one way we write them."""
    content: bytes = embedded.pkcs7_content
    info = cms.ContentInfo.load(content)
    der = info.dump()
    if not content.startswith(der) or any(content[len(der) :]):
        raise SpellingError("padding")
    first, begin, end, last = (int(number) for number in embedded.byte_range)
    if first != 0 or data[begin:end] != b"<" + content.hex().upper().encode() + b">" or last < 0:
        raise SpellingError("contents")
    if cms.ContentInfo.load(der).copy().dump(force=True) != der:
        raise SpellingError("encoding")
    _check_signed(info["content"])


def _check_signed(signed: Any) -> None:
    signers = signed["signer_infos"]
    if signed["version"].native != VERSION or len(signers) != 1 or signers[0]["version"].native != VERSION:
        raise SpellingError("version")
    if signed["crls"].native:
        raise SpellingError("unsigned")
    token = time_stamp(signers[0])
    if token is not None:
        try:
            check_token(token, signers[0]["signature"].native)
        except TokenError as error:
            raise SpellingError(f"time stamp: {error}") from error
    if signed["encap_content_info"]["content"].native is not None:
        raise SpellingError("content")
    # Both stand outside of what is signed; the signed attributes name the algorithm, and pyHanko compares it.
    algorithm = signers[0]["digest_algorithm"]
    if [one.dump() for one in signed["digest_algorithms"]] != [algorithm.dump()]:
        raise SpellingError("algorithms")
    if algorithm["parameters"].native is not None:
        raise SpellingError("parameters")
    _check_certificates([one.chosen.dump() for one in signed["certificates"]], signers[0]["sid"])


def time_stamp(signer: Any) -> Any | None:
    """The time-stamp token of a signature, the only thing that may stand beside what is signed; None: without."""
    beside = signer["unsigned_attrs"]
    if not len(beside):
        return None
    if len(beside) != 1 or beside[0]["type"].native != ATTRIBUTE or len(beside[0]["values"]) != 1:
        raise SpellingError("unsigned")
    return beside[0]["values"][0]


def _check_certificates(certificates: list[bytes], sid: Any) -> None:
    """The signer's certificate, its issuers up to a root, and nothing else; each signed by the next."""
    if not 0 < len(certificates) <= MOST_CERTIFICATES or sid.name != "issuer_and_serial_number":
        raise SpellingError("certificates")
    left = [x509.load_der_x509_certificate(one) for one in certificates]
    serial, issuer = sid.chosen["serial_number"].native, sid.chosen["issuer"].dump()
    chain = [one for one in left if one.serial_number == serial and one.issuer.public_bytes() == issuer]
    if len(chain) != 1:
        raise SpellingError("certificates")
    left.remove(chain[0])
    while left:
        above = [one for one in left if one.subject == chain[-1].issuer]
        if len(above) != 1:
            raise SpellingError("certificates")
        left.remove(above[0])
        _check_issued(chain[-1], above[0])
        chain.append(above[0])
    if chain[-1].subject == chain[-1].issuer:
        _check_issued(chain[-1], chain[-1])


def _check_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise SpellingError("certificates") from error
