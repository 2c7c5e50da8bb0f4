"""The room `identity` as a Django app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Registers the room with Django, and its lines with the layouts."""

    name = "xactin.identity"
    label = "identity"

    def ready(self) -> None:
        """The rows the audit looks at, the hat switcher, the lines of the account's menu and of the desk."""
        from django.utils.translation import gettext_lazy as _

        from xactin.identity import policies
        from xactin.identity.attestations import attested_rows
        from xactin.identity.audit import folding, rebuild
        from xactin.identity.calendars import deadlines
        from xactin.identity.posts.queries import to_confirm
        from xactin.identity.readings.queries import people_about
        from xactin.identity.readings.registry import register_purpose, register_subjects
        from xactin.identity.web.hats import hats
        from xactin.identity.web.signatures import signs_with_passkey
        from xactin.ui import nav

        policies.register()
        deadlines.register()
        attested_rows.register()
        folding.register()
        rebuild.register()
        nav.register_hats(hats, "identity:wear_hat")
        nav.register_script("identity/signing.js", signs_with_passkey)
        nav.register("account", _("My account"), "identity:me", 10, icon="person")
        nav.register("account", _("Signing keys"), "identity:keys", 20, icon="key")
        nav.register("account", _("Who opened my data"), "identity:own_readings", 25, icon="eye")
        nav.register(
            "operations",
            _("Who opened whose data"),
            "identity:readings",
            18,
            {"readings.inspect"},
            icon="eye",
        )
        register_subjects("person", about=lambda person: [f"person:{person}"], named=people_about)
        register_purpose("account", vi="Quản lý tài khoản", en="Managing the account")
        register_purpose("verify", vi="Xác minh danh tính", en="Verifying who somebody is")
        nav.register("account", _("Away and standing in"), "identity:substitutes", 22, icon="people")
        nav.register("account", _("Sessions"), "usersessions_list", 30, icon="shield")
        nav.register(
            "operations",
            _("For a second person"),
            "identity:proposals",
            17,
            {"duties.give", "people.manage", "duties.confirm"},
            icon="check-circle",
            count=lambda request: to_confirm(request.actor),  # type: ignore[attr-defined]
        )
        nav.register("operations", _("People"), "identity:people", 15, {"people.manage"}, icon="people")
        nav.register(
            "operations",
            _("Agencies and posts"),
            "identity:agencies",
            10,
            {*policies.AGENCY_ACTS.values(), *policies.POST_ACTS.values(), "readings.inspect"},
            icon="building",
        )
