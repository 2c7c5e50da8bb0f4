"""Bringing the tables from one state of the code to another."""

from collections.abc import Iterable, Iterator

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from xactin.web.keeping.sealed import SealedFileError

Node = tuple[str, str]


def applied() -> list[Node]:
    """The migrations that the database has, ours and others'."""
    return sorted(MigrationLoader(connection).applied_migrations)


def pending() -> list[str]:
    """What this version would still do to the tables; a migration that changes data says how in `tells`."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [
        ": ".join(filter(None, (migration.app_label, migration.name, getattr(migration, "tells", ""))))
        for migration, _ in plan
    ]


def migrate() -> Iterator[str]:
    """Brings the tables to this version; yields each step when it is done."""
    steps = pending()
    _run(MigrationExecutor(connection).loader.graph.leaf_nodes())
    yield from steps


def migrate_to(wanted: Iterable[Node]) -> None:
    """Makes the tables exactly as they were when these migrations were all there was."""
    wanted_nodes = {(app, name) for app, name in wanted}
    graph = MigrationExecutor(connection).loader.graph
    unknown = sorted(wanted_nodes - set(graph.nodes))
    if unknown:
        names = ", ".join("/".join(node) for node in unknown[:5])
        raise SealedFileError(f"the backup is of a newer version than this one (unknown: {names})")
    parents = {parent for node in wanted_nodes for parent in graph.node_map[node].parents}
    _run(sorted(node for node in wanted_nodes if node not in parents))


def _run(targets: list[Node]) -> None:
    emit_pre_migrate_signal(0, False, connection.alias)
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    emit_post_migrate_signal(0, False, connection.alias)
