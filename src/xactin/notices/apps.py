"""The room `notices` as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Registers the room with Django, and its bell with the layouts."""

    name = "xactin.notices"
    label = "notices"

    def ready(self) -> None:
        """The bell in every header."""
        from xactin.notices.web.bell import unread
        from xactin.ui import nav

        nav.register_bell(unread, "notices:list")
