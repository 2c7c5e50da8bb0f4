"""The room `cases` as a Django app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the room with Django."""

    name = "xactin.cases"
    label = "cases"
