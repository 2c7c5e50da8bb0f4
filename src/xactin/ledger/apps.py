"""The room `ledger` as a Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Registers the room with Django; and the log of readings, which the vault below keeps, to be attested."""

    name = "xactin.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Called by Django once all rooms are loaded."""
        from xactin.ledger.audit import register_roll
        from xactin.ledger.rolls import Roll
        from xactin.vault.queries import openings_between

        register_roll(Roll("readings", openings_between, timed=True))
