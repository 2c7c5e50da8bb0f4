"""Whose key signs a PDF: the chair's and the agency's, by an adapter of `papers.signing`.

Trials use certificates of the authority's own trial CA, made when first needed and kept sealed.
A real authority names its token or remote service instead (docs/operating.md).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.db import transaction

from xactin.cases.dossiers.paper_facts import ONE_STOP, Form
from xactin.cases.models import SealingKey
from xactin.cases.papers.signing.seal import seal_form
from xactin.cases.papers.signing.signers import DocumentSigner
from xactin.cases.papers.signing.timestamps import TimeService
from xactin.cases.papers.signing.trial import Issued, issue_trial_certificate, make_trial_ca
from xactin.identity import queries as identity
from xactin.identity.models import Agency, Post
from xactin.ledger import queries as ledger
from xactin.ledger.clock import now
from xactin.vault import secrets

CA = "ca"


def _context(owner: str) -> str:
    return f"sealing:{owner}"


def opened_key(row: SealingKey) -> bytes:
    """The private key of a row (PEM). Raises SecretsError."""
    return secrets.unseal(bytes(row.sealed), _context(row.owner))


def _kept(owner: str) -> Issued | None:
    row = SealingKey.objects.filter(pk=owner).first()
    if row is None:
        return None
    return Issued(bytes(row.certificate), opened_key(row))


def _keep(owner: str, issued: Issued) -> Issued:
    """Keeps a new key; of two made at once the first one stands."""
    SealingKey.objects.bulk_create(
        [
            SealingKey(
                owner=owner,
                certificate=issued.certificate,
                sealed=secrets.seal(issued.key, _context(owner)),
                created_at=now(),
            )
        ],
        ignore_conflicts=True,
    )
    kept = _kept(owner)
    assert kept is not None
    return kept


def new_ca(authority: str, *, at: datetime | None = None) -> Issued:
    """A CA for the papers of an authority about to be founded: genesis names it, `keep_ca` keeps it.

    `at`: when its clock begins, where that is not now (a demo's past); papers of then are signed under it.
    """
    return make_trial_ca(authority, at=at or datetime.now(UTC))


def keep_ca(ca: Issued) -> None:
    """Keeps the CA that genesis named."""
    _keep(CA, ca)


def fingerprint(ca: Issued) -> str:
    """sha256 (hex) of the certificate, as genesis names it under `document_roots`."""
    return x509.load_pem_x509_certificate(ca.certificate).fingerprint(SHA256()).hex()


@transaction.atomic
def _ca() -> Issued:
    return _kept(CA) or _keep(CA, make_trial_ca(ledger.authority().name, at=now()))


def trust_roots() -> list[bytes]:
    """The certificates that signers of results chain to (PEM)."""
    kept = _kept(CA)
    return [kept.certificate] if kept else []


@lru_cache(maxsize=64)
def _signer(owner: str, name: str, organisation: str, title: str) -> DocumentSigner:
    ca = _ca()
    issued = _kept(owner) or _keep(
        owner, issue_trial_certificate(ca, name=name, organisation=organisation, title=title, at=now())
    )
    return issued.signer(ca.certificate)


def forget() -> None:
    """Reads each key anew."""
    _signer.cache_clear()


def signer_of(by: Mapping[str, str]) -> DocumentSigner:
    """The PAdES key of the person who attested, in the post of the statement's `by`."""
    post = Post.objects.select_related("agency").get(code=by["post"])
    name = identity.full_names([UUID(by["person"])])[UUID(by["person"])]
    return _signer(f"post:{post.code}:{by['person']}", name, post.agency.name_vi, post.title_vi)


def one_stop_of(agency: Agency) -> DocumentSigner:
    """The PAdES key of the unit that receives for an agency."""
    return _signer(f"one-stop:{agency.code}", ONE_STOP, agency.name_vi, "")


def issued_form(form: Form) -> bytes:
    """A form as its applicant gets it: pressed, and signed by the unit that issues it (Circular 03/2025/TT-VPCP)."""
    issuer = one_stop_of(form.agency) if form.by_one_stop else seal_of(form.agency)
    return seal_form(form.pressed(), issuer, trial=settings.XACTIN_TRIAL, at=now())


def time_service() -> TimeService | None:
    """The authority that confirms the time of signatures (`XACTIN_TSA_URL`), if one is named."""
    return TimeService(settings.XACTIN_TSA_URL) if settings.XACTIN_TSA_URL else None


def seal_of(agency: Agency) -> DocumentSigner:
    """The PAdES seal of an agency."""
    return _signer(f"agency:{agency.code}", agency.name_vi, agency.name_vi, "")
