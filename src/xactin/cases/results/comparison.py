"""A paper without its file, held against what was issued: who has it types what it says, and hears if it fits.

Which answers may be compared is said by the package (`result: {compare: [/child/full_name]}`, pointers into the
form). One answer to all together; every try is on record in the log of readings, and a door allows few.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.state.content import form_data, form_parts
from xactin.cases.dossiers.surroundings import language
from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.results.queries import Issued
from xactin.identity.queries import folded, is_unmarked, marked
from xactin.vault import queries as vault

SYSTEM: Final = "verify"
# unmarked: it fits as far as letters without Vietnamese marks can tell.
Fit = Literal["fits", "unmarked", "other"]
DAYS: Final = ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d")


@dataclass(frozen=True)
class Line:
    """An answer that may be compared: where it stands, what it is called, whether it is a day."""

    pointer: str
    label: str
    is_date: bool

    @property
    def name(self) -> str:
        """Its name in a form."""
        return "compare" + self.pointer.replace("/", "-")


def lines_of(issued: Issued) -> list[Line]:
    """What the package of a result lets a stranger compare."""
    package = procedures.version(issued.version).package
    result, found = package.procedure.result, []
    for pointer in result.compare if result else ():
        schema: Mapping[str, Any] = package.form_schema
        for step in pointer.strip("/").split("/"):
            schema = schema["properties"][step]
        label = text_in(schema["x-ui"]["label"], language())
        found.append(Line(pointer, label, schema.get("format") == "date"))
    return found


def fit_of(issued: Issued, typed: Mapping[str, str]) -> Fit:
    """Whether everything typed (by `Line.name`) is what stands in the result's form. The opening is logged."""
    lines, package = lines_of(issued), procedures.version(issued.version).package
    first: dict[str, Any] = {line.pointer.split("/")[1]: {} for line in lines}
    state = Case.objects.values_list("state", flat=True).get(pk=issued.case)
    named = queries.standing_of(state, sorted(form_parts(package, first)))
    opened = vault.open_named(by=SYSTEM, purpose="compare", subject=f"case:{issued.case}", named=named)
    data = form_data({part: value for part, (value, _salt) in opened.items()})
    if not lines or not all(_is_same(line, typed.get(line.name, ""), data) for line in lines):
        return "other"
    exact = all(line.is_date or _is_marked_alike(typed[line.name], _value(line, data)) for line in lines)
    return "fits" if exact else "unmarked"


def _is_same(line: Line, typed: str, data: Mapping[str, Any]) -> bool:
    value = _value(line, data)
    if not value or not typed.strip():
        return False
    if line.is_date:
        return _day(typed) == value
    return folded(typed) == folded(value) and (_is_marked_alike(typed, value) or is_unmarked(typed))


def _value(line: Line, data: Mapping[str, Any]) -> str:
    """The answer that a line speaks of; "" where there is none in words."""
    value: Any = data
    for step in line.pointer.strip("/").split("/"):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _is_marked_alike(typed: str, value: str) -> bool:
    """Whether the marks are the same too: whoever types any is held to all of them, for Thủy is not Thúy."""
    return marked(typed) == marked(value)


def _day(text: str) -> str:
    for pattern in DAYS:
        try:
            found: date = datetime.strptime(text.strip(), pattern).date()
        except ValueError:
            continue
        return found.isoformat()
    return ""
