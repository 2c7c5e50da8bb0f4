"""The site's own doors: health, metrics, and who this authority is."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hmac import compare_digest
from importlib.metadata import version

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from xactin.cases.models import SealingKey
from xactin.web.status import health as parts


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Each part's state; 200 when all are well, else 503. What `metrics` tells only some stands here for them only."""
    found, told = parts.look(), _may_measure(request)
    well = all(part.well for part in found)
    shown = {part.name: {"ok": part.well} | (_measured(part) if told else {}) for part in found}
    body = {"status": "ok" if well else "failing", "parts": shown}
    if told:
        body["version"] = version("xactin")
    response = JsonResponse(body, status=200 if well else 503)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The same for Prometheus, for whoever looks after the machine; counted from the database, so every web
    process tells the same."""
    if not _may_measure(request):
        return HttpResponse("not for the public\n", status=403, content_type="text/plain")
    found = parts.look()
    lines = [
        *_gauge("xactin_info", "The version that runs", [("version", version("xactin"), 1)]),
        *_gauge("xactin_part_up", "1 when the part is well", [("part", p.name, int(p.well)) for p in found]),
        *_gauge(
            "xactin_part_waiting", "Unfinished work of the part", [("part", p.name, p.waiting) for p in found]
        ),
        *_gauge(
            "xactin_part_seconds",
            "How long the part took to answer",
            [("part", p.name, p.seconds) for p in found],
        ),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _measured(part: parts.Part) -> dict[str, object]:
    return {"detail": part.detail, "waiting": part.waiting, "seconds": part.seconds}


def _may_measure(request: HttpRequest) -> bool:
    """By the token of `XACTIN_METRICS_TOKEN`; where none is set, from this machine and through no proxy."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        return compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    forwarded = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"} & set(request.META)
    return not forwarded and request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1", "")


def _gauge(name: str, meaning: str, rows: Iterable[tuple[str, str, float]]) -> Iterator[str]:
    """One figure in Prometheus' text format 0.0.4. Labels are names of ours: nothing in them needs escaping."""
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    yield from (f'{name}{{{label}="{text}"}} {value}' for label, text, value in rows)


@require_safe
def well_known(request: HttpRequest) -> JsonResponse:
    """Who this authority is, by which key its log is checked, and where its doors are."""
    from xactin.ledger import queries

    authority = queries.authority()
    base = settings.XACTIN_URL
    body = {
        "authority": authority.id,
        "name": authority.name,
        "demo": authority.demo,
        "log_key": authority.verifier_key,
        "agencies": _agency_keys(),
        "doors": {
            "portal": f"{base}/",
            "desk": f"{base}/desk/",
            "verify": f"{base}/verify/",
            "api": f"{base}/api/v1/openapi.json",
            "log": f"{base}/log/{authority.id}/",
            "health": f"{base}/health",
        },
    }
    response = JsonResponse(body)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _agency_keys() -> list[dict[str, str]]:
    """The certificates that seal for agencies, and the trial authority's that issued them (owner `ca`)."""
    sealing = SealingKey.objects.filter(Q(owner__startswith="agency:") | Q(owner="ca")).order_by("owner")
    return [
        {
            "owner": key.owner.removeprefix("agency:"),
            "certificate": b64encode(bytes(key.certificate)).decode(),
        }
        for key in sealing
    ]
