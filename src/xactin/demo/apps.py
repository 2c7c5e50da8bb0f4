"""The room `demo` as a Django app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Registers what a visitor of a demo is shown on pages of other rooms; nothing of it on a real authority."""

    name = "xactin.demo"
    label = "demo"

    def ready(self) -> None:
        """Called by Django once all rooms are loaded."""
        from xactin.demo.web import parts
        from xactin.ui import sections

        sections.register("home", parts.walk, order=10)
        sections.register("sign_in", parts.cards, order=10)
