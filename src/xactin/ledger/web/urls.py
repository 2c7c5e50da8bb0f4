"""The addresses of the log (promised in the design: they never change)."""

from django.urls import path

from xactin.ledger.web import views

urlpatterns = [
    path("log/<str:authority>/checkpoint", views.checkpoint, name="log-checkpoint"),
    path("log/<str:authority>/tile/<path:path>", views.tile, name="log-tile"),
    path("log/<str:authority>/cosign", views.cosign, name="log-cosign"),
]
