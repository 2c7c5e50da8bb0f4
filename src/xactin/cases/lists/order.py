"""The order of a list: by which columns people may put it, and what that means to the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar

from django.db.models import Case as Choice
from django.db.models import F, Model, OrderBy, Q, QuerySet, Value, When

from xactin.cases.dossiers.visibility import told_of
from xactin.identity.queries import Actor

Row = TypeVar("Row", bound=Model)

CASES: Final[Mapping[str, str]] = {
    "number": "number",
    "procedure": "version__name_vi",
    "agency": "agency__name_vi",
    "owner": "owner_key",
    "state": "national_state",
    "sent": "submitted_at",
    "due": "due_at",
}
"""What a list of dossiers may be ordered by, with its column."""
TASKS: Final[Mapping[str, str]] = {
    "task": "node",
    "number": "case__number",
    "procedure": "case__version__name_vi",
    "owner": "case__owner_key",
    "since": "opened_at",
    "due": "due_at",
}


def chosen(text: str, columns: Mapping[str, str], usual: str) -> str:
    """The order an address asks for (`due`, `-due`); `usual` for none, and for what is no order."""
    return text if text.removeprefix("-") in columns else usual


def ordered(
    rows: QuerySet[Row], actor: Actor, order: str, columns: Mapping[str, str], *, case: str = ""
) -> QuerySet[Row]:
    """The rows in this order; what has no value comes last. `case` leads from a row to its case.

    Who is not told whose a dossier is does not learn it from its place either.
    """
    column = columns[order.removeprefix("-")]
    value: F | Choice = F(column)
    told = told_of(actor, case=case)
    if column.endswith("owner_key") and told:
        value = Choice(When(told, then=F(column)), default=Value(""))
    backwards = order.startswith("-")
    first = OrderBy(value, descending=backwards, nulls_last=True)
    return rows.order_by(first, "-id" if backwards else "id")


def late(at: datetime, *, case: str = "") -> Q:
    """Late at a moment: the one definition (`rules.late_from`)."""
    return Q(**{f"{case}late_at__lt": at})
