"""The counters of numbers, which belong to no one dossier: compared with the numbers that were given, and written anew.

Dossiers count by agency and day (`H44.100-261127-`), results by agency, kind and year (`H44.100:permit:2026`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from xactin.cases.dossiers.records import subject_of
from xactin.cases.models import Result, Serial
from xactin.cases.procedures import queries as procedures
from xactin.kernel.local import local_day
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import PackageError
from xactin.ledger import queries as ledger
from xactin.ledger.audit import Finding
from xactin.ledger.clock import now

# A dossier's number is taken in the transaction that writes it, so the counter stands at the last one.
_DIFFERENCES: Final = """
SELECT coalesce(s.prefix, c.prefix), s.last, c.last
  FROM (SELECT * FROM cases_serial WHERE prefix NOT LIKE '%%:%%') s
  FULL JOIN (SELECT regexp_replace(number, '[0-9]+$', '') AS prefix,
                    max(substring(number FROM '[0-9]+$')::bigint) AS last
               FROM cases_case GROUP BY 1) c USING (prefix)
 WHERE s.last IS DISTINCT FROM c.last
"""
_OF_DOSSIERS: Final = """
WITH taken AS (SELECT regexp_replace(number, '[0-9]+$', '') AS prefix,
                      max(substring(number FROM '[0-9]+$')::bigint) AS last FROM cases_case GROUP BY 1),
gone AS (DELETE FROM cases_serial WHERE prefix NOT LIKE '%%:%%' AND prefix NOT IN (SELECT prefix FROM taken))
INSERT INTO cases_serial (prefix, last) SELECT prefix, last FROM taken
ON CONFLICT (prefix) DO UPDATE SET last = excluded.last
"""


class _Given(NamedTuple):
    """A number that a result has. `counter`: its name without the year; `year`: where the number itself says it."""

    case: UUID
    counter: str
    serial: int
    year: int | None


def differences() -> Iterator[Finding]:
    """Counters that do not stand at the last number given."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        for prefix, kept, taken in cursor.fetchall():
            text = f"the counter stands at {kept}, the last dossier with such a number is {taken}"
            yield Finding("table", f"number:{prefix}", text)
    yield from _of_results()


def _of_results() -> Iterator[Finding]:
    """Results of one kind are counted from 1 in each year: so many years have given out a number as say so."""
    years: dict[str, list[int]] = {}
    for name, last in Serial.objects.filter(prefix__contains=":").values_list("prefix", "last"):
        years.setdefault(name.rpartition(":")[0], []).append(last)
    given: dict[str, Counter[int]] = {}
    for one in _given():
        given.setdefault(one.counter, Counter())[one.serial] += 1
    for name in sorted(given.keys() | years.keys()):
        counted = Counter(number for last in years.get(name, ()) for number in range(1, last + 1))
        if counted != given.get(name, Counter()):
            yield Finding(
                "table", f"number:{name}", "the counters of results do not stand at the last numbers given"
            )


def rebuild() -> Mapping[str, int]:
    """Writes each counter as it stands at the last number that was given, once dossiers stand again."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_DOSSIERS)
        written = cursor.rowcount
    last: dict[str, int] = {}
    for one in _given():
        name = f"{one.counter}:{one.year or _year_of(one.case)}"
        last[name] = max(one.serial, last.get(name, 0))
    Serial.objects.filter(prefix__contains=":").exclude(prefix__in=last).delete()
    for name, serial in last.items():
        Serial.objects.update_or_create(prefix=name, defaults={"last": serial})
    return {"cases_serial": written + len(last)}


def _year_of(case: UUID) -> int:
    """The year in which a dossier's result got its number: as the entry tells that first said one.

    Of a package of before the number comes with a draft, minutes before an entry says it: that is this year's.
    """
    drawn = (row.at for row in ledger.entries_of(subject_of(case)) if "drawn" in row.effect)
    return local_day(next(drawn, now())).year


def _given() -> Iterator[_Given]:
    """Each number that was given to a result, as far as its package says how it is spelled."""
    rows = Result.objects.values_list("case_id", "number", "case__agency__code", "case__version_id")
    for case, number, agency, version in rows.iterator():
        package = _package(version)
        said = package.procedure.result if package else None
        fits = _pattern(said.number).fullmatch(number) if said else None
        if said and fits:
            year = fits.groupdict().get("year")
            yield _Given(case, f"{agency}:{said.kind}", int(fits["serial"]), int(year) if year else None)


def _package(version: int) -> Package | None:
    """The package a dossier follows; None where it was damaged, which the fold of its procedure says."""
    try:
        return procedures.version(version).package
    except PackageError:
        return None


@lru_cache
def _pattern(number: str) -> re.Pattern[str]:
    """What numbers look like that a package gives: of `{serial}/GPXD-{year}`, `07/GPXD-2026`."""
    text = re.escape(number).replace(r"\{serial\}", r"(?P<serial>\d+)", 1).replace(r"\{serial\}", r"\d+")
    return re.compile(text.replace(r"\{year\}", r"(?P<year>\d{4})", 1).replace(r"\{year\}", r"\d{4}"))
