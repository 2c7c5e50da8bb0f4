"""The room `notices` as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Registers the room with Django."""

    name = "xactin.notices"
    label = "notices"
