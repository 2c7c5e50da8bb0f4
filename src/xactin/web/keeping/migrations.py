"""Bringing the tables from one state of the code to another."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext

from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from psycopg.errors import UnsafeNewEnumValueUsage

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


class MigrationFailed(RuntimeError):
    """A step failed; `done` are those before it that stand, none where all were one transaction."""

    def __init__(self, step: str, done: list[str], error: Exception) -> None:
        super().__init__(f"{step} failed ({' '.join(str(error).split())})")
        self.done = done


@contextmanager
def patience(*, lock: int, statement: int) -> Iterator[None]:
    """Statements give up after so many seconds, for a lock or at all; 0: never.

    Whoever waits for a lock on a table lets everybody else wait behind it, who only wants to read.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", (f"{lock}s",))
        cursor.execute("SELECT set_config('statement_timeout', %s, false)", (f"{statement}s",))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout; RESET statement_timeout")


def migrate() -> Iterator[str]:
    """Brings the tables to this version, all of it or nothing; yields each step when that is done.

    Raises MigrationFailed. Steps that cannot be one transaction are done one by one; those before a faulty one
    then stand.
    """
    steps = pending()
    targets = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        _run(targets, whole=True)
    except MigrationFailed as error:
        if not _needs_commits(error):
            raise
        _run(targets)
    yield from steps


def _needs_commits(error: MigrationFailed) -> bool:
    """Whether a step uses a value that an earlier one added to an enum: PostgreSQL wants a commit between."""
    return isinstance(getattr(error.__cause__, "__cause__", None), UnsafeNewEnumValueUsage)


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


def _run(targets: list[Node], *, whole: bool = False) -> None:
    """Migrates; `whole`: in one transaction, unless a migration refuses that (`atomic = False`)."""
    done: list[str] = []
    begun = [""]

    def follow(action: str, migration: Migration | None = None, fake: bool | None = False, /) -> None:
        if isinstance(migration, Migration) and action.startswith(("apply", "unapply")):
            begun[0] = f"{migration.app_label}: {migration.name}"
            if action.endswith("success"):
                done.append(begun[0])
                _check_references()

    executor = MigrationExecutor(connection, follow)
    whole = whole and all(migration.atomic for migration, _ in executor.migration_plan(targets))
    emit_pre_migrate_signal(0, False, connection.alias)
    try:
        with transaction.atomic() if whole else nullcontext():
            executor.migrate(targets)
    except Exception as error:
        raise MigrationFailed(begun[0], [] if whole else done, error) from error
    emit_post_migrate_signal(0, False, connection.alias)


def _check_references() -> None:
    """At the end of each step, as if it were committed: a table with unchecked rows cannot be altered again."""
    if connection.in_atomic_block:
        connection.check_constraints()
