"""Whether a certificate stands under a root: offline, at a given time. Revocation is the log's business."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError

DOCUMENT_USE = {"digital_signature", "non_repudiation"}


def context(
    roots: Sequence[x509.Certificate], others: Iterable[x509.Certificate], at: datetime
) -> ValidationContext:
    """A context that relies on these roots alone and asks nobody."""
    return ValidationContext(
        trust_roots=list(roots),
        other_certs=list(others),
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def chains_to(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
) -> str | None:
    """sha256 (hex) of the root that the certificate stands under at this time, or None."""
    if not roots:
        return None
    validator = CertificateValidator(certificate, validation_context=context(roots, others, at))
    try:
        path = asyncio.run(validator.async_validate_usage(key_usage={"digital_signature"}))
    except (PathBuildingError, PathValidationError, ValidationError):
        return None
    return str(path.first.sha256.hex())
