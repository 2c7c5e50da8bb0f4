"""What the layouts themselves are made of: `{% load ui_layout %}`."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context

from xactin.ui import nav

register = template.Library()
Shown = dict[str, Any]


@register.simple_tag(takes_context=True)
def desk_navigation(context: Context) -> list[nav.Group]:
    """The areas of the desk for the hat worn: `{% desk_navigation as groups %}`."""
    return nav.desk(context["request"]) if "request" in context else []


@register.simple_tag(takes_context=True)
def menu(context: Context, area: str) -> list[nav.Entry]:
    """The lines of the menu `portal`, `account` or `footer`."""
    return nav.menu(context["request"], area) if "request" in context else []


@register.simple_tag(takes_context=True)
def layout_scripts(context: Context) -> list[str]:
    """The modules that rooms add to the page: `{% layout_scripts as paths %}`."""
    return nav.scripts(context["request"]) if "request" in context else []


@register.inclusion_tag("ui/parts/account.html", takes_context=True)
def account_menu(context: Context) -> Shown:
    """The hat worn, the others, and the way out."""
    request: HttpRequest = context["request"]
    hats, url = nav.hats(request)
    return {
        "request": request,
        "actor": getattr(request, "actor", None),
        "hats": hats,
        "hat_url": url,
        "entries": nav.menu(request, "account"),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("ui/parts/bell.html", takes_context=True)
def notices_bell(context: Context) -> Shown:
    """How many notices are unread."""
    found = nav.bell(context["request"])
    return {"unread": found[0], "url": found[1]} if found else {}
