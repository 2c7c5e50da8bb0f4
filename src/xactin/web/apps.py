"""The room `web` as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """Registers the room with Django, and puts together what rooms beside each other cannot."""

    name = "xactin.web"
    label = "web"

    def ready(self) -> None:
        """Who may do what changes in identity, and people are told of it by notices."""
        from xactin.identity.commands import subscribe
        from xactin.notices.commands import register_topic
        from xactin.ui import nav
        from xactin.web import trust
        from xactin.web.status import troubles

        register_topic(trust.TOPIC, trust.tell_people)
        subscribe(trust.leave_event)
        nav.register(
            "operations",
            _("Steps not done"),
            "troubles",
            90,
            {troubles.LOOK_AFTER, troubles.SEE},
            icon="list",
        )
