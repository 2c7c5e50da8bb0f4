"""What has to stay in sight of a dossier: its number, whose it is, who it is about, until when."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from xactin.cases.dossiers.surroundings import language
from xactin.cases.models import Case
from xactin.cases.procedures.queries import text_in
from xactin.cases.web.shown import owner_of, sender_of
from xactin.kernel.procedure.package import Package
from xactin.ui.pieces import Line
from xactin.ui.schema_form.form import Answer, Answers


def answers_by_place(summary: Iterable[Answers]) -> dict[str, Answer]:
    """The answers of a form that were given, by the pointer that finds each in the data."""
    return {one.pointer: one for section in summary for one in section.answers if one.given}


def people(package: Package, found: Case, told: Mapping[str, Answer]) -> list[Line]:
    """Who sent the dossier and whom its paper will name, as far as the reader may know."""
    lines = []
    if found.applicant_id or found.applicant_withheld:
        lines.append(Line(_("Owner of the application"), owner_of(found)))
    if sender := sender_of(found):
        lines.append(Line(_("Sent by"), sender))
    result = package.procedure.result
    for pointer in result.compare if result else ():
        answer = told.get(pointer)
        if answer is not None and answer.value not in {line.value for line in lines}:
            lines.append(Line(answer.label, answer.value))
    return lines


def before_signing(package: Package, people_named: Sequence[Line], opinions: Sequence[Line]) -> list[Line]:
    """What whoever signs has to know at once, above the act: what is signed, for whom, what was said of it."""
    result = package.procedure.result
    named = Line(_("What is signed"), text_in(result.name, language())) if result else None
    return [*([named] if named else []), *people_named, *opinions]
