"""What a person or a program is told when something does not work: the right status, in their language."""

import errno
import sys
from collections.abc import Mapping, Sequence

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xactin.kernel.refusal import Refusal
from xactin.ui.pages import is_ours


def problem(
    status: int, title: str, detail: str = "", more: Mapping[str, object] | None = None
) -> JsonResponse:
    """An RFC 9457 answer; `more` holds members of its own."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        **({"detail": detail} if detail else {}),
        **(more or {}),
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def answer(
    request: HttpRequest, status: int, title: str, detail: str, mend: Sequence[str] = ()
) -> HttpResponse:
    """A page, or a problem document for a program. Needs no database: it may be what is gone.

    `mend` says what to do now; the page then leads back to where the person was.
    """
    if request.path.startswith("/api/"):
        return problem(status, title, detail)
    shown = {"status": status, "title": title, "detail": detail, "mend": mend}
    if mend:
        shown["back"] = _page_before(request)
    return render(request, "ui/error.html", shown, status=status)


def _page_before(request: HttpRequest) -> str:
    """The page of ours that a form was sent from; for a page that was asked for, itself."""
    before = request.headers.get("Referer", "") if request.method == "POST" else request.get_full_path()
    return before if is_ours(request, before) else ""


def too_large(request: HttpRequest) -> HttpResponse:
    """413 before the body is read."""
    return answer(request, 413, _("The request is too large"), _("Send fewer or smaller files at once."))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return answer(
        request, 400, _("The request could not be read"), _("Go back, check what was entered and try again.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with the reason where the refusal gives one."""
    reason = str(exception or "") or _("This page is for other posts or other people.")
    return answer(request, 403, _("Not allowed"), reason)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return answer(
        request, 404, _("Not found"), _("This address leads nowhere, or to something that is not yours.")
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """429: signing in, or having papers checked, too often in a short time."""
    return answer(
        request,
        429,
        _("Too many attempts"),
        _("Please wait a few minutes, then try again. Nothing was lost."),
    )


def too_busy(request: HttpRequest) -> HttpResponse:
    """503: every place that this one may take is taken; a second later it may be free."""
    return answer(
        request,
        503,
        _("Not available for a moment"),
        _("Nothing was lost. Please try again in a few seconds."),
        _ways_on(request),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that is too old; what was entered stays in the browser's page behind."""
    return answer(
        request,
        403,
        _("The page is out of date"),
        _("Go back, reload the page and send it again; drafts are kept."),
    )


def _ways_on(request: HttpRequest) -> list[str]:
    """What to do while the database is away: a form that was sent can be sent again by the browser."""
    if request.method != "POST":
        return [_("Wait a few seconds and reload the page.")]
    return [
        _("Wait a few seconds and reload this page: your browser sends what you entered once more."),
        _("Or go back to the form once the system is there again: drafts are kept."),
    ]


def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    """A refusal that a page did not show beside its form; a busy service says when to ask again."""
    response = answer(request, error.status, _("This could not be done"), error.in_language(get_language()))
    if "retry_after" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_after"])
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """503 when the database is away, 507 when the disk is full, else 500. Never the details.

    400 for a value that no column can hold (a NUL sign in a form, say): no browser sends one by itself.
    """
    error = sys.exc_info()[1]
    if isinstance(error, DataError):
        return bad_request(request)
    if isinstance(error, OperationalError | InterfaceError):
        response = answer(
            request,
            503,
            _("Not available for a moment"),
            _("Nothing was lost. Please try again in a few seconds."),
            _ways_on(request),
        )
        response.headers["Retry-After"] = "5"
        return response
    if isinstance(error, Refusal):
        return refused(request, error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return answer(
            request, 507, _("No room left for files"), _("Nothing was changed. The operators must make room.")
        )
    return answer(
        request, 500, _("Something went wrong"), _("The fault was recorded. Please try again later.")
    )
