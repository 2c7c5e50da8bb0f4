"""What tasks answered so far, and which of it speaks against going on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xactin.cases.dossiers.state import content
from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.warnings import answered
from xactin.cases.procedures.queries import text_in
from xactin.kernel.procedure.description import Act
from xactin.kernel.procedure.flow.lasting import base
from xactin.kernel.procedure.package import Package
from xactin.ui.pieces import Line


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """An answer of a task. `objects`: it speaks against going on. `despite`: why somebody went on all the same.
    `by_party`: a party to the case answered, and no agency."""

    part: str
    title: str
    lines: Sequence[Line]
    objects: bool
    despite: str = ""
    by_party: bool = False


def given(
    package: Package, opened: Mapping[str, Any], places: Mapping[str, str] | None = None
) -> Iterator[Opinion]:
    """What the reader may know of them, in the order of the tasks; each of several by itself, with the place that
    answered (`places`, by part) where one task is several agencies'."""
    written, order = content.writers(package), list(package.procedure.tasks)
    found = [(order.index(name), part) for part in opened if (name := content.writer_of(written, part))]
    for place, part in sorted(found):
        task, value = package.procedure.tasks[order[place]], opened[part]
        said = value.get("act") if isinstance(value, Mapping) else None
        act = next((one for one in task.acts if one.id == base(str(said))), None)
        if act is not None:
            data = value.get("data") or {}
            title = f"{text_in(task.name, language())}: {text_in(act.label, language())}"
            place_name = (places or {}).get(part, "")
            yield Opinion(
                part=part,
                title=f"{place_name} · {title}" if place_name else title,
                lines=[*lines_of(act, value), *_answered(package, data)],
                objects=act.objects,
                despite=str(data.get(act.despite, "")) if act.despite else "",
                by_party=bool(task.party),
            )


def lines_of(act: Act, value: Any) -> list[Line]:
    """What somebody said by an act, from its payload: each answer, and the note."""
    if not isinstance(value, Mapping):
        return []
    return [*_lines(act, value.get("data") or {}), *_note(value.get("note"))]


def _lines(act: Act, data: Mapping[str, Any]) -> Iterator[Line]:
    properties = (act.data_schema or {}).get("properties", {})
    for name, value in data.items():
        label = properties.get(name, {}).get("x-ui", {}).get("label", {})
        if isinstance(value, str) and value:
            yield Line(text_in(label, language()) or name, value)


def _answered(package: Package, data: Mapping[str, Any]) -> Iterator[Line]:
    """Each warning with what the official answered: who reads it later is to know that something was odd."""
    for asked, words in answered(package, data, language()):
        yield Line(asked, words)


def _note(note: Any) -> list[Line]:
    return [Line(_("Note for colleagues"), str(note))] if note else []


def counted(package: Package, found: Sequence[Opinion]) -> list[Line]:
    """How many of those who could object did, and why somebody goes on all the same."""
    may = {
        part
        for task in package.procedure.tasks.values()
        for act in task.acts
        if act.objects
        for part in act.writes
    }
    asked = [one for one in found if any(one.part == part or one.part.startswith(f"{part}.") for part in may)]
    if not asked:
        return []
    against = sum(one.objects for one in asked)
    agreed = ngettext("%(n)d agrees", "%(n)d agree", len(asked) - against) % {"n": len(asked) - against}
    objecting = ngettext("%(n)d objects", "%(n)d object", against) % {"n": against}
    said = Line(_("Opinions"), f"{agreed}, {objecting}" if against else agreed)
    return [said, *(Line(_("Why it goes on all the same"), one.despite) for one in found if one.despite)]
