"""A draft beside the version in force, in words: what people and offices are asked no longer, and what anew."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.wording import limit_text
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.drafts.burden import Change, burden
from xactin.cases.procedures.queries import text_in
from xactin.cases.web.shown import fee_text
from xactin.kernel.procedure.package import Package


@dataclass(frozen=True)
class Row:
    """One line of the comparison; `removed` and `added` name what went and came."""

    label: str
    before: str
    now: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


@dataclass(frozen=True)
class Against:
    """The version in force, and what is other than in it."""

    version: str
    rows: tuple[Row, ...]


def against_force(package: Package | None) -> Against | None:
    """A draft's package against what is in force today; None where nothing is, or where it is the same."""
    if package is None:
        return None
    try:
        standing = procedures.today(package.code).package
    except procedures.NoSuchProcedure:
        return None
    if standing.digest == package.digest:
        return None
    found = burden(standing, package)
    rows = (
        _counted(_("Papers"), found.papers),
        _counted(_("Questions of the form"), found.questions),
        _counted(_("Steps at the offices"), found.steps),
        Row(_("How long"), limit_text(standing.procedure.limit), limit_text(package.procedure.limit)),
        Row(_("How much"), fee_text(standing), fee_text(package)),
    )
    return Against(standing.version, rows)


def _counted(label: str, change: Change) -> Row:
    words = language()
    return Row(
        label,
        str(change.before),
        str(change.after),
        tuple(text_in(one.name, words) for one in change.removed),
        tuple(text_in(one.name, words) for one in change.added),
    )
