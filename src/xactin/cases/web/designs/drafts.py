"""The drafts of this authority: found, chosen, reviewed and published, one or a hundred at once."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from xactin.cases.dossiers.surroundings import language
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.procedures.commands import NotPublishable
from xactin.cases.procedures.drafts import commands, queries
from xactin.cases.procedures.national.reading import LARGEST, Unreadable
from xactin.cases.web.designs.doors import catalogue_door, crumbs
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import Facts, may
from xactin.ledger.errors import LedgerError

PAGE: Final = 50
MOST_FILES: Final = 200
MOST_AT_ONCE: Final = 150
"""Drafts that one request puts in force: each is checked anew, which takes a tenth of a second."""
REVIEWED: Final = "reviewed"
STATES: Final = {
    "": gettext_lazy("Standing"),
    "open": gettext_lazy("Not reviewed"),
    REVIEWED: gettext_lazy("Reviewed"),
    "published": gettext_lazy("Published"),
    "dropped": gettext_lazy("Dropped"),
}


@catalogue_door("procedure.read")
@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """Drafts by name, with what waits for a person."""
    words, state = _asked(request.GET)
    actor = acted_by(request)
    found = Paginator(queries.drafts(actor, words=words, state=state), PAGE)
    page = found.get_page(request.GET.get("page"))
    facts = Facts(subject="procedure:")
    shown = {
        "page": page,
        "total": found.count,
        "q": words,
        "state": state,
        "states": STATES,
        "all_at_once": state == REVIEWED and page.has_other_pages(),
        "most": MOST_AT_ONCE,
        "may_design": may(actor, "procedure.design", facts).allowed,
        "may_publish": may(actor, "procedure.publish", facts).allowed,
        "reader": actor.person_id,
        "crumbs": crumbs(),
    }
    return render(request, "cases/drafts.html", shown)


@catalogue_door("procedure.design")
@require_POST
def import_files(request: HttpRequest) -> HttpResponse:
    """Files of the national database, sent from a browser. One that cannot be read holds up no other."""
    files = request.FILES.getlist("files")
    if not files or len(files) > MOST_FILES:
        messages.error(request, _("Choose between 1 and %(most)d files.") % {"most": MOST_FILES})
        return redirect("cases:drafts")
    counts = dict.fromkeys((commands.NEW, commands.CHANGED, commands.SAME), 0)
    for file in files:
        outcome = _imported(request, file)
        if outcome:
            counts[outcome] += 1
    told = _("%(new)d new drafts, %(changed)d changed, %(same)d imported before.")
    messages.success(request, told % counts)
    return redirect("cases:drafts")


def _imported(request: HttpRequest, file: "File[bytes]") -> str:
    """What became of a file; "" where it could not be read, which is told."""
    try:
        return commands.import_file(by=acted_by(request), sent=file.read(LARGEST + 1)).outcome
    except Unreadable as refused:
        reason = refused.vi if language() == "vi" else refused.en
        messages.error(request, f"{file.name}: {reason}")
        return ""


@catalogue_door("procedure.read")
@require_POST
def chosen(request: HttpRequest) -> HttpResponse:
    """Reviews or publishes the drafts that were ticked, each by its own attested act."""
    ids = _ids(request)
    if not ids:
        messages.error(request, _("Choose at least one draft."))
        return redirect("cases:drafts")
    try:
        told = _published(request, ids) if request.POST.get("act") == "publish" else _reviewed(request, ids)
    except Forbidden as refused:
        raise PermissionDenied(refused.text) from refused
    except (Invalid, NotPublishable) as refused:
        messages.error(request, _refusal(refused))
    except LedgerError as refused:
        messages.error(request, refused.vi if language() == "vi" else refused.en)
    else:
        messages.success(request, told)
    return (
        redirect(request.POST.get("back") or "cases:drafts")
        if _is_ours(request)
        else redirect("cases:drafts")
    )


def _ids(request: HttpRequest) -> list[UUID]:
    """The drafts that were ticked, or the whole list of those reviewed, which is more than a page shows."""
    if request.POST.get("every") and request.POST.get("act") == "publish":
        words, _state = _asked(request.POST)
        found = queries.drafts(acted_by(request), words=words, state=REVIEWED)
        return list(found.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return [UUID(one) for one in request.POST.getlist("draft") if _is_id(one)]


def _asked(sent: QueryDict) -> tuple[str, str]:
    return sent.get("q", "")[:200], sent.get("state", "")


def _is_ours(request: HttpRequest) -> bool:
    return request.POST.get("back", "").startswith("/desk/procedures/drafts/")


def _published(request: HttpRequest, ids: list[UUID]) -> str:
    done = len(commands.publish(by=acted_by(request), drafts=ids))
    return ngettext("%(n)d procedure is in force.", "%(n)d procedures are in force.", done) % {"n": done}


def _reviewed(request: HttpRequest, ids: list[UUID]) -> str:
    """Those that cannot be reviewed are told by name; the others are."""
    actor, done = acted_by(request), 0
    for id in ids:
        row = queries.draft(actor, id)
        try:
            commands.review(by=actor, draft=id, revision=row.revision)
        except NotPublishable as refused:
            first = refused.problems[0]
            messages.error(
                request, f"{row.code} {row.name_vi}: {first.vi if language() == 'vi' else first.en}"
            )
        except Invalid as refused:
            messages.error(request, f"{row.code}: {' '.join(refused.errors.values())}")
        else:
            done += 1
    return ngettext("%(n)d draft is reviewed.", "%(n)d drafts are reviewed.", done) % {"n": done}


def _refusal(refused: Invalid | NotPublishable) -> str:
    if isinstance(refused, NotPublishable):
        return refused.vi if language() == "vi" else refused.en
    return " ".join(f"{code}: {text}" for code, text in refused.errors.items())


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def told(row: Any) -> str:
    """Where a draft stands, in a word."""
    if row.published_id is not None:
        return str(STATES["published"])
    if row.dropped_at is not None:
        return str(STATES["dropped"])
    return str(STATES[REVIEWED] if row.reviewed_at else STATES["open"])
