"""What can sign a document: a key file, a PKCS#11 token, or a service elsewhere. One interface, three
adapters.

A signer knows its certificate and makes raw signatures; CMS and PDF are pyHanko's. Whatever comes back from a
token or a service is checked against the certificate before it is used.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from asn1crypto import cms, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from xactin.cases.papers.signing.cms_template import CmsTemplate

LONGEST_SIGNATURE = 512  # RSA 4096
ATTRIBUTES = PdfCMSSignedAttributes(signing_time=None)  # PAdES: the time stands in the signature dictionary


class SigningError(RuntimeError):
    """A signature not made. `code`: certificate, key, not_now, refused or unavailable (try again)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


class DocumentSigner(Signer):
    """A certificate and something that signs for it."""

    def __init__(self, certificate: bytes, chain: Iterable[bytes] = ()) -> None:
        """`certificate` and `chain` (issuers, root included) as PEM or DER. Raises SigningError."""
        store = SimpleCertificateStore()
        signing, issuers = read_certificate(certificate), [read_certificate(one) for one in chain]
        store.register_multiple(issuers)  # pyHanko adds the signing one itself
        super().__init__(signing_cert=signing, cert_registry=store, embed_roots=True)
        self.certificate: Any = signing
        self.chain = tuple(issuers)
        self._templates: dict[str, CmsTemplate] = {}
        self._public = x509.load_der_x509_certificate(signing.dump()).public_key()

    @property
    def name(self) -> str:
        """The common name of the certificate: the person's or the agency's."""
        return name_of(self.certificate, "common_name")

    @property
    def organisation(self) -> str:
        """The organisation of the certificate."""
        return name_of(self.certificate, "organization_name")

    def check_time(self, at: datetime) -> None:
        """Raises SigningError where the certificate is not valid at this time."""
        validity = self.certificate["tbs_certificate"]["validity"]
        if not validity["not_before"].native <= at <= validity["not_after"].native:
            raise SigningError("not_now", self.name)

    def raw(self, data: bytes, algorithm: str) -> bytes:
        """The signature over `data`, hashed by `algorithm`; ECDSA as DER."""
        raise NotImplementedError

    async def async_sign(
        self,
        data_digest: bytes,
        digest_algorithm: str,
        dry_run: bool = False,
        use_pades: bool = False,
        timestamper: Any = None,
        signed_attr_settings: PdfCMSSignedAttributes | None = None,
        is_pdf_sig: bool = True,
        encap_content_info: Any = None,
    ) -> cms.ContentInfo:
        """For pyHanko: of PAdES B-B the first is written by it, the next ones are filled into that."""
        usual = use_pades and signed_attr_settings == ATTRIBUTES and is_pdf_sig and encap_content_info is None
        if usual and timestamper is None and not dry_run:
            template = await self._template(digest_algorithm)

            async def sign(attributes: bytes) -> bytes:
                return await self.async_sign_raw(attributes, digest_algorithm)

            return cms.ContentInfo.load(await template.filled(data_digest, sign))
        return await super().async_sign(
            data_digest,
            digest_algorithm,
            dry_run,
            use_pades,
            timestamper,
            signed_attr_settings,
            is_pdf_sig,
            encap_content_info,
        )

    async def room(self, digest_algorithm: str) -> int:
        """How many digits of a PDF one of its signatures may take without a token of time; half of them more than the
        longest needs."""
        digits = 2 * (await self._template(digest_algorithm)).size
        return digits + 2 * (digits // 4)

    async def _template(self, digest_algorithm: str) -> CmsTemplate:
        if digest_algorithm not in self._templates:
            digest = hashlib.new(digest_algorithm, b"the digest that is replaced").digest()
            made = await super().async_sign(
                digest, digest_algorithm, dry_run=True, use_pades=True, signed_attr_settings=ATTRIBUTES
            )
            self._templates[digest_algorithm] = CmsTemplate(made.dump(), digest)
        return self._templates[digest_algorithm]

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """For pyHanko; checked against the certificate."""
        if dry_run:
            return bytes(LONGEST_SIGNATURE if isinstance(self._public, rsa.RSAPublicKey) else 72)
        signature = await asyncio.to_thread(self.raw, data, digest_algorithm)
        check_raw(self._public, data, signature, digest_algorithm)
        return signature


class KeyFileSigner(DocumentSigner):
    """A private key in memory, loaded once: for trials, and for seals whose key the vault keeps."""

    def __init__(self, certificate: bytes, key: bytes, chain: Iterable[bytes] = ()) -> None:
        """`key` is PEM without a password. Raises SigningError."""
        super().__init__(certificate, chain)
        try:
            self._key: Any = load_pem_private_key(key, password=None)
        except (ValueError, TypeError) as error:
            raise SigningError("key", str(error)) from error
        if self._key.public_key() != self._public:
            raise SigningError("key", "the key does not belong to the certificate")

    def raw(self, data: bytes, algorithm: str) -> bytes:
        """See DocumentSigner."""
        digest = hash_of(algorithm)
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(digest))
        return bytes(self._key.sign(data, padding.PKCS1v15(), digest))


def read_certificate(data: bytes) -> asn1.Certificate:
    """A certificate from PEM or DER. Raises SigningError."""
    try:
        if pem.detect(data):
            data = pem.unarmor(data)[2]
        certificate = asn1.Certificate.load(data, strict=True)
        certificate.native  # noqa: B018 (parses every field, or raises)
    except (ValueError, TypeError) as error:
        raise SigningError("certificate", str(error)) from error
    return certificate


def read_certificates(data: bytes) -> list[asn1.Certificate]:
    """All certificates of a PEM file, or the one of a DER file. Raises SigningError."""
    if not pem.detect(data):
        return [read_certificate(data)]
    try:
        return [read_certificate(der) for _, _, der in pem.unarmor(data, multiple=True)]
    except ValueError as error:
        raise SigningError("certificate", str(error)) from error


def name_of(certificate: asn1.Certificate, attribute: str) -> str:
    """A part of the subject's name, "" where it has none."""
    found = certificate.subject.native.get(attribute, "")
    return str(found[0] if isinstance(found, list) else found)


def hash_of(algorithm: str) -> hashes.HashAlgorithm:
    """The hash by its name; SHA-2 only."""
    known: dict[str, hashes.HashAlgorithm] = {
        "sha256": hashes.SHA256(),
        "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512(),
    }
    return known[algorithm]


def check_raw(public: Any, data: bytes, signature: bytes, algorithm: str) -> None:
    """Raises SigningError where the signature is not one by this key."""
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, data, ec.ECDSA(hash_of(algorithm)))
        else:
            public.verify(signature, data, padding.PKCS1v15(), hash_of(algorithm))
    except InvalidSignature as error:
        raise SigningError("key", "the signature does not belong to the certificate") from error


def has_legal_force(signers: Sequence[DocumentSigner], state_roots: Sequence[bytes], at: datetime) -> bool:
    """Whether each certificate stands under a root of the State's public-service CA; else it is a trial."""
    from xactin.cases.papers.signing.chains import chains_to

    roots = [root for data in state_roots for root in read_certificates(data)]
    return bool(signers) and all(
        chains_to(signer.certificate, signer.chain, roots, at) is not None for signer in signers
    )
