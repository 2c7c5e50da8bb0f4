"""The room `ui` as a Django app."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Registers the room with Django."""

    name = "xactin.ui"
    label = "ui"
