"""Changing a draft: its head, its result, and the lists it is made of, one part a page."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import ValidationError

from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.wording import limit_text
from xactin.cases.errors import Invalid, Stale
from xactin.cases.models import ProcedureDraft
from xactin.cases.procedures.designs import parts
from xactin.cases.procedures.designs.design import Design
from xactin.cases.procedures.drafts import commands, queries
from xactin.cases.web.designs import forms, whole_forms
from xactin.cases.web.designs.doors import catalogue_door, crumbs
from xactin.cases.web.designs.fields import id_of
from xactin.cases.web.designs.pages import in_language, tabs
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import names_of_places, sort_key

_FORMS: Final[Mapping[str, type[forms.PartForm]]] = {
    "sections": forms.SectionForm,
    "fields": forms.FieldForm,
    "papers": forms.PaperForm,
    "steps": forms.StepForm,
    "asks": forms.FieldForm,
    "fees": forms.FeeForm,
    "eligibility": forms.RuleForm,
    "checks": forms.RuleForm,
}
_NAMES: Final = {
    "sections": gettext_lazy("Form"),
    "fields": gettext_lazy("Form"),
    "papers": gettext_lazy("Papers"),
    "steps": gettext_lazy("Steps"),
    "asks": gettext_lazy("Steps"),
    "fees": gettext_lazy("Fees"),
    "eligibility": gettext_lazy("Rules"),
    "checks": gettext_lazy("Rules"),
}
_ONE: Final = {
    "sections": gettext_lazy("section"),
    "fields": gettext_lazy("question"),
    "papers": gettext_lazy("paper"),
    "steps": gettext_lazy("step"),
    "asks": gettext_lazy("question"),
    "fees": gettext_lazy("fee"),
    "eligibility": gettext_lazy("condition"),
    "checks": gettext_lazy("check"),
}


_LISTED: Final = {"fields": "sections", "asks": "steps", "eligibility": "checks"}
"""On which list a part is shown that stands within another, or beside it."""


def _kind(kind: str) -> parts.Kind:
    found = next((one for one in parts.KINDS if one == kind), None)
    if found is None:
        raise Http404
    return found


def _crumbs(row: ProcedureDraft, name: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    title = in_language(queries.design_of(row).name.both)
    return crumbs((title, reverse("cases:draft-page", args=[row.pk])), (name, ""), *more)


@catalogue_door("procedure.read")
@require_GET
def listed(request: HttpRequest, draft: UUID, kind: str) -> HttpResponse:
    """The parts of a kind as a list or a table."""
    row, chosen = queries.draft(acted_by(request), draft), _kind(kind)
    design = queries.design_of(row)
    if chosen in _LISTED:
        return redirect("cases:draft-parts", draft=draft, kind=_LISTED[chosen])
    here = "form" if chosen == "sections" else chosen
    shown = {
        "row": row,
        "name": in_language(design.name.both),
        "kind": chosen,
        "one": _ONE[chosen],
        "tabs": tabs(row, here),
        "standing": row.published_id is None and row.dropped_at is None,
        "parts": _rows(design, chosen),
        "conditions": _rows(design, "eligibility") if chosen == "checks" else [],
        "crumbs": _crumbs(row, str(_NAMES[chosen])),
    }
    return render(request, "cases/draft_parts.html", shown)


def _rows(design: Design, kind: parts.Kind) -> list[dict[str, Any]]:
    found = zip(parts.ids(design, kind), parts.items(design, kind), strict=True)
    places = names_of_places(language()) if kind == "steps" else ({}, {})
    return [
        {"id": id, "part": part, "title": _title(part), "told": _told(kind, part, places)}
        for id, part in found
    ]


def _title(part: Any) -> str:
    words = next(getattr(part, name) for name in ("name", "label", "message") if hasattr(part, name))
    return in_language(words.both)


def _told(kind: parts.Kind, part: Any, places: tuple[Mapping[str, str], Mapping[str, str]]) -> Any:
    """What a list says of a part beside its name."""
    if kind == "sections":
        return [
            {"id": one.id, "title": _title(one), "kind": forms.KINDS[one.kind], "required": one.required}
            for one in part.fields
        ]
    if kind == "papers":
        if part.shown:
            return _("only shown")
        return (
            part.required
            if isinstance(part.required, str)
            else _("needed")
            if part.required
            else _("may be added")
        )
    if kind == "steps":
        return {
            "office": places[0].get(part.agency) or _("the authority that handles the dossier"),
            "post": places[1].get(part.post, part.post),
            "limit": limit_text(part.limit) if part.limit else "",
            "acts": [forms.ACTS[act] for act in part.acts],
            "asks": [
                {"id": one.id, "title": _title(one), "kind": forms.KINDS[one.kind]} for one in part.asks
            ],
        }
    return part.amount if kind == "fees" else part.when


@catalogue_door("procedure.design")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, draft: UUID, kind: str, item: str = "") -> HttpResponse:
    """One part, or a new one (`item` ""). A question's section stands in the address (`?section=`)."""
    row, chosen, section = (
        queries.draft(acted_by(request), draft),
        _kind(kind),
        request.GET.get("section", ""),
    )
    design = queries.design_of(row)
    held = _held(design, chosen, item, section)
    form = _form(chosen, request, held)
    if request.method == "POST" and form.is_valid():
        done = _saved(request, row, form, lambda: _changed(design, chosen, item, form, section))
        if done is not None:
            return redirect("cases:draft-parts", draft=draft, kind=_LISTED.get(chosen, chosen))
    title = _title(held) if held is not None else _("New %(what)s") % {"what": _ONE[chosen]}
    shown = {
        "row": row,
        "form": form,
        "title": title,
        "back": reverse("cases:draft-parts", args=[row.pk, _LISTED.get(chosen, chosen)]),
        "crumbs": _crumbs(row, str(_NAMES[chosen]), (title, "")),
    }
    return render(request, "cases/draft_edit.html", shown, status=422 if form.errors else 200)


def _held(design: Design, kind: parts.Kind, item: str, section: str) -> Any:
    try:
        known = dict(zip(parts.ids(design, kind, section), parts.items(design, kind, section), strict=True))
        return known[item] if item else None
    except KeyError as missing:
        raise Http404 from missing


def _form(kind: parts.Kind, request: HttpRequest, held: Any) -> forms.PartForm:
    about: dict[str, Any] = {"held": held}
    if kind == "steps":
        about |= _places(held)
    return _FORMS[kind](request.POST if request.method == "POST" else None, **about)


def _places(held: Any) -> dict[str, Sequence[tuple[str, Any]]]:
    """Who may be chosen for a step: offices and posts that somebody holds, and what stands there already."""
    functions, roles = names_of_places(language())
    if held is not None:
        functions.setdefault(held.agency, held.agency)
        roles.setdefault(held.post, held.post)
    functions["handling"] = _("the authority that handles the dossier")
    return {"offices": _by_name(functions), "posts": _by_name(roles)}


def _by_name(names: Mapping[str, str]) -> list[tuple[str, Any]]:
    return sorted(names.items(), key=lambda one: sort_key(one[1]))


def _changed(design: Design, kind: parts.Kind, item: str, form: forms.PartForm, section: str) -> Design:
    id = item or _new_id(design, kind, form, section)
    return parts.placed(design, kind, id, form.part(id), section)


def _new_id(design: Design, kind: parts.Kind, form: forms.PartForm, section: str) -> str:
    words = next(form.cleaned_data[f"{name}_vi"] for name in form.words)
    taken = parts.ids(design, kind, section)
    return id_of(words, taken, kind.rstrip("s"))


def _saved(
    request: HttpRequest, row: ProcedureDraft, form: forms.PartForm, change: Any
) -> ProcedureDraft | None:
    """The draft as it was saved; None where it was not, and the form says why."""
    try:
        revision = int(request.POST.get("revision") or 0)
        return commands.change(by=acted_by(request), draft=row.pk, design=change(), revision=revision)
    except ValidationError as error:
        for one in error.errors()[:5]:
            form.add_error(None, f"{'.'.join(map(str, one['loc']))}: {one['msg']}")
    except Stale as refused:
        form.add_error(None, refused.text)
    except Invalid as refused:
        form.add_error(None, " ".join(refused.errors.values()))
    return None


@catalogue_door("procedure.design")
@require_POST
def move(request: HttpRequest, draft: UUID, kind: str, item: str) -> HttpResponse:
    """Moves a part up or down, or takes it out."""
    row, chosen, section = (
        queries.draft(acted_by(request), draft),
        _kind(kind),
        request.POST.get("section", ""),
    )
    way = request.POST.get("move", "")
    if way not in ("up", "down", "remove"):
        raise Http404
    try:
        design = parts.moved(queries.design_of(row), chosen, item, cast(parts.Move, way), section)
        commands.change(
            by=acted_by(request), draft=draft, design=design, revision=int(request.POST.get("revision") or 0)
        )
    except KeyError as missing:
        raise Http404 from missing
    except ValidationError:
        messages.error(request, _("The last one cannot be taken out: put another in first."))
    except Stale as refused:
        messages.error(request, refused.text)
    except Invalid as refused:
        messages.error(request, " ".join(refused.errors.values()))
    return redirect("cases:draft-parts", draft=draft, kind=_LISTED.get(chosen, chosen))


@catalogue_door("procedure.design")
@require_http_methods(["GET", "POST"])
def about(request: HttpRequest, draft: UUID) -> HttpResponse:
    """What stands at the head of the procedure."""
    row = queries.draft(acted_by(request), draft)
    design = queries.design_of(row)
    form = whole_forms.AboutForm(request.POST or None, held=design)
    return _whole(request, row, form, "about", lambda: _updated(design, form.part("")))


@catalogue_door("procedure.design")
@require_http_methods(["GET", "POST"])
def result(request: HttpRequest, draft: UUID) -> HttpResponse:
    """What is issued."""
    row = queries.draft(acted_by(request), draft)
    design = queries.design_of(row)
    form = whole_forms.ResultForm(request.POST or None, held=design.result)
    return _whole(request, row, form, "result", lambda: _updated(design, {"result": form.part("")}))


def _updated(design: Design, changes: Mapping[str, Any]) -> Design:
    """A design with some members changed, checked as one that comes from outside."""
    return Design.model_validate(design.model_copy(update=dict(changes)).model_dump())


def _whole(
    request: HttpRequest, row: ProcedureDraft, form: forms.PartForm, here: str, change: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and _saved(request, row, form, change) is not None:
        messages.success(request, _("Saved."))
        return redirect(f"cases:draft-{here}", draft=row.pk)
    name = {one.url: one.label for one in tabs(row, here) if one.here}
    shown = {
        "row": row,
        "form": form,
        "title": in_language(queries.design_of(row).name.both),
        "tabs": tabs(row, here),
        "back": reverse("cases:draft-page", args=[row.pk]),
        "crumbs": _crumbs(row, next(iter(name.values()), "")),
    }
    return render(request, "cases/draft_edit.html", shown, status=422 if form.errors else 200)
