"""`python -m tests.architecture.migrations`: fails when a model has changed and no migration says so."""

import sys

import django
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation


def unwritten() -> list[str]:
    """The changes of our own models that no migration holds; asks no database."""
    with translation.override(None):  # names as in the migrations, which are never translated
        return _unwritten()


def _unwritten() -> list[str]:
    loader = MigrationLoader(None)
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("xactin.")}
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph, trim_to_apps=ours)
    conflicts = [
        f"{label}: conflicting migrations {names}" for label, names in loader.detect_conflicts().items()
    ]
    return conflicts + [
        f"{label}: {operation.describe()}"
        for label, found in sorted(changes.items())
        for migration in found
        for operation in migration.operations
    ]


if __name__ == "__main__":
    django.setup()
    problems = unwritten()
    print("\n".join(problems) or "migrations: every model is written")
    sys.exit(1 if problems else 0)
