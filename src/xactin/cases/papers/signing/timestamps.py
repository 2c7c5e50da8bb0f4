"""A time-stamping authority (RFC 3161) beside the signers: signatures become PAdES B-T.

What leaves us is the hash of a signature. Tokens prove by themselves who made them, so plain http will do, as
most authorities of this kind speak it. A token is made tidy before it is built in: whatever its own signature
does not cover is dropped or has one spelling, so that no byte of an issued paper may change (`token_form.py`).
"""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from typing import Any, Final
from urllib.parse import urlsplit

from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper

from xactin.cases.papers.signing.signers import SigningError
from xactin.cases.papers.token_form import ALGORITHMS, is_complete

LARGEST_ANSWER: Final = 64 * 1024
QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"


class TimeService(TimeStamper):
    """The authority at an address. One that is away is `SigningError("unavailable")`: try again later."""

    def __init__(self, url: str, *, seconds: float = 10.0) -> None:
        """`url` takes the query by POST, e.g. http://tsa.example.vn/tsr. Raises SigningError."""
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise SigningError("refused", "a time-stamping authority has an http or https address")
        self._url, self._seconds = url, seconds
        super().__init__()  # type: ignore[no-untyped-call]

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """For pyHanko."""
        return await asyncio.to_thread(self._ask, req.dump())

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """For pyHanko: a token over this digest, tidied. Raises SigningError."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SigningError("unavailable", f"time stamp: {error}"[:200]) from error
        return tidy(token)

    def _ask(self, query: bytes) -> tsp.TimeStampResp:
        request = urllib.request.Request(  # noqa: S310 (scheme checked)
            self._url, data=query, headers={"Content-Type": QUERY, "Accept": REPLY}
        )
        try:
            with urllib.request.urlopen(request, timeout=self._seconds) as answer:  # noqa: S310
                kind, data = answer.headers.get_content_type(), answer.read(LARGEST_ANSWER + 1)
        except urllib.error.HTTPError as error:
            with error:
                raise SigningError("unavailable", f"time stamp: {error.code}") from error
        except OSError as error:
            raise SigningError("unavailable", f"time stamp: {type(error).__name__}") from error
        if kind != REPLY or len(data) > LARGEST_ANSWER:
            raise SigningError("unavailable", "time stamp: the answer is none")
        return tsp.TimeStampResp.load(data, strict=True)


def tidy(token: cms.ContentInfo) -> cms.ContentInfo:
    """The same token with the signer's certificate, its issuers where all are there, and nothing loose."""
    signed = token["content"]
    (signer,) = signed["signer_infos"]
    algorithm: Any = signer["signature_algorithm"]
    if algorithm["algorithm"].native == "rsassa_pkcs1v15":  # the same said shorter; RFC 5754 allows both
        name = f"{signer['digest_algorithm']['algorithm'].native}_rsa"
        signer["signature_algorithm"] = {"algorithm": name}
    if signer["signature_algorithm"]["algorithm"].native not in ALGORITHMS:
        raise SigningError("refused", "time stamp: an algorithm that we do not check")
    serial, issuer = signer["sid"].chosen["serial_number"].native, signer["sid"].chosen["issuer"]
    held = [one.chosen for one in signed["certificates"]]
    own = [one for one in held if one.serial_number == serial and one.issuer == issuer]
    chain = [*own]
    while above := [one for one in held if one.subject == chain[-1].issuer and one not in chain]:
        chain.append(above[0])
    kept = chain if is_complete([one.dump() for one in chain]) else own
    made = cms.SignedData(
        {
            "version": signed["version"].native,
            "digest_algorithms": [signer["digest_algorithm"]],
            "encap_content_info": signed["encap_content_info"],
            "certificates": cms.CertificateSet(
                [cms.CertificateChoices(name="certificate", value=one) for one in kept]
            ),
            "signer_infos": [
                {
                    name: signer[name]
                    for name in (
                        "version",
                        "sid",
                        "digest_algorithm",
                        "signed_attrs",
                        "signature_algorithm",
                        "signature",
                    )
                }
            ],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": made})
