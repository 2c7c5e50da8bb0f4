"""The room `notices` as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Registers the room with Django, its bell with the layouts, and what people were told to be attested."""

    name = "xactin.notices"
    label = "notices"

    def ready(self) -> None:
        """The bell in every header; and the roll of notices."""
        from xactin.ledger.audit import Roll, register_roll
        from xactin.notices.queries import notices_between
        from xactin.notices.web.bell import unread
        from xactin.ui import nav

        nav.register_bell(unread, "notices:list")
        register_roll(Roll("notices", notices_between))
