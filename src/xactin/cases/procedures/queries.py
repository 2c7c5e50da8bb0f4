"""What may be asked of the catalogue. It is public: no actor is needed to read what is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import orjson
from django.db import connection
from django.db.models import F, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from xactin.cases.errors import ActError
from xactin.cases.models import AuthorityLimit, ProcedureVersion, SearchCount
from xactin.identity.calendars.queries import calendar
from xactin.kernel.local import local_day
from xactin.kernel.procedure.kinds import APPLICATION
from xactin.kernel.procedure.package import Package, load_package
from xactin.kernel.working_time import longest
from xactin.ledger.clock import now


class NoSuchProcedure(ActError):
    """No published version of this code is in force on that day."""

    status = 404
    code = "no_such_procedure"

    def __init__(self, code: str) -> None:
        super().__init__(_("There is no procedure with this code in force."), procedure=code)


@dataclass(frozen=True)
class InForce:
    """A published version with its package, ready for the engine."""

    id: int
    package: Package

    def rule(self) -> dict[str, str]:
        """What a statement carries as `rule`."""
        return {"id": self.package.code, "version": self.package.version, "digest": self.package.digest}


@lru_cache(maxsize=256)
def version(version_id: int) -> InForce:
    """A published version by its row. It never changes, so it is loaded once a process."""
    row = ProcedureVersion.objects.only("files").get(pk=version_id)
    return InForce(version_id, load_package({name: text.encode() for name, text in row.files.items()}))


@lru_cache(maxsize=1024)
def row(version_id: int) -> ProcedureVersion:
    """A published version's row as lists name it, loaded once a process; only when it ends may be of yesterday."""
    return ProcedureVersion.objects.defer("files", "search").get(pk=version_id)


def in_force_rows(day: date) -> QuerySet[ProcedureVersion]:
    """The versions in force on a local day."""
    return ProcedureVersion.objects.filter(
        Q(in_force_until__isnull=True) | Q(in_force_until__gt=day), in_force_from__lte=day
    )


def kinds_in_force() -> set[str]:
    """The kinds of work that a case may be begun of today."""
    return set(in_force_rows(local_day(now())).values_list("kind", flat=True).distinct())


def begun_by_officials() -> list[InForce]:
    """What is in force today and nobody applies for, in the order of names."""
    rows = in_force_rows(local_day(now())).exclude(kind=APPLICATION).order_by("name_vi", "code")
    return [version(row) for row in rows.values_list("pk", flat=True)]


def begun_at_counters() -> list[InForce]:
    """What is in force today and an official may begin for a person, in the order of names."""
    rows = in_force_rows(local_day(now())).exclude(asks="").order_by("name_vi", "code")
    found = (version(row) for row in rows.values_list("pk", flat=True))
    return [one for one in found if one.package.procedure.begun("counter")]


def in_force(code: str, day: date) -> InForce:
    """The version a dossier started on this local day follows. Raises NoSuchProcedure."""
    row = in_force_rows(day).filter(code=code).order_by("-in_force_from").only("id").first()
    if row is None:
        raise NoSuchProcedure(code)
    return version(row.pk)


STANDING: Final = """
SELECT (SELECT id FROM cases_procedureversion
         WHERE code = %(code)s AND in_force_from <= %(day)s AND (in_force_until IS NULL OR in_force_until > %(day)s)
         ORDER BY in_force_from DESC LIMIT 1),
       (SELECT coalesce(jsonb_object_agg(name, duration), '{}') FROM cases_authoritylimit WHERE code = %(code)s)
"""
"""What a new dossier follows: the version in force and the authority's limits. `Standing` keeps it."""


@dataclass(frozen=True)
class Standing:
    """What a dossier started on a day follows, as this process last saw it. Whoever starts one asks again, by
    `statement`, in the transaction that writes it, and calls `forget_standing` where the answer differs."""

    version: InForce
    limits: Mapping[str, Mapping[str, int]]
    statement: tuple[str, Mapping[str, Any]]
    row: tuple[int, Any]

    def holds(self, row: Sequence[Any]) -> bool:
        """Whether that answer is still this."""
        return self.row == tuple(row)


@lru_cache(maxsize=1024)
def standing(code: str, day: date) -> Standing:
    """What a dossier started on this local day follows. Kept: it changes a few times a year, and is asked for in
    each application. Raises NoSuchProcedure."""
    asked: dict[str, Any] = {"code": code, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(STANDING, asked)
        found, text = cursor.fetchone()
    if found is None:
        raise NoSuchProcedure(code)
    chosen, limits = version(found), orjson.loads(text)
    return Standing(chosen, _fitting(chosen.package, limits), (STANDING, asked), (found, limits))


def forget_standing() -> None:
    """A version was published or a limit was set."""
    standing.cache_clear()


def by_digest(digest: str) -> InForce | None:
    """A published version by its digest."""
    row = ProcedureVersion.objects.filter(digest=digest).only("id").first()
    return version(row.pk) if row else None


def today(code: str) -> InForce:
    """The version a dossier started now would follow. Raises NoSuchProcedure."""
    return in_force(code, local_day(now()))


def fits(package: Package, name: str, duration: Mapping[str, int]) -> bool:
    """Whether a limit of the authority is one this version lets it set, and within its maximum."""
    allowed = package.procedure.authority_limits.get(name)
    return allowed is not None and longest([duration], calendar()) <= longest([allowed.maximum], calendar())


def limits(code: str) -> dict[str, dict[str, int]]:
    """The limits this authority set for a procedure in force, by name."""
    rows = {row.name: row.duration for row in AuthorityLimit.objects.filter(code=code)}
    return _fitting(today(code).package, rows) if rows else {}


def _fitting(package: Package, limits: Mapping[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """One that this version does not allow (it was set under another) does not count: the engine would refuse
    every application."""
    return {name: duration for name, duration in limits.items() if fits(package, name, duration)}


def versions(code: str = "") -> list[ProcedureVersion]:
    """Every version of the catalogue (or of one procedure), the newest of each procedure first."""
    rows = ProcedureVersion.objects.defer("files", "search").order_by("name_vi", "code", "-in_force_from")
    return list(rows.filter(code=code) if code else rows)


def catalogue(*, level: str = "", field: str = "") -> QuerySet[ProcedureVersion]:
    """Procedures in force today that people apply for, filtered, by name. In words: `search.found`."""
    rows = in_force_rows(local_day(now())).filter(kind=APPLICATION).order_by("name_vi", "code")
    if level:
        rows = rows.filter(level=level)
    return rows.filter(field_code=field) if field else rows


@dataclass(frozen=True)
class Vain:
    """Words that were searched, how often nothing was opened, of how many searches, and the last day."""

    words: str
    times: int
    asked: int
    last: date


def searched_in_vain(limit: int = 100) -> list[Vain]:
    """Searches after which nothing was opened, the most frequent first."""
    rows = SearchCount.objects.values("words").annotate(
        all=Sum("asked"), times=Sum(F("asked") - F("opened")), last=Max("day")
    )
    found = rows.filter(times__gt=0).order_by("-times", "-last", "words")[:limit]
    return [Vain(row["words"], row["times"], row["all"], row["last"]) for row in found]


def text_in(words: Mapping[str, Any], language: str) -> str:
    """A `{vi, en}` text of a package in one language."""
    return str(words.get(language) or words.get("vi") or "")
