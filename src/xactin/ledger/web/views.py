"""The transparency log for anybody: C2SP tlog-tiles and tlog-checkpoint. It tells 32-byte digests, and no
ids.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from xactin.kernel.log.tiles import parse_tile_path
from xactin.ledger import commands, queries
from xactin.ledger.errors import NoAuthority, NoteRefused

_LONGEST_NOTE = 64 * 1024
_FOREVER = "public, max-age=31536000, immutable"


def _require(authority: str) -> None:
    try:
        known = queries.authority().id
    except NoAuthority:
        raise Http404 from None
    if authority != known:
        raise Http404


def _answer(body: bytes, kind: str, caching: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response.headers["Cache-Control"] = caching
    # Verifiers also run in pages of others.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def checkpoint(request: HttpRequest, authority: str) -> HttpResponse:
    """The latest signed note."""
    _require(authority)
    return _answer(queries.checkpoint_note().encode(), "text/plain; charset=utf-8", "no-cache")


@require_safe
def tile(request: HttpRequest, authority: str, path: str) -> HttpResponse:
    """A tile of hashes or of leaf data. A width once published never changes, so each may be kept for ever."""
    _require(authority)
    try:
        asked = parse_tile_path(f"tile/{path}")
        if asked.level == "entries":
            body = queries.entry_tile(asked.index, asked.width)
        else:
            body = queries.hash_tile(asked.level, asked.index, asked.width)
    except (ValueError, KeyError):
        raise Http404 from None
    return _answer(body, "application/octet-stream", _FOREVER)


@csrf_exempt  # programs of witnesses call it; what counts is their signature
@require_POST
def cosign(request: HttpRequest, authority: str) -> HttpResponse:
    """Takes a checkpoint of ours with a known witness's line under it."""
    _require(authority)
    try:
        commands.add_cosignature(_note(request.read(_LONGEST_NOTE + 1)))
    except NoteRefused as error:
        return _said(str(error.facts["reason"]), error.status)
    return _said("kept", 200)


def _note(body: bytes) -> str:
    try:
        if len(body) <= _LONGEST_NOTE:
            return body.decode()
    except UnicodeDecodeError:
        pass
    raise NoteRefused(facts={"reason": "note"})


def _said(text: str, status: int) -> HttpResponse:
    response = _answer(f"{text}\n".encode(), "text/plain; charset=utf-8", "no-store")
    response.status_code = status
    return response
