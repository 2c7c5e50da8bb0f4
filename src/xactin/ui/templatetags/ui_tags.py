"""Components for all pages: `{% load ui_tags %}`. /ui/ shows them all (with XACTIN_DEBUG=1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Form
from django.http import HttpRequest
from django.template import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xactin.ui import deadlines, pieces, sections, writing
from xactin.ui.deadlines import standing
from xactin.ui.icons import icon_svg
from xactin.ui.pages import address_with, sort_address

register = template.Library()
Shown = dict[str, Any]
TONE_ICONS = {"on-time": "clock", "soon": "clock", "late": "alert", "paused": "pause", "none": "minus"}
STATE_ICONS = {
    "done": "check",
    "current": "clock",
    "waiting": "minus",
    "void": "refresh",
    "stopped": "stop",
    "unneeded": "minus",
}


@register.filter
def in_language(text: object) -> str:
    """The page's language of a {vi, en} text."""
    if not isinstance(text, Mapping):
        return "" if text is None else str(text)
    return str(text.get((get_language() or "vi")[:2]) or text.get("vi") or "")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A line icon; give a label only where it stands without text. `seal` is the gold mark."""
    return SafeString(icon_svg(name, escape(label)))


@register.filter("vi_date")
@register.simple_tag(name="vi_date")
def vi_date(moment: date | datetime | None) -> SafeString | str:
    """`23/11/2026`, with the machine's form beside it."""
    if moment is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), writing.day_text(moment))


@register.filter("vi_datetime")
@register.simple_tag(name="vi_datetime")
def vi_datetime(moment: datetime | None) -> SafeString | str:
    """`10:32, 23/11/2026`."""
    if moment is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), writing.time_text(moment))


@register.filter
def short_datetime(moment: datetime) -> SafeString:
    """`10:32 23/11`, with the year where it is not this one; the machine's form beside it."""
    text = writing.short_time_text(moment, deadlines.now())
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)


@register.filter("money")
@register.simple_tag(name="money")
def money(amount: int | None) -> str:
    """`8.000 đ`; free of charge is said in words."""
    if amount is None:
        return ""
    return writing.money_text(amount) if amount else _("Free of charge")


@register.filter
def number(value: int) -> str:
    """`1.234` or `1,234`, as the language groups."""
    return writing.number_text(value, get_language() or "vi")


@register.filter
def file_size(size: int) -> str:
    """`1,4 MB`."""
    return writing.size_text(size, get_language() or "vi")


@register.inclusion_tag("ui/parts/deadline.html")
def deadline(
    due: datetime | None,
    at: datetime | None = None,
    *,
    done: bool = False,
    paused: bool = False,
    day: bool = True,
    brief: bool = False,
    place: object = None,
) -> Shown:
    """Where we stand towards a due time, in words and colour, in working time. `at` is now, or when it was done;
    `place` whose working hours count. `brief`: something beside it says already that it is working time."""
    found = standing(due, at or deadlines.now(), done=done, paused=paused, place=place)
    return {
        "tone": found.tone,
        "text": deadlines.brief_text(found, done) if brief else deadlines.standing_text(found, done),
        "icon": "check" if done and not found.over else TONE_ICONS[found.tone],
        "due": due if day and due and not paused else None,
    }


@register.inclusion_tag("ui/parts/badge.html")
def badge(text: object, tone: str = "neutral", icon: str = "") -> Shown:
    """A state in words. Tones: neutral, active, waiting, done, stopped. No colours of deadlines."""
    icons = {"active": "arrow-right", "waiting": "pause", "done": "check", "stopped": "stop"}
    return {"text": in_language(text), "tone": tone, "icon": icon or icons.get(tone, "")}


@register.inclusion_tag("ui/parts/badge.html")
def status_badge(phase: str, text: object) -> Shown:
    """The badge of a dossier's phase (the engine's word) with its name for people."""
    tones = {
        "submitted": "active",
        "processing": "active",
        "supplement": "waiting",
        "done": "done",
        "refused": "stopped",
        "withdrawn": "stopped",
        "stopped": "stopped",
    }
    return badge(text, tones.get(phase, "neutral"))


@register.inclusion_tag("ui/parts/proof_mark.html")
def proof_mark(url: str = "", text: str = "", small: bool = False) -> Shown:
    """The gold mark: this is attested; the link leads to the proof."""
    return {"url": url, "text": text or "Xác tín", "small": small}


@register.inclusion_tag("ui/parts/alert.html")
def alert(kind: str, title: object = "", text: object = "") -> Shown:
    """A message: info, success, warning or error. Errors are read out at once."""
    icons = {"info": "info", "success": "check-circle", "warning": "alert", "error": "alert"}
    shown = {"debug": "info", "danger": "error"}.get(kind, kind)
    return {
        "kind": shown,
        "title": in_language(title),
        "text": in_language(text),
        "icon": icons.get(shown, "info"),
    }


@register.inclusion_tag("ui/parts/empty.html")
def empty_state(title: str, text: str = "", url: str = "", action: str = "", icon: str = "inbox") -> Shown:
    """Nothing here, and what to do next."""
    return {"title": title, "text": text, "url": url, "action": action, "icon": icon}


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(errors: object) -> Shown:
    """All errors above a form, each a link to its input. Takes a SchemaForm, a Django form or a list."""
    if isinstance(errors, Form):
        return {"errors": _form_errors(errors)}
    listed = getattr(errors, "error_list", None)
    return {"errors": listed() if callable(listed) else errors or []}


def _form_errors(form: Form) -> list[Shown]:
    found = [{"anchor": "", "message": message} for message in form.non_field_errors()]
    for bound in form:
        found += [{"anchor": bound.id_for_label, "message": message} for message in bound.errors]
    return found


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, help: str = "") -> Shown:
    """An input of a Django form with label, hint and errors tied to it."""
    ticked = isinstance(bound.field.widget, CheckboxInput)
    hint = help or bound.help_text
    ids = [
        f"{bound.id_for_label}-{part}" for part, there in (("help", hint), ("error", bound.errors)) if there
    ]
    look = {"Select": "form-select"}.get(type(bound.field.widget).__name__, "form-control")
    attributes: dict[str, str | bool] = {"class": "form-check-input" if ticked else look}
    if ids:
        attributes["aria-describedby"] = " ".join(ids)
    if bound.errors:
        attributes |= {"aria-invalid": "true", "class": f"{attributes['class']} is-invalid"}
    shown = {"field": bound, "help": hint, "ticked": ticked}
    if isinstance(bound.field.widget, CheckboxSelectMultiple):
        return shown | {"boxes": list(bound)}
    return shown | {"input": bound.as_widget(attrs=attributes)}


@register.inclusion_tag("ui/parts/pager.html", takes_context=True)
def pager(
    context: Context,
    page: Page[Any] | None = None,
    *,
    after: object = None,
    first: bool = True,
    total: int | None = None,
    parameter: str = "after",
) -> Shown:
    """Next and previous. Numbered with a Django `Page`; with `after` (the last key shown) by keyset."""
    request: HttpRequest = context["request"]
    if page is not None:
        previous = page.previous_page_number() if page.has_previous() else None
        return {
            "previous": address_with(request, {"page": previous if previous != 1 else None})
            if previous
            else "",
            "next": address_with(request, {"page": page.next_page_number()}) if page.has_next() else "",
            "place": _("Page %(page)d of %(pages)d")
            % {"page": page.number, "pages": page.paginator.num_pages},
            "total": page.paginator.count if total is None else total,
        }
    begun = bool(request.GET.get(parameter))
    return {
        "start": address_with(request, {parameter: None}) if begun and first else "",
        "next": address_with(request, {parameter: after}) if after else "",
        "total": total,
    }


@register.inclusion_tag("ui/parts/sort_header.html", takes_context=True)
def sort_header(context: Context, key: str, text: str, default: str = "", align: str = "") -> Shown:
    """A `<th>` whose link sorts the table by `?sort=key`, then `?sort=-key`."""
    url, direction = sort_address(context["request"], key, default)
    return {"url": url, "direction": direction, "text": text, "align": align}


@register.simple_tag(takes_context=True)
def address(context: Context, **changes: object) -> str:
    """This page's address with parameters changed."""
    return address_with(context["request"], changes)


@register.inclusion_tag("ui/parts/filters.html", takes_context=True)
def filter_bar(
    context: Context,
    filters: Sequence[pieces.Filter] = (),
    *,
    search: bool = True,
    placeholder: str = "",
    exports: Sequence[tuple[str, str]] = (),
) -> Shown:
    """Search (`?q=`) and filters above a table, all in the address; `exports` are (words, url)."""
    request: HttpRequest = context["request"]
    names = {one.name for one in filters} | {"q", "page", "after"}
    return {
        "filters": filters,
        "search": search,
        "q": request.GET.get("q", ""),
        "placeholder": placeholder,
        "kept": [(name, value) for name, value in request.GET.items() if name not in names],
        "chosen": any(request.GET.get(one.name) for one in filters) or request.GET.get("q"),
        "clear": request.path,
        "exports": exports,
    }


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(steps: Iterable[pieces.TimelineStep], at: datetime | None = None) -> Shown:
    """Who has it, since when, due when; done acts carry the mark of proof."""
    return {"steps": steps, "at": at or deadlines.now()}


@register.filter
def state_icon(state: str) -> str:
    """The icon of a step's state."""
    return STATE_ICONS[state]


@register.filter
def state_text(state: str) -> str:
    """A step's state in words."""
    texts = {
        "done": _("Done"),
        "current": _("Now"),
        "waiting": _("Still to come"),
        "void": _("To be done again"),
        "stopped": _("Stopped"),
        "unneeded": _("Not needed"),
        "ahead": _("Still to come"),
    }
    return texts[state]


@register.inclusion_tag("ui/parts/steps.html")
def steps(items: Sequence[pieces.PathStep]) -> Shown:
    """The applicant's path above a form."""
    now = next((place for place, one in enumerate(items, 1) if one.state == "current"), len(items))
    return {"items": items, "now": now, "count": len(items), "current": items[now - 1] if items else None}


@register.inclusion_tag("ui/parts/tabs.html")
def tabs(items: Sequence[pieces.Tab], label: str) -> Shown:
    """Tabs that are pages."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/parts/key_values.html")
def key_values(lines: Iterable[pieces.Line]) -> Shown:
    """Names and values."""
    return {"lines": lines}


@register.inclusion_tag("ui/parts/answers.html")
def answers(sections: Iterable[Any], edit_url: str = "") -> Shown:
    """A filled form for reading: `form.summary`. With `edit_url` each section leads back to its inputs."""
    return {"sections": sections, "edit_url": edit_url}


@register.filter
def section_anchor(pointer: str) -> str:
    """Where a section's inputs stand on the page of the form: `/owner` -> `f-owner`."""
    return "f-" + pointer.strip("/").partition("/")[0] if pointer.strip("/") else "f-top"


@register.inclusion_tag("ui/parts/file_card.html")
def file_card(file: pieces.FileCard) -> Shown:
    """A file with its size, preview and download."""
    kinds = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
    return {"file": file, "kind": kinds.get(file.media_type, file.media_type)}


@register.inclusion_tag("ui/parts/progress.html")
def progress(value: int, most: int, text: str) -> Shown:
    """How far something long has come; words beside the bar."""
    return {"value": value, "most": most, "text": text, "percent": round(100 * value / most) if most else 0}


@register.inclusion_tag("ui/parts/upload.html")
def upload(
    name: str,
    label: str,
    *,
    url: str = "",
    accept: str = "",
    largest: int = 50 * 1024 * 1024,
    help: str = "",
    required: bool = False,
    files: Sequence[pieces.ListedFile] = (),
    error: str = "",
    multiple: bool = False,
    removable: bool = False,
    id: str = "",
) -> Shown:
    """A file input; with `url` the browser sends at once and shows progress. `files` are those that are there: the
    ids of uploads travel as `<name>_id`, and with `removable` each has a button that sends its id as `remove`.
    Without JavaScript the file travels with the form as `<name>`. `id`: what tells it from another of this name."""
    return {
        "name": name, "label": label, "url": url, "accept": accept, "largest": largest, "help": help,
        "required": required, "files": files, "error": error, "multiple": multiple, "removable": removable,
        "id": f"u-{name}{id and '-'}{id}".replace(".", "-"),
    }  # fmt: skip


@register.inclusion_tag("ui/parts/flow.html")
def flow(url: str, steps: Sequence[pieces.FlowStep], label: str = "", download_url: str = "") -> Shown:
    """A procedure as a picture with "you are here". `url` answers BPMN; `steps` say it in words."""
    return {
        "url": url,
        "steps": steps,
        "label": label or _("The way of the dossier"),
        "here": " ".join(one.id for one in steps if one.state == "current"),
        "done": " ".join(one.id for one in steps if one.state == "done"),
        "download_url": download_url,
    }


@register.simple_tag(takes_context=True, name="sections")
def page_sections(context: Context, place: str) -> SafeString:
    """What rooms above show at a place of this page (`ui.sections`)."""
    return sections.shown(context["request"], place)


@register.inclusion_tag("ui/parts/procedure_card.html")
def procedure_card(card: pieces.ProcedureCard) -> Shown:
    """A procedure in a list."""
    return {"card": card}


@register.inclusion_tag("ui/parts/hero.html", takes_context=True)
def portal_hero(
    context: Context, action: str = "/procedures/", suggestions: Sequence[tuple[str, str]] = ()
) -> Shown:
    """The search box “Tôi cần ...” of the portal; `suggestions` are (words, url)."""
    return {"action": action, "suggestions": suggestions, "q": context["request"].GET.get("q", "")}
