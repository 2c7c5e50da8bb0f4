"""The dossiers of a lot as its pages show them: beside one another before the confirmation, and what became of each."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from xactin.cases.dossiers import queries as dossiers
from xactin.cases.dossiers.state import content
from xactin.cases.lots import queries
from xactin.cases.models import Case, Lot, LotItem
from xactin.cases.office import queries as office
from xactin.cases.procedures import queries as procedures
from xactin.cases.web import shown, timeline
from xactin.cases.web.lists.rows import is_late, unverified
from xactin.cases.web.page import facts, opinions
from xactin.identity.queries import Actor
from xactin.kernel.procedure.requirements.results import DRAFT
from xactin.ui.pieces import Line
from xactin.ui.schema_form import SchemaForm

_FACTS = 3
"""Answers of the form that a line shows, where the package names nobody to compare."""
TONES = {
    LotItem.State.DONE: "done",
    LotItem.State.WAITING: "waiting",
    LotItem.State.UNSIGNED: "waiting",
    LotItem.State.OUT: "neutral",
}


def reviewed(actor: Actor, lot: Lot) -> list[dict[str, Any]]:
    """Every dossier of a lot as it stands now, with what speaks for looking at it by itself."""
    own = _("Needs an answer of its own: a warning, or an opinion against it. Decide it by itself.")
    found = queries.considered(actor, lot, own_answer=own)
    claimed = unverified([one.case for one in found if one.case])
    due = queries.due_of(lot)
    rows = [_row(actor, one, one.item.case_id in claimed) for one in found]
    return [
        row | {"due_at": due.get((one.item.case_id, one.item.token))}
        for row, one in zip(rows, found, strict=True)
    ]


def _row(actor: Actor, one: queries.Considered, unverified: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"item": one.item.pk, "shown": one.shown, "refused": one.refused}
    if one.case is None:
        return row | {"number": "", "url": ""}
    place = reverse("cases:desk-case", args=[one.case.pk]) + "?" + urlencode({"list": reverse("cases:inbox")})
    row |= {
        "number": one.case.number,
        "url": place + f"#task-{one.item.token}",
        "owner": shown.owner_of(one.case),
        "sender": shown.sender_of(one.case),
        "unverified": unverified,
        "late": is_late(one.case),
        "agency_id": one.case.agency_id,
    }
    return row if one.refused else row | _looked_at(actor, one.case)


def _looked_at(actor: Actor, case: Case) -> dict[str, Any]:
    """What is in the dossier that whoever decides has to see; opening it is logged."""
    package = procedures.version(case.version_id).package
    opened = dossiers.content_of(actor, case, purpose="desk")
    data = content.form_data(opened)
    summary = SchemaForm(office.form_read(package, data), data=data, only=list(data)).summary()
    told = facts.answers_by_place(summary)
    said = list(opinions.given(package, opened, timeline.places_of(case, opened)))
    owner = {shown.owner_of(case), shown.sender_of(case)}
    lines = [line for line in facts.people(package, case, told) if line.value not in owner]
    lines += [Line(one.label, one.value) for one in list(told.values())[: max(0, _FACTS - len(lines))]]
    drafts = {content.written_by(package, DRAFT), content.paper(package)}
    papers = shown.file_cards(actor, case, parts=drafts)
    return {
        "facts": lines,
        "opinions": opinions.counted(package, said),
        "against": [one for one in said if one.objects],
        "paper": papers[0] if papers else None,
    }


def became(lot: Lot) -> dict[str, Any]:
    """What became of a confirmed lot so far."""
    counted = queries.counts(lot)
    chosen = sum(n for state, n in counted.items() if state != LotItem.State.OUT)
    left = counted.get(LotItem.State.WAITING, 0)
    unsigned = counted.get(LotItem.State.UNSIGNED, 0)
    done = counted.get(LotItem.State.DONE, 0)
    return {
        "rows": [_outcome(one) for one in queries.items(lot)],
        "chosen": chosen,
        "done": done,
        "left": left,
        "unsigned": unsigned,
        "left_out": chosen - done - left - unsigned,
        "settled": chosen - left - unsigned,
        "going": bool(left),
    }


def _outcome(one: LotItem) -> dict[str, Any]:
    return {
        "number": one.case.number,
        "url": reverse("cases:desk-case", args=[one.case_id]),
        "state": LotItem.State(one.state).label,
        "tone": TONES.get(LotItem.State(one.state), "stopped"),
        "told": one.told,
        "done": one.state == LotItem.State.DONE,
    }
