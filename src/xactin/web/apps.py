"""The room `web` as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the room with Django."""

    name = "xactin.web"
    label = "web"
