"""The limit of the machine: one prepared one-row INSERT, committed, again and again."""

from collections.abc import Callable

import psycopg

from bench.watch import Watch


def prepare(url: str) -> None:
    """One table."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TABLE one (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), body text)"
        )


def opened(url: str, number: int) -> Callable[[Watch], None]:
    """A "case" is one commit."""
    connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)

    def case(watch: Watch) -> None:
        with watch.act():
            connection.execute("INSERT INTO one (body) VALUES (%s)", ["x" * 100])

    return case
