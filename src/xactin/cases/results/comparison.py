"""A paper without its file, held against what was issued: who has it types what it says, and hears if it fits.

Which answers may be compared is said by the package (`result: {compare: [/child/full_name]}`, pointers into the
form). One answer to all together; every try is on record in the log of readings, and a door allows few.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from xactin.cases.dossiers import queries
from xactin.cases.dossiers.content import form_data, form_parts
from xactin.cases.dossiers.surroundings import language
from xactin.cases.models import Case
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import text_in
from xactin.cases.results.queries import Issued
from xactin.vault import queries as vault

SYSTEM: Final = "verify"
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


def fits(issued: Issued, typed: Mapping[str, str]) -> bool:
    """Whether everything typed (by `Line.name`) is what stands in the result's form. The opening is logged."""
    lines, package = lines_of(issued), procedures.version(issued.version).package
    first: dict[str, Any] = {line.pointer.split("/")[1]: {} for line in lines}
    state = Case.objects.values_list("state", flat=True).get(pk=issued.case)
    named = queries.standing_of(state, sorted(form_parts(package, first)))
    opened = vault.open_named(by=SYSTEM, purpose="compare", subject=f"case:{issued.case}", named=named)
    data = form_data({part: value for part, (value, _salt) in opened.items()})
    return bool(lines) and all(_is_same(line, typed.get(line.name, ""), data) for line in lines)


def _is_same(line: Line, typed: str, data: Mapping[str, Any]) -> bool:
    value: Any = data
    for step in line.pointer.strip("/").split("/"):
        value = value.get(step) if isinstance(value, Mapping) else None
    if not isinstance(value, str) or not typed.strip():
        return False
    return _day(typed) == value if line.is_date else _plain(typed) == _plain(value)


def _plain(text: str) -> str:
    """Letters as they sound on paper: one form of Unicode, no case, single spaces; diacritics count."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _day(text: str) -> str:
    for pattern in DAYS:
        try:
            found: date = datetime.strptime(text.strip(), pattern).date()
        except ValueError:
            continue
        return found.isoformat()
    return ""
