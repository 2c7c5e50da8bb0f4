"""Starts Django in a worker with only what a side needs."""

from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Model

from bench.database import settings as database_settings


def start(url: str, apps: list[str], **more: Any) -> None:
    """Configures Django for this process; every side gets the same connection settings."""
    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", *apps],
        DATABASES={"default": database_settings(url)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        USE_TZ=True,
        **more,
    )
    django.setup()


def make_tables(*models: type[Model]) -> None:
    """Migrations where an app has them, then the tables of these models."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
