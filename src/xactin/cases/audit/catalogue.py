"""The catalogue's rows and the counters of numbers written anew: from entries, and from the dossiers that have them.

A package's files stand in no entry (their digest does), so a version whose row is gone stays gone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from django.db import connection

from xactin.cases.audit.procedures import wanted
from xactin.cases.models import AuthorityLimit, ProcedureVersion
from xactin.cases.procedures.commands import listed
from xactin.kernel.procedure.package import load_package
from xactin.kernel.procedure.problems import PackageError
from xactin.ledger.audit import Told
from xactin.ledger.queries import EntryRow

# Numbers of dossiers end in digits; the counters of results have a colon in their name and count by year.
_COUNTERS: Final = """
WITH taken AS (SELECT regexp_replace(number, '[0-9]+$', '') AS prefix,
                      max(substring(number FROM '[0-9]+$')::bigint) AS last FROM cases_case GROUP BY 1),
gone AS (DELETE FROM cases_serial WHERE prefix NOT LIKE '%%:%%' AND prefix NOT IN (SELECT prefix FROM taken))
INSERT INTO cases_serial (prefix, last) SELECT prefix, last FROM taken
ON CONFLICT (prefix) DO UPDATE SET last = excluded.last
"""


def rebuild(told: Sequence[Told]) -> Mapping[str, int]:
    """Writes versions and limits of these procedures; returns how many of which table."""
    written = Counter[str]()
    for one in told:
        published = {row.effect["digest"]: row for row in one.entries if _act(row) == "procedure.publish"}
        limits = {row.effect["name"]: row for row in one.entries if _act(row) == "limit.set"}
        written["cases_procedureversion"] += _versions(one.id, published)
        written["cases_authoritylimit"] += _limits(one.id, limits)
    return written


def _act(row: EntryRow) -> str:
    return str(row.statement["act"])


def _versions(code: str, published: Mapping[str, EntryRow]) -> int:
    starts = sorted(row.effect["from"] for row in published.values())
    rows = ProcedureVersion.objects.filter(code=code, digest__in=published)
    for row in rows:
        version, begins, ends, at, entry = wanted(published[row.digest], starts)
        row.version, row.published_at, row.published_entry = version, at, entry
        row.in_force_from = date.fromisoformat(begins)
        row.in_force_until = date.fromisoformat(ends) if ends else None
        try:
            package = load_package({name: text.encode() for name, text in row.files.items()})
        except PackageError:
            continue  # the audit says that its files are others
        for name, value in listed(package).items():
            setattr(row, name, value)
        row.save()
    return len(rows)


def _limits(code: str, limits: Mapping[str, EntryRow]) -> int:
    AuthorityLimit.objects.filter(code=code).exclude(name__in=limits).delete()
    for name, row in limits.items():
        columns = {"duration": row.effect["duration"], "set_entry": row.id}
        AuthorityLimit.objects.update_or_create(code=code, name=name, defaults=columns)
    return len(limits)


def counters() -> Mapping[str, int]:
    """Writes the counters of dossiers' numbers: each stands at the last that was given."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTERS)
        return {"cases_serial": cursor.rowcount}
