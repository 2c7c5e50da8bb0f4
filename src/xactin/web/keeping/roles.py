"""Two roles of the database: the owner changes tables, and web and workers work with what stands.

The second owns nothing. What it may do with a table is decided in `grants.py` of the table's room, and given anew
each time the tables were changed: a statement that strays cannot rewrite what was signed, nor who read what.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from xactin.web.launcher import environment

LOCK = 7_240_612  # two that give rights at once would hinder each other
# What nobody but the owner may do anywhere where these stand.
SIGNED = ("ledger_entry", "ledger_leaf", "ledger_checkpoint", "vault_opening")


# Whoever may neither make nor drop tables makes and drops partitions by these, of the tables that rooms name and
# no others. A partition goes when its last day is older than the room keeps it; where that is null, never.
PARTITIONS = """
CREATE OR REPLACE FUNCTION xactin_make_partition(parent text, begins date, ends date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part constant text := parent || '_' || to_char(begins, 'YYYYMMDD');
BEGIN
  IF NOT {kept}::jsonb ? parent THEN
    RAISE EXCEPTION 'no partitions are made of %', parent USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                 part, parent, begins, ends);
  RETURN part;
END $$;
CREATE OR REPLACE FUNCTION xactin_drop_partition(parent text, begins date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  part constant text := parent || '_' || to_char(begins, 'YYYYMMDD');
  days constant int := ({kept}::jsonb ->> parent)::int;
  ends date;
BEGIN
  SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM $re$TO \\('([-0-9]+)$re$)::date INTO ends
    FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
   WHERE c.relname = part AND i.inhparent = to_regclass(quote_ident(parent));
  IF days IS NULL OR ends IS NULL OR ends > current_date - days THEN
    RAISE EXCEPTION '% is kept', part USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE format('DROP TABLE %I', part);
  RETURN part;
END $$;
REVOKE ALL ON FUNCTION xactin_make_partition(text, date, date), xactin_drop_partition(text, date) FROM PUBLIC;
"""
CALLS = "GRANT EXECUTE ON FUNCTION xactin_make_partition(text, date, date), xactin_drop_partition(text, date) TO {}"


class RolesRefused(RuntimeError):
    """The role of web cannot be held within its bounds; the text says why and what to do."""


def rights() -> dict[str, str]:
    """What web may do with each table beside reading, as every room decided; tables not named are closed."""
    return _decided("RIGHTS")


def partitions() -> dict[str, int | None]:
    """The partitioned tables (`PARTITIONS` in a room's `grants.py`), and for how many days a partition is kept."""
    return _decided("PARTITIONS")


def _decided(what: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for app in apps.get_app_configs():
        if app.name.startswith("xactin.") and find_spec(f"{app.name}.grants"):
            found |= getattr(import_module(f"{app.name}.grants"), what, {})
    return found


@contextmanager
def owner() -> Iterator[None]:
    """Statements are the owner's for the time; nothing changes where no owner is named (`XACTIN_OWNER_URL`).

    Raises RuntimeError inside a transaction, which another role cannot go on with.
    """
    url = settings.SURROUNDINGS.owner_url
    if url is None:
        yield
        return
    if connection.in_atomic_block:
        raise RuntimeError("a transaction belongs to one role")
    web: dict[str, Any] = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update({**environment.database(url), "NAME": web["NAME"]})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(web)


def give_rights() -> None:
    """Gives web what the rooms decided and takes all else, unless one role does everything.

    Call it as the owner, with all tables made. Raises RolesRefused where web's role owns something or rules.
    """
    web = environment.database(settings.SURROUNDINGS.database_url or "")["USER"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        cursor.execute(sql.SQL(PARTITIONS).format(kept=sql.Literal(json.dumps(partitions()))))
        if settings.SURROUNDINGS.owner_url is not None:
            give(str(web))


def give(role: str) -> None:
    """Gives a role what the rooms decided and takes all else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        me, database = cursor.fetchone()
        if me == role:
            raise RolesRefused("DATABASE_URL and XACTIN_OWNER_URL name the same role")
        _refuse_powers(cursor, role, me, database)
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for statement in _statements(role, rights(), {name for (name,) in cursor.fetchall()}):
            cursor.execute(statement)


def _refuse_powers(cursor: Any, role: str, me: str, database: str) -> None:
    """What no REVOKE takes away: owning, ruling, and being one of those that do."""
    cursor.execute(
        "SELECT rolsuper OR rolcreaterole OR pg_has_role(oid, %s, 'MEMBER') FROM pg_roles WHERE rolname = %s",
        (me, role),
    )
    found = cursor.fetchone()
    if found is None:
        raise RolesRefused(f"there is no role {role!r} in the database")
    if found[0]:
        raise RolesRefused(f"the role {role!r} of DATABASE_URL may become the owner: take that from it")
    cursor.execute("SELECT 1 FROM pg_tables WHERE tableowner = %s LIMIT 1", (role,))
    if cursor.fetchone():
        raise RolesRefused(
            f"the role {role!r} of DATABASE_URL owns tables: as the server's superuser, in {database!r}, "
            f'run: REASSIGN OWNED BY "{role}" TO "{me}"'
        )


def _statements(role: str, decided: Mapping[str, str], standing: set[str]) -> Iterator[sql.Composed]:
    """The grants as SQL, for the tables that stand."""
    who = sql.Identifier(role)
    # PostgreSQL before 15 let everybody make tables in `public`.
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}").format(who)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(who)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {}").format(who)
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(who)
    yield sql.SQL(CALLS).format(who)
    for name in sorted(standing & set(decided)):
        words = sql.SQL(", ".join(filter(None, ("SELECT", decided[name]))))
        yield sql.SQL("GRANT {} ON {} TO {}").format(words, sql.Identifier(name), who)


def one_role_rules() -> bool:
    """Whether the role we work with could rewrite what was signed: then one fault in web is enough for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_table_privilege(name, 'UPDATE, DELETE, TRUNCATE')) FROM unnest(%s::text[]) AS t(name)",
            (list(SIGNED),),
        )
        return bool(cursor.fetchone()[0])
