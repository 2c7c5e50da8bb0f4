"""The role of web and workers: what it may do with each table is decided, and what it must not is refused.

The statements here are web's: `by_web` says them over a connection that the suite's owner does not lend.
"""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg.errors import InsufficientPrivilege

from xactin.web.keeping import roles
from xactin.web.launcher.postgres import SERVANT

pytestmark = pytest.mark.django_db

ALL = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
# What was signed, published or read, and what proves it: never changed, never gone.
WRITTEN_ONCE = (
    *("ledger_entry", "ledger_leaf", "ledger_checkpoint", "ledger_mandatenode", "ledger_cosignature"),
    *("ledger_systemkey", "vault_opening", "vault_binding", "cases_sealingkey", "django_migrations"),
)
KEPT = (
    *("ledger_head", "ledger_log", "ledger_mandate", "ledger_tile", "vault_value", "vault_member"),
    *("cases_case", "cases_result", "cases_procedureversion"),
    *("identity_person", "identity_post", "identity_holding", "identity_signingkey", "identity_agency"),
)
# Columns that no act ever writes anew, in rows that are changed otherwise.
FIXED = (
    *("ledger_log.origin", "ledger_log.verifier_key", "ledger_log.sealed", "ledger_log.genesis"),
    *("ledger_mandate.mandate", "ledger_mandate.key", "ledger_mandate.person", "ledger_tile.level"),
    *("vault_value.commitment", "vault_value.subject", "vault_value.part", "vault_member.commitment"),
    *("vault_file.commitment", "vault_file.address", "vault_file.owner"),
)


def tables() -> list[str]:
    """Every table that migrations made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def granted() -> dict[str, set[str]]:
    """What web may do with each whole table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, word FROM pg_tables, unnest(%s::text[]) AS w(word)"
            " WHERE schemaname = 'public' AND has_table_privilege(%s, tablename::text, word)",
            (["SELECT", *ALL], SERVANT),
        )
        found: dict[str, set[str]] = {table: set() for table in tables()}
        for table, word in cursor.fetchall():
            found[table].add(word)
        return found


def decided(table: str) -> set[str]:
    """The rights to whole tables that `grants.py` gives."""
    words = roles.rights()[table].split(", ")
    return {word for word in words if word in ALL}


@pytest.fixture
def by_web() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection of its own, with the rights of web."""
    wrapper = connection.copy()
    wrapper.ensure_connection()
    assert wrapper.connection is not None
    wrapper.connection.autocommit = True
    yield wrapper.connection
    wrapper.close()


def test_each_table_is_a_decision() -> None:
    """A table of yours is missing here: say in the `grants.py` of its room what web may do with it."""
    assert sorted(roles.rights()) == tables()


def test_web_has_the_rights_decided_and_no_others() -> None:
    assert granted() == {table: {"SELECT", *decided(table)} for table in tables()}


@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_what_was_written_once_stays(by_web: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    column = by_web.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 LIMIT 1", (table,)
    ).fetchone()
    assert column
    _refused(by_web, f'UPDATE {table} SET "{column[0]}" = "{column[0]}"')
    _gone_is_refused(by_web, table)


@pytest.mark.parametrize("table", KEPT)
def test_what_is_kept_is_never_removed(by_web: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    _gone_is_refused(by_web, table)


@pytest.mark.parametrize("place", FIXED)
def test_what_no_act_writes_anew_is_refused(
    by_web: psycopg.Connection[tuple[object, ...]], place: str
) -> None:
    table, column = place.split(".")
    _refused(by_web, f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE ours (id int)",
        "CREATE FUNCTION ours() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE ledger_entry ADD COLUMN more text",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "ALTER TABLE ledger_tile DISABLE TRIGGER USER",
        "DROP TABLE ledger_unsequenced",
        "DROP TRIGGER tile_grows ON ledger_tile",
        "SET session_replication_role = replica",
        "SELECT setval('ledger_entry_number_seq', 1)",
        "COPY ledger_entry TO PROGRAM 'true'",
        "DO $$ BEGIN LOCK TABLE ledger_entry IN ACCESS EXCLUSIVE MODE; END $$",
    ],
)
def test_web_rules_nothing(by_web: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
    _refused(by_web, statement)


@pytest.mark.usefixtures("as_owner")
def test_web_makes_and_drops_partitions_by_functions_of_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the tables that rooms name, and drops what is older than they keep; by itself it may do neither."""
    monkeypatch.setattr(roles, "partitions", lambda: {"measured": 30, "signed": None})
    raw = connection.connection
    for name in ("measured", "signed", "other"):
        raw.execute(f"CREATE TABLE {name} (at date NOT NULL, value int) PARTITION BY RANGE (at)")
    raw.execute("GRANT SELECT, INSERT ON measured TO xactin_web")
    roles.give_rights()
    raw.execute(f"SET ROLE {SERVANT}")
    _partition(raw, "make", "'measured', date '2020-01-01', date '2020-02-01'")
    _partition(raw, "make", "'measured', current_date, current_date + 30")
    _partition(raw, "make", "'signed', date '2020-01-01', date '2020-02-01'")
    raw.execute("INSERT INTO measured VALUES ('2020-01-15', 1)")
    for refused in (
        ("make", "'other', date '2020-01-01', date '2020-02-01'"),
        ("drop", "'measured', current_date"),
        (
            "drop",
            "'signed', date '2020-01-01'",
        ),
    ):
        with pytest.raises(InsufficientPrivilege), raw.transaction():
            _partition(raw, *refused)
    with pytest.raises(InsufficientPrivilege), raw.transaction():
        raw.execute("DROP TABLE measured_20200101")
    _partition(raw, "drop", "'measured', date '2020-01-01'")
    assert raw.execute("SELECT count(*) FROM measured").fetchone() == (0,)


def _partition(raw: psycopg.Connection[tuple[object, ...]], verb: str, arguments: str) -> None:
    raw.execute(f"SELECT xactin_{verb}_partition({arguments})")


def test_the_code_under_test_works_as_web() -> None:
    """Else the tests of this file would be the only ones that see what web may do."""
    from xactin.ledger import queries

    before = connection.connection.execute("SELECT current_user").fetchone()
    assert before == (SERVANT,)
    queries.log_size()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() != (SERVANT,), "what a test says itself is the owner's"


def _gone_is_refused(by_web: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    _refused(by_web, f"DELETE FROM {table}")
    _refused(by_web, f"TRUNCATE {table} CASCADE")


def _refused(by_web: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        by_web.execute(statement)
