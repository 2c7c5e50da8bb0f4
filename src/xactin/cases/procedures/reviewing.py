"""What publishing a package would do, before anybody does it: what is wrong with it, and what it changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Min, Q, QuerySet

from xactin.cases.errors import Forbidden
from xactin.cases.models import AuthorityLimit, ProcedureVersion
from xactin.cases.procedures.archive import read_archive
from xactin.cases.procedures.queries import fits
from xactin.cases.runtime import installed
from xactin.identity.calendars.queries import calendar
from xactin.identity.queries import Actor, Facts, may, posts_filled
from xactin.kernel.local import local_day
from xactin.kernel.procedure.check import check
from xactin.kernel.procedure.package import Package, load_package
from xactin.kernel.procedure.problems import PackageError, Problem
from xactin.ledger.clock import now


@dataclass(frozen=True, kw_only=True)
class Review:
    """A package looked at. Without problems and not `published` yet it can be published.

    `begins`: its first day here. `ending`: versions that end then. `until`: its last day is before this one.
    `limits_lost`: limits of this authority that do not fit the new version, whose defaults then hold.
    """

    package: Package | None = None
    problems: list[Problem] = field(default_factory=list)
    published: bool = False
    begins: date | None = None
    ending: list[ProcedureVersion] = field(default_factory=list)
    until: date | None = None
    first: bool = False
    limits_lost: list[str] = field(default_factory=list)


def review(*, by: Actor, sent: bytes) -> Review:
    """Looks at a zipped package. Changes nothing. Raises Forbidden for who may not publish."""
    decision = may(by, "procedure.publish", Facts(subject="procedure:"))
    if not decision.allowed:
        raise Forbidden(decision.reason)
    try:
        package = load_package(read_archive(sent))
    except PackageError as error:
        return Review(problems=error.problems)
    if ProcedureVersion.objects.filter(digest=package.digest).exists():
        return Review(package=package, published=True)
    return Review(
        package=package,
        problems=problems_of(package),
        begins=begin_of(package),
        ending=list(ending_with(package).order_by("in_force_from")),
        until=until_of(package),
        first=not ProcedureVersion.objects.filter(code=package.code).exists(),
        limits_lost=[
            row.name
            for row in AuthorityLimit.objects.filter(code=package.code).order_by("name")
            if not fits(package, row.name, row.duration)
        ],
    )


def problems_of(package: Package) -> list[Problem]:
    """Everything that keeps a package from being published here."""
    return [
        *_place_in_the_catalogue(package),
        *check(package, posts=posts_filled(), runtime=installed(), calendar=calendar()),
    ]


def begin_of(package: Package) -> date:
    """Its first day: the one it says. Where that has passed and another version has been in force, today: what was
    filed under the other one was filed under the rules of its day, and no catalogue says otherwise later."""
    today = local_day(now())
    if package.effective_from >= today:
        return package.effective_from
    begun = ProcedureVersion.objects.filter(code=package.code, in_force_from__lte=today).exists()
    return today if begun else package.effective_from


def ending_with(package: Package) -> QuerySet[ProcedureVersion]:
    """The versions in force when it begins: they end then."""
    begins = begin_of(package)
    return ProcedureVersion.objects.filter(
        Q(in_force_until__isnull=True) | Q(in_force_until__gt=begins),
        code=package.code,
        in_force_from__lt=begins,
    )


def until_of(package: Package) -> date | None:
    """When it ends: as it says, or when a version begins that is published for later."""
    later = ProcedureVersion.objects.filter(code=package.code, in_force_from__gt=begin_of(package))
    ends = [package.effective_until, later.aggregate(first=Min("in_force_from"))["first"]]
    return min((end for end in ends if end), default=None)


def _place_in_the_catalogue(package: Package) -> Iterator[Problem]:
    others = ProcedureVersion.objects.filter(code=package.code)
    version, start, end = package.version, begin_of(package), package.effective_until
    if others.filter(version=version).exists():
        yield Problem(
            "version_taken",
            "procedure.yaml: version",
            f"Phiên bản “{version}” đã công bố và không bao giờ sửa: hãy đặt tên phiên bản mới",
            f"Version “{version}” is published already and is never edited: give the new one another name",
        )
    elif others.filter(in_force_from=start).exists():
        yield Problem(
            "same_day",
            "procedure.yaml: effective.from",
            f"Một phiên bản khác có hiệu lực từ cùng ngày {start:%d/%m/%Y}: hãy chọn ngày khác",
            f"Another version begins on the same day, {start:%d/%m/%Y}: choose another day",
        )
    elif end is not None and end <= start:
        yield Problem(
            "over",
            "procedure.yaml: effective.until",
            f"Phiên bản này hết hiệu lực ngày {end:%d/%m/%Y}, trước khi có thể có hiệu lực ({start:%d/%m/%Y})",
            f"This version ends on {end:%d/%m/%Y}, before it could begin ({start:%d/%m/%Y})",
        )
    said = package.procedure
    lengths = {
        "code": (package.code, 40),
        "version": (version, 40),
        "name.vi": (said.name["vi"], 300),
        "name.en": (said.name["en"], 300),
        "field.code": (said.field_code, 40),
        "level": (said.level, 20),
    }
    for place, (text, most) in lengths.items():
        if len(str(text)) > most:
            yield Problem(
                "too_long",
                f"procedure.yaml: {place}",
                f"“{place}” dài quá {most} ký tự",
                f"“{place}” is longer than {most} characters",
            )
