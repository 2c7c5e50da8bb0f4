"""The administrator's pages of the catalogue: versions, limits of this authority, publishing a package."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xactin.cases.dossiers.surroundings import language
from xactin.cases.dossiers.wording import limit_text
from xactin.cases.errors import Forbidden, Invalid
from xactin.cases.models import ProcedureVersion
from xactin.cases.procedures import commands, queries
from xactin.cases.procedures.archive import LARGEST_SENT
from xactin.cases.procedures.queries import text_in
from xactin.cases.procedures.reviewing import Review, review
from xactin.cases.procedures.search_commands import settle
from xactin.cases.web.designs.doors import catalogue_door
from xactin.cases.web.procedure_forms import LimitForm
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import Facts, may
from xactin.kernel.local import local_day
from xactin.kernel.procedure.description import AuthorityLimit
from xactin.kernel.procedure.package import Package
from xactin.kernel.procedure.problems import Problem
from xactin.ledger.clock import now
from xactin.ledger.errors import LedgerError
from xactin.ui.writing import day_text


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Administrative procedures"), reverse("cases:managed")), *more]


def _name(row: ProcedureVersion) -> str:
    return row.name_vi if language() == "vi" else row.name_en


def _standing(row: ProcedureVersion) -> str:
    """`now`, `later` or `ended`, as of today."""
    day = local_day(now())
    if row.in_force_from > day:
        return "later"
    return "ended" if row.in_force_until and row.in_force_until <= day else "now"


def _last_day(until: date | None) -> date | None:
    """The last day in force: a version ends before `in_force_until` begins."""
    return until - timedelta(days=1) if until else None


def _changes(request: HttpRequest) -> bool:
    facts = Facts(subject="procedure:")
    return may(acted_by(request), "procedure.publish", facts).allowed


@catalogue_door("procedure.read")
@require_GET
def managed(request: HttpRequest) -> HttpResponse:
    """Every procedure of the catalogue with the version in force."""
    found: dict[str, dict[str, Any]] = {}
    for row in queries.versions():
        one = found.setdefault(row.code, {"code": row.code, "name": _name(row), "count": 0, "now": None})
        one["count"] += 1
        if _standing(row) == "now" and one["now"] is None:
            one["now"] = row
            one["last"] = _last_day(row.in_force_until)
    shown = {"procedures": list(found.values()), "changes": _changes(request)}
    return render(request, "cases/managed.html", shown)


@catalogue_door("procedure.read")
@require_http_methods(["GET", "POST"])
def searches(request: HttpRequest) -> HttpResponse:
    """What people searched without opening anything, so that keywords are added; done ones leave the list."""
    if request.method == "POST":
        try:
            settle(by=acted_by(request), words=request.POST.get("words", ""))
        except Forbidden as refused:
            raise PermissionDenied(refused.text) from refused
        messages.success(request, _("Marked as done. It comes back when it is searched in vain again."))
        return redirect("cases:searches")
    shown = {
        "searches": queries.searched_in_vain(),
        "changes": _changes(request),
        "crumbs": _crumbs((_("Searches that found nothing"), "")),
    }
    return render(request, "cases/searches.html", shown)


@catalogue_door("procedure.read")
@require_GET
def managed_procedure(request: HttpRequest, code: str) -> HttpResponse:
    """The versions of a procedure, and the limits this authority sets for it."""
    rows = queries.versions(code)
    if not rows:
        raise Http404
    package = _in_force(code)
    shown = {
        "code": code,
        "name": _name(rows[0]),
        "versions": [
            {"row": row, "standing": _standing(row), "last": _last_day(row.in_force_until)} for row in rows
        ],
        "limits": _limits(package) if package else [],
        "in_force": package is not None,
        "changes": _changes(request),
        "crumbs": _crumbs((_name(rows[0]), "")),
    }
    return render(request, "cases/managed_procedure.html", shown)


def _in_force(code: str) -> Package | None:
    try:
        return queries.today(code).package
    except queries.NoSuchProcedure:
        return None


def _limits(package: Package) -> list[dict[str, Any]]:
    """Each limit the authority may set: its task, what holds now, and how far it may go."""
    held = queries.limits(package.code)
    return [
        {
            "name": name,
            "task": _task(package, name),
            "now": limit_text(held.get(name) or _default(package, name, allowed)),
            "own": name in held,
            "maximum": limit_text(allowed.maximum),
        }
        for name, allowed in package.procedure.authority_limits.items()
    ]


def _task(package: Package, name: str) -> str:
    return text_in(package.procedure.tasks[name].name, language())


def _default(package: Package, name: str, allowed: AuthorityLimit) -> Mapping[str, Any]:
    """What holds where the authority sets nothing."""
    found: Mapping[str, Any] = allowed.default or package.procedure.tasks[name].limit or {}
    return found


@catalogue_door("limit.set")
@require_http_methods(["GET", "POST"])
def limit(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Sets one limit, within the procedure's maximum."""
    package = _in_force(code)
    allowed = package.procedure.authority_limits.get(name) if package else None
    if package is None or allowed is None:
        raise Http404
    held = queries.limits(code).get(name) or _default(package, name, allowed)
    form = LimitForm(request.POST or None, held=held)
    if request.method == "POST" and form.is_valid():
        duration = form.duration()
        try:
            commands.set_limit(by=acted_by(request), package=package, name=name, duration=duration)
        except Invalid as refused:
            told = refused.errors.get("duration") or refused.text
            most = _("The most that the procedure allows: %(maximum)s.")
            form.add_error("amount", f"{told} {most % {'maximum': limit_text(allowed.maximum)}}")
        except LedgerError as refused:
            form.add_error(None, refused.vi if language() == "vi" else refused.en)
        else:
            text = _("“%(task)s”: %(limit)s, for dossiers sent from now on.")
            messages.success(request, text % {"task": _task(package, name), "limit": limit_text(duration)})
            return redirect("cases:managed-procedure", code=code)
    title = text_in(package.procedure.name, language())
    shown = {
        "form": form,
        "task": _task(package, name),
        "code": code,
        "limit": next(one for one in _limits(package) if one["name"] == name),
        "whole": limit_text(package.procedure.limit),
        "crumbs": _crumbs((title, reverse("cases:managed-procedure", args=[code])), (_("Set a limit"), "")),
    }
    return render(request, "cases/limit.html", shown, status=422 if form.errors else 200)


@catalogue_door("procedure.publish")
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    """Takes a zipped package, and shows what is wrong with it or what publishing it would change."""
    if request.method == "GET":
        return _publish_page(request)
    given = request.FILES.get("package")
    if not isinstance(given, UploadedFile):
        return _publish_page(request, error=_("Choose the ZIP file of the package."))
    if (given.size or 0) > LARGEST_SENT:
        return _publish_page(request, error=_("The file is larger than 1 MB. No package is so large."))
    sent = given.read()
    found = review(by=acted_by(request), sent=sent)
    if found.problems:
        return _publish_page(request, name=given.name or "", found=found)
    return _confirm_page(request, found, sent)


@catalogue_door("procedure.publish")
@require_POST
def publish_confirmed(request: HttpRequest) -> HttpResponse:
    """Publishes the package that was looked at. It comes back with the form and is looked at again."""
    try:
        sent = b64decode(request.POST.get("archive", ""), validate=True)
    except NotBase64:
        sent = b""
    actor = acted_by(request)
    found = review(by=actor, sent=sent)
    if found.package is None or found.package.digest != request.POST.get("digest"):
        return _publish_page(request, error=_("The package did not come back whole. Please send it again."))
    try:
        new = commands.publish(by=actor, package=found.package)
    except commands.NotPublishable as refused:
        return _publish_page(request, found=Review(package=found.package, problems=refused.problems))
    except Invalid as refused:
        return _publish_page(request, error=" ".join(refused.errors.values()))
    except Forbidden as refused:
        raise PermissionDenied(refused.text) from refused
    except LedgerError as refused:
        return _publish_page(request, error=refused.vi if language() == "vi" else refused.en)
    told = _("Version %(version)s is published, from %(day)s.") if new else _("It was published already.")
    about = {"version": found.package.version, "day": day_text(found.begins or found.package.effective_from)}
    messages.success(request, told % about)
    return redirect("cases:managed-procedure", code=found.package.code)


def _publish_page(
    request: HttpRequest, *, error: str = "", name: str = "", found: Review | None = None
) -> HttpResponse:
    problems = found.problems if found else []
    shown = {
        "error": error,
        "errors": [{"anchor": "u-package", "message": error}] if error else [],
        "largest": LARGEST_SENT,
        "file": name,
        "package": found.package if found else None,
        "problems": _told(problems),
        "crumbs": _crumbs((_("Publish a version"), "")),
    }
    return render(request, "cases/publish.html", shown, status=422 if error or problems else 200)


def _told(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """The problems in the page's language, each where it stands."""
    vietnamese = language() == "vi"
    told = [{"where": one.where, "text": one.vi if vietnamese else one.en} for one in problems]
    return [one for at, one in enumerate(told) if one not in told[:at]]


def _confirm_page(request: HttpRequest, found: Review, sent: bytes) -> HttpResponse:
    package = found.package
    assert package is not None  # a review without problems has one
    shown = {
        "found": found,
        "package": package,
        "name": text_in(package.procedure.name, language()),
        "past": package.effective_from < local_day(now()),
        "today": found.begins == local_day(now()),
        "last": _last_day(found.until),
        "lost": [_lost(package, name) for name in found.limits_lost],
        "archive": b64encode(sent).decode(),
        "crumbs": _crumbs((_("Publish a version"), reverse("cases:publish")), (_("Confirm"), "")),
    }
    return render(request, "cases/publish_confirm.html", shown)


def _lost(package: Package, name: str) -> str:
    return _task(package, name) if name in package.procedure.tasks else name
