"""The catalogue's rows written anew from entries: versions of procedures, and the limits that the authority set.

A package's files stand in no entry (their digest does), so a version whose row is gone stays gone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from xactin.cases.audit.procedures import wanted
from xactin.cases.models import AuthorityLimit, ProcedureVersion
from xactin.cases.procedures.commands import listed
from xactin.kernel.procedure.package import load_package
from xactin.kernel.procedure.problems import PackageError
from xactin.ledger.audit import Told
from xactin.ledger.queries import EntryRow


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
