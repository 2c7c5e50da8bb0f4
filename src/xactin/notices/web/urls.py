"""The addresses of the room."""

from django.urls import URLPattern, URLResolver, include, path

from xactin.notices.web import views

_own: list[URLPattern | URLResolver] = [
    path("", views.notices, name="list"),
    path("read/", views.read_all, name="read_all"),
    path("mail/", views.mail, name="mail"),
    path("<uuid:notice>/", views.open_notice, name="open"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("notices/", include((_own, "notices")))]
