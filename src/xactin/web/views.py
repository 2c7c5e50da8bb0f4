"""The site's own doors: health, metrics, and who this authority is."""

from base64 import b64encode
from importlib.metadata import version

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from xactin.cases.models import SealingKey
from xactin.web import health as parts


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Each part's state; 200 when all are well, else 503."""
    found = parts.look()
    well = all(part.well for part in found)
    body = {
        "status": "ok" if well else "failing",
        "version": version("xactin"),
        "parts": {
            part.name: {
                "ok": part.well,
                "detail": part.detail,
                "waiting": part.waiting,
                "seconds": part.seconds,
            }
            for part in found
        },
    }
    response = JsonResponse(body, status=200 if well else 503)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The same for Prometheus: counted from the database, so every web process tells the same."""
    registry = CollectorRegistry()
    up = Gauge("xactin_part_up", "1 when the part is well", ["part"], registry=registry)
    waiting = Gauge("xactin_part_waiting", "Unfinished work of the part", ["part"], registry=registry)
    seconds = Gauge("xactin_part_seconds", "How long the part took to answer", ["part"], registry=registry)
    Gauge("xactin_info", "The version that runs", ["version"], registry=registry).labels(
        version("xactin")
    ).set(1)
    for part in parts.look():
        up.labels(part.name).set(1 if part.well else 0)
        waiting.labels(part.name).set(part.waiting)
        seconds.labels(part.name).set(part.seconds)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


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
