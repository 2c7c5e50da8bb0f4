"""The audit of rows that belong to no one subject: keys that seal papers, and the counters of numbers."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.db import connection

from xactin.cases.models import Result, SealingKey, Serial
from xactin.cases.papers.signing.trial import EARLY
from xactin.cases.procedures import queries as procedures
from xactin.cases.results.seals import CA, opened_key
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import PackageError
from xactin.ledger import queries as ledger
from xactin.ledger.audit import Finding
from xactin.vault.secrets import SecretsError

_MADE_WITHIN: Final = timedelta(minutes=10)

# A dossier's number is taken in the transaction that writes it, so the counter stands at the last one.
_COUNTERS: Final = """
SELECT coalesce(s.prefix, c.prefix), s.last, c.last
  FROM (SELECT * FROM cases_serial WHERE prefix NOT LIKE '%%:%%') s
  FULL JOIN (SELECT regexp_replace(number, '[0-9]+$', '') AS prefix,
                    max(substring(number FROM '[0-9]+$')::bigint) AS last
               FROM cases_case GROUP BY 1) c USING (prefix)
 WHERE s.last IS DISTINCT FROM c.last
"""


def check() -> Iterator[Finding]:
    """What is wrong with keys that seal papers, and with counters."""
    yield from _keys()
    yield from _counters()


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


def _counters() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTERS)
        for prefix, kept, taken in cursor.fetchall():
            text = f"the counter stands at {kept}, the last dossier with such a number is {taken}"
            yield Finding("table", f"number:{prefix}", text)
    yield from _results()


def _results() -> Iterator[Finding]:
    """Results of one kind are counted from 1 in each year: so many years have given out a number as say so."""
    years: dict[str, list[int]] = {}
    for name, last in Serial.objects.filter(prefix__contains=":").values_list("prefix", "last"):
        years.setdefault(name.rpartition(":")[0], []).append(last)
    given = _given()
    for name in sorted(given.keys() | years.keys()):
        counted = Counter(number for last in years.get(name, ()) for number in range(1, last + 1))
        if counted != given.get(name, Counter()):
            yield Finding(
                "table", f"number:{name}", "the counters of results do not stand at the last numbers given"
            )


def _given() -> dict[str, Counter[int]]:
    """How often each number was given to a result, by the counter's name without its year."""
    found: dict[str, Counter[int]] = {}
    rows = Result.objects.values_list("number", "case__agency__code", "case__version_id")
    for number, agency, version in rows.iterator():
        package = _package(version)
        said = package.procedure.result if package else None
        fits = _pattern(said.number).fullmatch(number) if said else None
        if said and fits:
            found.setdefault(f"{agency}:{said.kind}", Counter())[int(fits["serial"])] += 1
    return found


def _package(version: int) -> Package | None:
    """The package a dossier follows; None where it was damaged, which the fold of its procedure says."""
    try:
        return procedures.version(version).package
    except PackageError:
        return None


@lru_cache
def _pattern(number: str) -> re.Pattern[str]:
    """What numbers look like that a package gives: of `{serial}/GPXD-{year}`, `07/GPXD-2026`."""
    text = re.escape(number).replace(r"\{serial\}", r"(?P<serial>\d+)").replace(r"\{year\}", r"\d{4}")
    return re.compile(text)
