"""The audit of the catalogue: published versions and set limits against the entries that attest them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from xactin.cases.models import AuthorityLimit, ProcedureVersion
from xactin.cases.procedures.commands import listed
from xactin.kernel.procedure.package import digest_of, load_package
from xactin.kernel.procedure.problems import PackageError
from xactin.ledger.audit import Finding, Told
from xactin.ledger.queries import EntryRow

CLAIMS: Final = """
SELECT 'procedure:' || code FROM cases_procedureversion UNION SELECT 'procedure:' || code FROM cases_authoritylimit
"""
"""Every procedure there is a row of."""


def check(told: Sequence[Told]) -> Iterable[Finding]:
    """What differs between procedures' rows and entries. There are few procedures, so each asks for its own."""
    for one in told:
        published = {
            row.effect["digest"]: row for row in one.entries if row.statement["act"] == "procedure.publish"
        }
        limits = {row.effect["name"]: row for row in one.entries if row.statement["act"] == "limit.set"}
        for text in (*_versions(one.id, published), *_limits(one.id, limits)):
            yield Finding("table", one.subject, text)


def _versions(code: str, published: Mapping[str, EntryRow]) -> Iterator[str]:
    rows = {row.digest: row for row in ProcedureVersion.objects.filter(code=code)}
    for digest in published.keys() - rows.keys():
        yield f"version {published[digest].effect['version']}: its row is gone"
    starts = sorted(row.effect["from"] for row in published.values())
    for digest, row in rows.items():
        entry = published.get(digest)
        if entry is None:
            yield f"version {row.version}: nobody published it"
            continue
        if digest_of({name: text.encode() for name, text in row.files.items()}) != digest:
            yield f"version {row.version}: its files are not those published"
        if _said(row) != wanted(entry, starts):
            yield f"version {row.version}: its row says other than the entry that published it"
        yield from _listed(row)


def _listed(row: ProcedureVersion) -> Iterator[str]:
    """What lists and the search show of a version, against its package."""
    try:
        package = load_package({name: text.encode() for name, text in row.files.items()})
    except PackageError:
        return  # its files are told already
    wrong = [name for name, value in listed(package).items() if getattr(row, name) != value]
    if wrong:
        yield f"version {row.version}: {', '.join(wrong)} other than its package says"


def _said(row: ProcedureVersion) -> tuple[Any, ...]:
    until = row.in_force_until.isoformat() if row.in_force_until else None
    return row.version, row.in_force_from.isoformat(), until, row.published_at, row.published_entry


def wanted(entry: EntryRow, starts: Sequence[str]) -> tuple[Any, ...]:
    """What the row of a published version says beside its package, as its entry tells. It ends when it says so, or
    when a later one begins."""
    effect = entry.effect
    ends = [start for start in starts if start > effect["from"]] + (
        [effect["until"]] if effect["until"] else []
    )
    return effect["version"], effect["from"], min(ends, default=None), entry.at, entry.id


def _limits(code: str, limits: Mapping[str, EntryRow]) -> Iterator[str]:
    rows = {row.name: row for row in AuthorityLimit.objects.filter(code=code)}
    for name in limits.keys() | rows.keys():
        entry, row = limits.get(name), rows.get(name)
        if (
            entry is None
            or row is None
            or (row.duration, row.set_entry) != (entry.effect["duration"], entry.id)
        ):
            yield f"limit {name}: its row says other than the entries"
