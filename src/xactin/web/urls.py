"""Every address of the site: each room brings its own."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from xactin.web import views
from xactin.web.api import api
from xactin.web.status import troubles

handler400 = "xactin.web.errors.bad_request"
handler403 = "xactin.web.errors.forbidden"
handler404 = "xactin.web.errors.not_found"
handler500 = "xactin.web.errors.server_error"
handler429 = "xactin.web.errors.too_many"  # asked for by allauth


def _rooms() -> list[URLPattern | URLResolver]:
    """The addresses of each room that has any, in the order of the installed apps."""
    names = [f"{app.name}.web.urls" for app in apps.get_app_configs() if app.name.startswith("xactin.")]
    found = [name for name in names if find_spec(name.rpartition(".")[0]) and find_spec(name)]
    return [path("", include(name)) for name in found if getattr(import_module(name), "urlpatterns", None)]


urlpatterns: list[URLPattern | URLResolver] = [
    path("health", views.health, name="health"),
    path("metrics", views.metrics, name="metrics"),
    path(".well-known/xactin.json", views.well_known, name="well-known"),
    path("desk/troubles/", troubles.page, name="troubles"),
    path("desk/troubles/<int:job>/again/", troubles.again, name="trouble-again"),
    path("language/", set_language, name="set_language"),
    path("api/v1/", api.urls),
    *_rooms(),
]
