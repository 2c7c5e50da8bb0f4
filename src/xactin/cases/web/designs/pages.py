"""One draft: what it says, what is doubtful and wrong in it, what it would change, and who stands behind it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.wording import limit_text
from xactin.cases.errors import Invalid, Stale
from xactin.cases.models import ProcedureDraft
from xactin.cases.procedures.commands import NotPublishable
from xactin.cases.procedures.designs.design import Design
from xactin.cases.procedures.drafts import commands, queries
from xactin.cases.procedures.drafts.differences import Difference, differences
from xactin.cases.web.designs.against import against_force
from xactin.cases.web.designs.beginning import BeginForm
from xactin.cases.web.designs.doors import catalogue_door, crumbs
from xactin.cases.web.designs.drafts import told
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import Facts, may
from xactin.kernel.procedure.problems import Problem
from xactin.ledger.errors import LedgerError
from xactin.ui.pieces import FlowStep, Tab
from xactin.ui.schema_form import SchemaForm

MOST_TOLD: Final = 60
TABS: Final = {
    "": gettext_lazy("Overview"),
    "about": gettext_lazy("Head"),
    "form": gettext_lazy("Form"),
    "papers": gettext_lazy("Papers"),
    "steps": gettext_lazy("Steps"),
    "fees": gettext_lazy("Fees"),
    "checks": gettext_lazy("Rules"),
    "result": gettext_lazy("Result"),
}
_PLACES: Final = {
    "name": gettext_lazy("Name of the procedure"),
    "summary": gettext_lazy("In a sentence"),
    "keywords": gettext_lazy("What people say who need it"),
    "version": gettext_lazy("Version"),
    "effective_from": gettext_lazy("In force from"),
    "field_name": gettext_lazy("Field"),
    "handled_by": gettext_lazy("Who handles it"),
    "legal_basis": gettext_lazy("Legal basis"),
    "limit": gettext_lazy("Limit of the whole"),
    "form": gettext_lazy("Form"),
    "papers": gettext_lazy("Papers"),
    "steps": gettext_lazy("Steps"),
    "fees": gettext_lazy("Fees"),
    "checks": gettext_lazy("Rules"),
    "eligibility": gettext_lazy("Who may apply"),
    "result": gettext_lazy("Result"),
}


def tabs(row: ProcedureDraft, here: str) -> list[Tab]:
    """The pages of a draft."""
    counts = {
        "papers": len(row.design["papers"]),
        "steps": len(row.design["steps"]),
        "fees": len(row.design["fees"]),
    }
    return [
        Tab(str(label), _address(row, name), here == name, counts.get(name)) for name, label in TABS.items()
    ]


def _address(row: ProcedureDraft, name: str) -> str:
    if name in ("", "about", "result"):
        return reverse({"": "cases:draft-page"}.get(name, f"cases:draft-{name}"), args=[row.pk])
    return reverse("cases:draft-parts", args=[row.pk, "sections" if name == "form" else name])


@catalogue_door("procedure.read")
@require_GET
def page(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Everything about a draft at a glance."""
    return show(request, queries.draft(acted_by(request), draft))


def show(
    request: HttpRequest, row: ProcedureDraft, *, errors: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    """The page of a draft, perhaps with what kept an act from being done."""
    actor, design = acted_by(request), queries.design_of(row)
    package, problems = commands.problems(design)
    last = queries.before(row)
    facts = Facts(subject=f"procedure:{row.code}")
    standing = row.published_id is None and row.dropped_at is None
    shown = {
        "row": row,
        "design": design,
        "name": in_language(design.name.both),
        "state": told(row),
        "standing": standing,
        "tabs": tabs(row, ""),
        "problems": problems_told(problems),
        "doubts": [{"where": one["where"], "text": one[language()], "raw": one["raw"]} for one in row.doubts],
        "limit": limit_text(design.limit),
        "flow": _flow(design) if package is not None else [],
        "last": last,
        "changes": list(_changes(last, row)) if last else [],
        "against": against_force(package),
        "errors": errors,
        "may_design": may(actor, "procedure.design", facts).allowed and standing,
        "may_publish": may(actor, "procedure.publish", facts).allowed
        and standing
        and row.reviewed_at is not None,
        "own_review": row.reviewed_by == actor.person_id,
        "crumbs": crumbs((in_language(design.name.both), "")),
    }
    return render(request, "cases/draft.html", shown, status=status)


def problems_told(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """Problems in the page's language, each once."""
    found = [{"where": one.where, "text": one.vi if language() == "vi" else one.en} for one in problems]
    return [one for at, one in enumerate(found) if one not in found[:at]]


def in_language(words: Mapping[str, str]) -> str:
    """Words in the page's language."""
    return words[language()]


def _flow(design: Design) -> list[FlowStep]:
    return [FlowStep(step.id, in_language(step.name.both), "") for step in design.steps]


def _changes(last: ProcedureDraft, row: ProcedureDraft) -> Iterator[dict[str, str]]:
    for one in list(differences(last.design, row.design))[:MOST_TOLD]:
        yield {"place": _place(one), "before": _value(one.before), "after": _value(one.after)}


def _place(one: Difference) -> str:
    first = str(_PLACES.get(one.place[0], one.place[0])) if one.place else ""
    return " › ".join([first, *one.place[1:]])


def _value(value: Any) -> str:
    """A part of a design for reading: its words where it has any."""
    if value is None:
        return "–"
    if isinstance(value, Mapping) and set(value) <= {"vi", "en"}:
        return str(value.get(language()) or value.get("vi", ""))
    if isinstance(value, Mapping) and isinstance(value.get("name"), Mapping):
        return _value(value["name"])
    if isinstance(value, list):
        return "; ".join(map(_value, value))
    return value if isinstance(value, str) else orjson.dumps(value).decode()


@catalogue_door("procedure.read")
@require_GET
def flow(request: HttpRequest, draft: UUID) -> HttpResponse:
    """The BPMN drawn from the table of steps."""
    package, _problems = commands.problems(queries.design_of(queries.draft(acted_by(request), draft)))
    if package is None:
        raise Http404
    response = HttpResponse(package.files["process.bpmn"], content_type="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{package.code}.bpmn"'
    return response


@catalogue_door("procedure.read")
@require_GET
def preview(request: HttpRequest, draft: UUID) -> HttpResponse:
    """The form as an applicant will see it."""
    row = queries.draft(acted_by(request), draft)
    design = queries.design_of(row)
    package, problems = commands.problems(design)
    shown = {
        "row": row,
        "name": in_language(design.name.both),
        "form": SchemaForm(package.form_schema) if package is not None else None,
        "problems": problems_told(problems),
        "crumbs": crumbs(
            (in_language(design.name.both), _address(row, "")), (_("Form as people see it"), "")
        ),
    }
    return render(request, "cases/draft_preview.html", shown)


@catalogue_door("procedure.read")
@require_POST
def act(request: HttpRequest, draft: UUID, act: str) -> HttpResponse:
    """Reviews, publishes, drops or takes up a draft again."""
    actor = acted_by(request)
    row = queries.draft(actor, draft)
    try:
        if act == "review":
            commands.review(by=actor, draft=draft, revision=int(request.POST.get("revision") or 0))
            messages.success(request, _("You stand behind this draft. Somebody else may publish it now."))
        elif act == "publish":
            commands.publish(by=actor, drafts=[draft])
            messages.success(request, _("The procedure is published."))
        elif act == "drop":
            commands.drop(by=actor, draft=draft)
            messages.success(request, _("The draft is dropped. It can be taken up again."))
        elif act == "restore":
            commands.restore(by=actor, draft=draft)
        else:
            raise Http404
    except NotPublishable as refused:
        return show(request, row, errors=[one["text"] for one in problems_told(refused.problems)], status=422)
    except Invalid as refused:
        return show(request, row, errors=list(refused.errors.values()), status=422)
    except Stale as refused:
        return show(request, queries.draft(actor, draft), errors=[refused.text], status=409)
    except LedgerError as refused:
        return show(request, row, errors=[refused.vi if language() == "vi" else refused.en], status=409)
    return redirect("cases:draft-page", draft=draft)


@catalogue_door("procedure.design")
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """A draft of a procedure that nobody has written down yet; the usual form and steps come with it."""
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = commands.begin(by=acted_by(request), design=form.design(queries.offices()))
        return redirect("cases:draft-page", draft=row.pk)
    shown = {"form": form, "crumbs": crumbs((_("New procedure"), ""))}
    return render(request, "cases/draft_new.html", shown, status=422 if form.errors else 200)
