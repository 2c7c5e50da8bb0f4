"""Paging and sorting through the address: every list can be sent to a colleague as a link."""

from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def address_with(request: HttpRequest, changes: Mapping[str, object]) -> str:
    """This page's address with some parameters changed; None or empty takes one out."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path


def is_ours(request: HttpRequest, address: str) -> bool:
    """Whether an address that somebody sent leads to a page of this site, so that one may be led there."""
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())


def sort_address(request: HttpRequest, key: str, default: str = "") -> tuple[str, str]:
    """(address, "ascending" | "descending" | "none") of a column's heading; a second click turns it round."""
    now = request.GET.get("sort", default)
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    wanted = f"-{key}" if now == key else key
    return address_with(request, {"sort": wanted, "page": None, "after": None}), direction
