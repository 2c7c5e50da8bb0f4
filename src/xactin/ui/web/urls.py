"""The page that shows all components, for who builds pages: only with XACTIN_DEBUG=1."""

from django.conf import settings
from django.urls import URLPattern, path

from xactin.ui.web import views

style_patterns: list[URLPattern] = [
    path("ui/", views.style, name="ui-style"),
    path("ui/desk/", views.desk, name="ui-desk"),
    path("ui/form/", views.form, name="ui-form"),
    path("ui/flow.bpmn", views.flow, name="ui-flow"),
]
urlpatterns = style_patterns if settings.DEBUG else []
