"""Every address is guarded, or listed here as public with a reason."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db

# What anybody may open, by the beginning of the route, and why.
PUBLIC = {
    "health": "load balancers ask it; it tells no content",
    "metrics": "it asks by itself for its token or this machine, and tells counts only",
    ".well-known/": "who this authority is",
    "language/": "sets a cookie of the visitor's own",
    "api/v1/openapi.json": "the description of the API",
    "api/v1/docs": "its page",
    "api/v1/": "each operation is checked by itself below",
    "log/": "the transparency log is public by purpose",
    "verify/": "anybody with a paper in hand may check it",
    "follow/": "who holds a receipt follows the dossier by number and code",
    "accounts/": "signing in comes before being known; allauth guards its own pages",
    "flows/": "the picture of a published procedure",
    "demo/": "answers on a demo alone, where everything is made up",
    "procedures/": "the catalogue of procedures is public by law",
    "": "the portal's first page",
}
EXACT = {"", "api/v1/", "language/"}
OPEN_OPERATIONS = {
    ("GET", "/procedures"): "the catalogue of procedures is public by law",
    ("GET", "/procedures/{code}"): "the same",
    ("GET", "/agencies"): "who handles what is public",
}
SAMPLES = {
    "uuid": "019ab000-0000-7000-8000-000000000001",
    "int": "1",
    "str": "sample",
    "slug": "sample",
    "path": "a/b",
}
REFUSALS = {301, 302, 307, 401, 403, 404, 405}


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site with its pattern."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern


def is_public(route: str) -> bool:
    """Whether the list above names it."""
    if any(route == f"api/v1{path.replace('{', '<').replace('}', '>')}" for _, path in OPEN_OPERATIONS):
        return True
    return any(route == name or (name not in EXACT and route.startswith(name)) for name in PUBLIC)


def open_operation(method: str, route: str) -> bool:
    """Whether it is an operation of the API that is listed as open."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.removeprefix("api/v1"))
    return (method.upper(), path) in OPEN_OPERATIONS


def address(route: str) -> str:
    """An address of this route, with sample values."""
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES.get(match[1] or "str", "sample"), route)
    return "/" + re.sub(r"\(\?P<\w+>[^)]*\)", "sample", filled).replace("\\", "").rstrip("$").replace(
        "\\Z", ""
    )


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_turned_away_everywhere_else(client: Client, method: str) -> None:
    opened = []
    for route, _ in routes():
        if not is_public(route):
            answer = getattr(client, method)(address(route))
            if answer.status_code not in REFUSALS and not open_operation(method, route):
                opened.append(f"{method} {address(route)}: {answer.status_code}")
    assert not opened


def test_every_operation_of_the_api_asks_who_calls(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    unguarded = [
        (method.upper(), path.removeprefix("/api/v1"))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if not operation.get("security")
    ]
    assert set(unguarded) <= set(OPEN_OPERATIONS)


def test_the_list_of_public_addresses_names_nothing_that_is_gone() -> None:
    found = [route for route, _ in routes()]
    assert not [name for name in PUBLIC if not any(route.startswith(name) for route in found)]
