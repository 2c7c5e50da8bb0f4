"""Addresses of the style pages, as a debugging site has them."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.i18n import set_language

from xactin.ui.web.urls import style_patterns


def nothing(request: HttpRequest, **parts: str) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    *style_patterns,
    path("language/", set_language, name="set_language"),
    path("", nothing, name="home"),
    path("inbox/", nothing, name="inbox"),
    path("notices/", nothing, name="notices"),
    path("hat/", nothing, name="hat"),
]
