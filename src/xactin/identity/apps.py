"""The room `identity` as a Django app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Registers the room with Django, and its lines with the layouts."""

    name = "xactin.identity"
    label = "identity"

    def ready(self) -> None:
        """The rows the audit looks at, the hat switcher, the lines of the account's menu and of the desk."""
        from django.utils.translation import gettext_lazy as _

        from xactin.identity import folding
        from xactin.identity.web.hats import hats
        from xactin.ui import nav

        folding.register()
        nav.register_hats(hats, "identity:wear_hat")
        nav.register("account", _("My account"), "identity:me", 10, icon="person")
        nav.register("account", _("Signing keys"), "identity:keys", 20, icon="key")
        nav.register("account", _("Sessions"), "usersessions_list", 30, icon="shield")
        nav.register("operations", _("People"), "identity:people", 15, {"administrator"}, icon="people")
        nav.register(
            "operations",
            _("Agencies and posts"),
            "identity:agencies",
            10,
            {"administrator", "auditor", "leader"},
            icon="building",
        )
