"""The counter's page of one procedure: an official takes a dossier in for a person who stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xactin.cases.applications import drafts
from xactin.cases.counter import queries
from xactin.cases.counter.commands import MARKS, Seen, Visitor, begin_for
from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import Invalid
from xactin.cases.procedures import queries as procedures
from xactin.cases.procedures.queries import InForce, text_in
from xactin.cases.web import shown
from xactin.cases.web.access import official_required
from xactin.cases.web.counter import card as cards
from xactin.cases.web.counter import receipts
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import Actor
from xactin.kernel.refusal import Refusal
from xactin.ledger.errors import AlreadyDone
from xactin.ui.schema_form import SchemaForm, parse
from xactin.vault.ids import new_id

ASKED: Final = ("again", "namesake")
"""What is asked again, and ticked where it is so nevertheless."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands on the page: the card, the form's answers, the files, and what was said of the visit."""

    card: cards.Typed = cards.EMPTY
    data: Mapping[str, Any] = field(default_factory=dict)
    prefilled: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[drafts.DraftFile] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    present: bool = False
    despite: Sequence[str] = ()
    agency: str = ""


@official_required
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """Whose dossier it is, its form and papers; sent, it is attested. Files that came once stay with the page."""
    actor = acted_by(request)
    try:
        found = procedures.today(code)
    except procedures.NoSuchProcedure as missing:
        raise Http404(missing.text) from missing
    if not queries.may_receive(actor, found.package).allowed:
        raise Http404
    if request.method == "GET":
        return _page(request, found, Sheet())
    sheet = _sheet(request, found)
    if "open" in request.POST or sheet.card.scanned or sheet.card.unreadable:
        return _page(request, found, _filled(found, sheet), status=422 if sheet.card.unreadable else 200)
    came, refused = drafts.uploaded(by=actor, found=found, files=request.FILES)
    removed = request.POST.get("remove", "")
    kept = [*drafts.uploads(by=actor, found=found, sent=dict(request.POST.lists())), *came]
    sheet = replace(sheet, files=[one for one in kept if one.id != removed])
    if refused:
        errors = {name: error.text for name, error in refused.items()}
        return _page(request, found, sheet, errors=errors, status=422)
    if removed or "attach" in request.POST:
        return _page(request, found, sheet)
    return _taken(request, actor, found, sheet)


def _sheet(request: HttpRequest, found: InForce) -> Sheet:
    """The page as it was sent, but for its files."""
    sent = request.POST
    kinds = [one.kind for one in found.package.procedure.documents]
    marks = {kind: sent.get(f"mark.{kind}", "") for kind in kinds}
    return Sheet(
        card=cards.typed(sent),
        data=parse(found.package.form_schema, sent),
        marks={kind: mark for kind, mark in marks.items() if mark in MARKS},
        present=sent.get("present") == "yes",
        despite=[name for name in ASKED if sent.get(name) == "yes"],
        agency=sent.get("agency", "")[:60],
    )


def _filled(found: InForce, sheet: Sheet) -> Sheet:
    """The form with what the card says, where nothing was answered yet."""
    told = drafts.prefilled(found.package, sheet.card.known_facts)
    data = _beside(drafts.nested(told), sheet.data)
    source = _("Identity card")
    return replace(sheet, data=data, prefilled=dict.fromkeys(told, source))


def _beside(known: Mapping[str, Any], answered: Mapping[str, Any]) -> dict[str, Any]:
    """Both together; where both say something, what was answered stands."""
    found = dict(known)
    for name, value in answered.items():
        inner = found.get(name)
        nested = isinstance(value, Mapping) and isinstance(inner, Mapping)
        found[name] = _beside(inner, value) if nested else value  # type: ignore[arg-type]
    return found


def _taken(request: HttpRequest, actor: Actor, found: InForce, sheet: Sheet) -> HttpResponse:
    """Takes the dossier in; what keeps it from being so stands on the page, with nothing lost."""
    try:
        done = begin_for(
            by=actor,
            visitor=Visitor(**sheet.card.values),
            code=found.package.code,
            data=sheet.data,
            documents=drafts.with_files(drafts.EMPTY, sheet.files).given(),
            seen=Seen(present=sheet.present, papers=sheet.marks, despite=sheet.despite, agency=sheet.agency),
            entry=shown.entry_of(request),
        )
    except AlreadyDone:
        return redirect("cases:receipts")
    except Invalid as invalid:
        return _page(request, found, sheet, errors=invalid.errors, status=422)
    except Refusal as refusal:
        errors = {"": refusal.in_language(language())}
        return _page(request, found, sheet, errors=errors, status=refusal.status)
    return receipts.shown_once(request, done.case, done.follow_code)


def _page(
    request: HttpRequest,
    found: InForce,
    sheet: Sheet,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    package, told = found.package, dict(errors or {})
    form = SchemaForm(
        package.form_schema,
        data=dict(sheet.data),
        errors={at: text for at, text in told.items() if at.startswith("/")},
        prefilled=sheet.prefilled,
    )
    lines = shown.document_lines(package, replace(drafts.EMPTY, files=tuple(sheet.files)), told)
    name = text_in(package.procedure.name, language())
    context = {
        "name": name,
        "summary": text_in(package.procedure.summary, language()),
        "crumbs": [(_("Receive at the counter"), reverse("cases:counter")), (name, "")],
        "card": cards.lines(sheet.card, told),
        "unreadable": sheet.card.unreadable,
        "standing": cards.standing(sheet.card),
        "form": form,
        "error_list": [*_marked(told, lines), *form.error_list()],
        "papers": _papers(found, sheet, lines),
        "agencies": queries.competent(acted_by(request), package),
        "agency": sheet.agency,
        "agency_error": told.get("agency", ""),
        "present": sheet.present,
        "present_error": told.get("present", ""),
        "asked": [(name, told[name]) for name in ASKED if name in told],
        "confirmed": [name for name in sheet.despite if name not in told],
        "refusal": told.get("", ""),
        "refusal_title": _("This was not done"),
        "entry": new_id(),
    }
    return render(request, "cases/counter/intake.html", context, status=status)


def _papers(found: InForce, sheet: Sheet, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The check list: each paper with its files and what became of it."""
    by_name = {line["name"]: line for line in lines}
    return [
        {
            "line": by_name.get(f"document.{one.kind}"),
            "kind": one.kind,
            "label": text_in(one.name, language()),
            "mark": sheet.marks.get(one.kind, ""),
            "marks": _marks(show_only=one.show_only),
        }
        for one in found.package.procedure.documents
    ]


def _marks(*, show_only: bool) -> list[tuple[str, str]]:
    """What may become of a paper, in words."""
    seen = [("seen", _("Original seen, given back"))]
    kept = [("kept", _("Copy kept, scanned now")), ("later", _("Copy kept, scanned later"))]
    return [("", _("Not brought")), *seen, *([] if show_only else kept)]


def _marked(told: Mapping[str, str], lines: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Above the form, what is wrong with the card, the papers and the visit: each leads to its input."""
    own = [
        *((cards.PREFIX + one, one) for one in cards.FIELDS),
        *((one, one) for one in (*ASKED, "agency", "present")),
    ]
    marked = [{"anchor": anchor, "message": told[one]} for anchor, one in own if one in told]
    papers = [(f"u-{line['name']}".replace(".", "-"), line["error"]) for line in lines if line["error"]]
    return [*marked, *({"anchor": anchor, "message": text} for anchor, text in papers)]
