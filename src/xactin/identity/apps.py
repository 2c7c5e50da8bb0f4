"""The room `identity` as a Django app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Registers the room with Django."""

    name = "xactin.identity"
    label = "identity"
