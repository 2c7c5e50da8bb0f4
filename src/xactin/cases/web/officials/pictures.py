"""The page on which pictures of signatures and seals are set."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xactin.cases.dossiers.surroundings import language
from xactin.cases.papers.signing.pictures import HAND, LARGEST
from xactin.cases.results import commands, pictures
from xactin.cases.web.access import official_required
from xactin.cases.web.shown import acted_by
from xactin.identity.models import Agency
from xactin.identity.queries import Actor
from xactin.kernel.refusal import Refusal


@official_required
@require_http_methods(["GET", "POST"])
def signature_pictures(request: HttpRequest) -> HttpResponse:
    """Shows what stands, and takes another picture: of one's own signature, or of an agency's seal."""
    actor = acted_by(request)
    if request.method == "GET":
        return _page(request, actor)
    code = request.POST.get("seal", "")
    file = request.FILES.get(code or HAND)
    if file is None:
        return _page(request, actor, wrong=code or HAND, error=_("Please choose a file."), status=422)
    try:
        if code:
            commands.set_seal(by=actor, agency=_sealed(actor, code), stream=file)
        else:
            commands.set_signature(by=actor, stream=file)
    except Refusal as refused:
        text = refused.in_language(language())
        return _page(request, actor, wrong=code or HAND, error=text, status=refused.status)
    messages.success(request, _("Saved. Papers issued from now on show this picture."))
    return redirect("cases:signature-pictures")


@official_required
@require_GET
def picture(request: HttpRequest, kind: str, code: str = "") -> HttpResponse:
    """A picture as it stands, for whoever may set it."""
    actor = acted_by(request)
    if kind == HAND and pictures.may_set_signature(actor):
        subject = pictures.signature_subject(actor.person_id)
    elif kind == "seal":
        subject = pictures.seal_subject(_sealed(actor, code).code)
    else:
        raise Http404
    png = pictures.opened(subject, by=str(actor.person_id), purpose="download")
    if png is None:
        raise Http404
    return HttpResponse(png, content_type=pictures.PNG)


def _page(
    request: HttpRequest, actor: Actor, *, wrong: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    own = pictures.may_set_signature(actor)
    agencies = _agencies(actor)
    if not own and not agencies:
        raise PermissionDenied(_("The post you wear neither signs results nor administers agencies."))
    context: dict[str, Any] = {
        "own": own,
        "own_set": own and pictures.standing(pictures.signature_subject(actor.person_id)) is not None,
        "seals": [(one, pictures.standing(pictures.seal_subject(one.code)) is not None) for one in agencies],
        "wrong": wrong,
        "largest": LARGEST,
        "error": error,
    }
    return render(request, "cases/signature_pictures.html", context, status=status)


def _agencies(actor: Actor) -> list[Agency]:
    """The People's Committees whose seal this post may set: results go out under theirs."""
    kinds = Agency.Kind.PROVINCE, Agency.Kind.COMMUNE
    rows = Agency.objects.filter(kind__in=kinds, closed_at=None, path__startswith=actor.place_path)
    return [one for one in rows.order_by("path") if pictures.may_set_seal(actor, one)]


def _sealed(actor: Actor, code: str) -> Agency:
    found = next((one for one in _agencies(actor) if one.code == code), None)
    if found is None:
        raise Http404
    return found
