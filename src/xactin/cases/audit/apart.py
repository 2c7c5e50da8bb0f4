"""The audit of rows that belong to no one subject: keys that seal papers, and (`counters.py`) counters of numbers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from xactin.cases.audit import counters
from xactin.cases.models import SealingKey
from xactin.cases.papers.signing.trial import EARLY
from xactin.cases.results.seals import CA, opened_key
from xactin.ledger import queries as ledger
from xactin.ledger.audit import Finding
from xactin.vault.secrets import SecretsError

_MADE_WITHIN: Final = timedelta(minutes=10)


def check() -> Iterator[Finding]:
    """What is wrong with keys that seal papers, and with counters."""
    yield from _keys()
    yield from counters.differences()


def _keys() -> Iterator[Finding]:
    rows = {row.owner: row for row in SealingKey.objects.all()}
    ca = rows.get(CA)
    roots = _roots()
    if ca is not None and roots and _fingerprint(ca) not in roots:
        yield Finding(
            "table", "sealing:ca", "the certificate that papers stand under is not one that genesis names"
        )
    for owner, row in sorted(rows.items()):
        yield from (Finding("table", f"sealing:{owner}", text) for text in _key(row, ca))


def _roots() -> set[str]:
    """Digests of certificates that genesis names; a log that began anew has several geneses."""
    entries = ledger.entries_of(f"authority:{ledger.authority().id}")
    return {root for entry in entries for root in entry.effect.get("document_roots", ())}


def _fingerprint(row: SealingKey) -> str:
    try:
        return x509.load_pem_x509_certificate(bytes(row.certificate)).fingerprint(SHA256()).hex()
    except ValueError:
        return ""


def _key(row: SealingKey, ca: SealingKey | None) -> Iterator[str]:
    try:
        certificate = x509.load_pem_x509_certificate(bytes(row.certificate))
        private = load_pem_private_key(opened_key(row), password=None)
    except (ValueError, SecretsError):
        yield "its key or certificate cannot be opened: it can seal nothing"
        return
    if private.public_key() != certificate.public_key():
        yield "the key kept here is not the one of its certificate"
    if abs(row.created_at - certificate.not_valid_before_utc - EARLY) > _MADE_WITHIN:
        yield "it was made at another time than its certificate"
    try:
        issuer = x509.load_pem_x509_certificate(bytes(ca.certificate)) if ca else certificate
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        yield "its certificate was not issued under the one that papers stand under"
