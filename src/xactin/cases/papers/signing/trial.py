"""Certificates for trials: an authority's own CA, which nobody outside needs to believe, and says so in every
name.

Keys and serial numbers come from the operating system's randomness; times come in as arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from xactin.cases.papers.signing.signers import KeyFileSigner

TRIAL: Final = "THỬ NGHIỆM/TRIAL"
LONGEST_NAME: Final = 64  # X.520; `cryptography` counts bytes of UTF-8
EARLY: Final = timedelta(hours=1)
ROOT_YEARS: Final = 10
YEARS: Final = 3


@dataclass(frozen=True, repr=False)
class Issued:
    """A certificate and its private key, as PEM. The key is a secret: seal it before it is stored."""

    certificate: bytes
    key: bytes

    def signer(self, ca: bytes) -> KeyFileSigner:
        """Signs with it; `ca` is the CA's certificate."""
        return KeyFileSigner(self.certificate, self.key, [ca])


def make_trial_ca(authority: str, *, at: datetime, years: int = ROOT_YEARS) -> Issued:
    """A root of this authority alone, P-256."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"{authority} - CA", authority)
    builder = _builder(name, name, key.public_key(), at, years)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(certificates=True), critical=True)
    return _issued(builder, key, key)


def issue_trial_certificate(
    ca: Issued, *, name: str, organisation: str, at: datetime, title: str = "", years: int = YEARS
) -> Issued:
    """A certificate for signing documents: of a person (`name`, with `title`), or of an agency's seal."""
    issuer = x509.load_pem_x509_certificate(ca.certificate)
    issuer_key = load_pem_private_key(ca.key, password=None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    end = min(at + _years(years), issuer.not_valid_after_utc)
    builder = _builder(_name(name, organisation, title), issuer.subject, key.public_key(), at, end=end)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(certificates=False), critical=True)
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = builder.add_extension(issuer_id, critical=False)
    return _issued(builder, key, issuer_key)


def _years(years: int) -> timedelta:
    return timedelta(days=365 * years)


def _short(text: str, room: int = LONGEST_NAME) -> str:
    """As much of a text as fits, never half a letter."""
    return text.encode()[:room].decode(errors="ignore").strip()


def _name(name: str, organisation: str, title: str = "") -> x509.Name:
    room = LONGEST_NAME - len(TRIAL.encode()) - 3
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, _short(organisation)),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, TRIAL),
    ]
    if title:
        parts.append(x509.NameAttribute(NameOID.TITLE, _short(title)))
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, f"{_short(name, room)} ({TRIAL})")])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    at: datetime,
    years: int = YEARS,
    end: datetime | None = None,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - EARLY)
        .not_valid_after(end or at + _years(years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _issued(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, issuer_key: ec.EllipticCurvePrivateKey
) -> Issued:
    certificate = builder.sign(issuer_key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Issued(certificate.public_bytes(Encoding.PEM), secret)
