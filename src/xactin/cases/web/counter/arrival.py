"""Who comes to the counter, and for what: two fields, by keyboard and scanner alone."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xactin.cases.counter import queries
from xactin.cases.dossiers.surroundings import language
from xactin.cases.procedures import search
from xactin.cases.procedures.queries import text_in
from xactin.cases.web.access import official_required
from xactin.cases.web.counter import card
from xactin.cases.web.shown import acted_by
from xactin.identity.queries import folded
from xactin.kernel.procedure.package import Package

MOST: Final = 12


@official_required
@require_http_methods(["GET", "POST"])
def arrival(request: HttpRequest) -> HttpResponse:
    """The card, what the person wants in their own words, and the procedures that fit, each one key away.

    Nothing of the card stands in an address: all of it is posted, and goes on to the procedure that is chosen.
    """
    actor = acted_by(request)
    came = card.typed(request.POST) if request.method == "POST" else card.EMPTY
    words = request.POST.get("words", "").strip()[:200]
    packages = queries.beginnings(actor)
    found, sure = _found(packages, words)
    context = {
        "card": card.lines(came, {}),
        "unreadable": came.unreadable,
        "standing": card.standing(came),
        "words": words,
        "rows": [_row(package) for package in found[:MOST]],
        "sure": sure,
        "none": not packages,
        "nothing": bool(words) and not found,
        "receipts": len(queries.receipts(actor, limit=1)),
        # The next thing to do has the focus: the scanner's field, the words, the procedure that fits best.
        "focus": _focus(came, words, found),
        "title": _("Receive at the counter"),
    }
    return render(request, "cases/counter/arrival.html", context, status=422 if came.unreadable else 200)


def _focus(came: card.Typed, words: str, found: list[Package]) -> str:
    if came.unreadable or not came.values["number"]:
        return "scan"
    return "row" if words and found else "words"


def _found(packages: list[Package], words: str) -> tuple[list[Package], bool]:
    """What this post may take in that fits the words, the best first; all of it where nothing was said."""
    if not words:
        return packages, True
    by_code = {package.code: package for package in packages}
    answer = search.found(words=words)
    best = [by_code.pop(row.code) for row in answer.rows if row.code in by_code]
    # What only counters take in stands in no catalogue that people search: by the words of its name.
    said = folded(words).split()
    named = [
        one for one in by_code.values() if all(word in folded(one.procedure.name["vi"]) for word in said)
    ]
    return [*best, *named], answer.sure or bool(named)


def _row(package: Package) -> dict[str, Any]:
    return {
        "name": text_in(package.procedure.name, language()),
        "summary": text_in(package.procedure.summary, language()),
        "code": package.code,
        "url": reverse("cases:receive", args=[package.code]),
    }
