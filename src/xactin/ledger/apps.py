"""The room `ledger` as a Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers the room with Django."""

    name = "xactin.ledger"
    label = "ledger"
