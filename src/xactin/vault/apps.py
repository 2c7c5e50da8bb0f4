"""The room `vault` as a Django app."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Registers the room with Django."""

    name = "xactin.vault"
    label = "vault"
